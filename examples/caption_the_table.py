"""Teach a small CLIP to see what lies on what, and pay for sub-goals that it sees reached.

It is trained from nothing in a minute or so; with more pairs and minutes it sees better
(`crossworld train clip`):

    pip install "crossworld[agents]"
    python examples/caption_the_table.py
"""

import argparse
from pathlib import Path

import gymnasium as gym

from crossworld.wrappers import CaptionObservation, SubgoalReward
from crossworld.wrappers.captioners.clip.recipe import default_pattern, learn, visit
from crossworld.wrappers.captioners.clip.training import Settings

ENV_ID = "crossworld:crossworld/TabletopStack-v0"


def train(folder: Path, pairs: int, minutes: float) -> None:
    """Train a captioner, or go on with the one in the folder."""
    settings = Settings(ENV_ID, default_pattern(ENV_ID), pairs, minutes, seed=0)
    found = learn(settings, visit(settings), folder)
    print(f"on new tables: precision {found.own.precision:.2f}, recall {found.own.recall:.2f}")


def main() -> None:
    """Train, then let the planner play before the captioner's eyes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/caption-the-table"))
    parser.add_argument("--pairs", type=int, default=3000, help="images to train on")
    parser.add_argument("--minutes", type=float, default=1.0, help="at most, on two cores")
    parser.add_argument("--episodes", type=int, default=5)
    chosen = parser.parse_args()
    train(chosen.folder, chosen.pairs, chosen.minutes)

    model = {"model": str(chosen.folder)}
    env = gym.make(ENV_ID, split="valid_unseen", expert="planner", action_mode="text")
    env = SubgoalReward(env, "clip", arguments=model)
    env = CaptionObservation(env, "clip", model, key="caption")
    for episode in range(chosen.episodes):
        task = f"valid_unseen/{episode}"
        mission = env.reset(options={"task_id": task, "subgoals": []})[0]["mission"]
        upper, lower = mission.removeprefix("put the ").split(" on the ")
        goals = [f"the robot is grasping the {upper}", f"the {upper} is on top of the {lower}"]
        env.reset(options={"task_id": task, "subgoals": goals})
        print(f"\n{mission}")
        for command in (f"pick up the {upper}", f"put it on the {lower}"):
            observation, reward, _, _, info = env.step(command)
            true = env.get_wrapper_attr("true_statements")()
            said = observation["caption"].splitlines()
            right = sum(caption in true for caption in said)
            print(f"  > {command}: {right} of {len(said)} captions are right", end="")
            print(f", {info['subgoals_reached']} of 2 sub-goals seen, reward {reward:g}")


if __name__ == "__main__":
    main()
