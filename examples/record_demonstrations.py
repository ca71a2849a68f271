"""Record what the planner does in twenty households as a Minari data set, and read it back.

    pip install "crossworld[agents]"
    python examples/record_demonstrations.py

On the command line: crossworld data record household/planner-v0 --agent planner --episodes 20
"""

import argparse

import gymnasium as gym

from crossworld.wrappers.datasets import Episode, RecordMinari, load_episodes

DATASET = "household/planner-v0"


def record(root: str, episodes: int) -> None:
    """Play until the data set holds so many episodes; one that was stopped goes on."""
    env = gym.make("crossworld:crossworld/Household-v0", expert="planner")
    with RecordMinari(env, DATASET, root=root) as recorder:
        while recorder.episode_count < episodes:
            _, info = recorder.reset(seed=recorder.episode_count)
            over = False
            while not over:
                _, _, terminated, truncated, info = recorder.step(info["expert_action"])
                over = terminated or truncated


def show(episode: Episode) -> None:
    """Print an episode: what is to be done, then each action and what the text said to it."""
    print(episode.observations["mission"][0])
    for action, text in zip(episode.actions, episode.observations["text"][1:], strict=True):
        print(f"  > {action}\n    {text}")


def main() -> None:
    """Record, load, look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default="runs/demonstrations", help="folder of data sets")
    parser.add_argument("--episodes", type=int, default=20)
    chosen = parser.parse_args()
    record(chosen.root, chosen.episodes)
    episodes = list(load_episodes(DATASET, chosen.root))
    show(episodes[0])
    solved = sum(bool(episode.infos["success"][-1]) for episode in episodes)
    print(f"\n{len(episodes)} episodes, {solved} solved, {sum(map(len, episodes))} steps.")
    images = episodes[0].observations["image"]
    print(f"Images of the first: {images.dtype} {images.shape}, one more than its actions.")


if __name__ == "__main__":
    main()
