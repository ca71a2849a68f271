"""Let a language model play a household, and compare it with the floors on the same tasks.

Without a model's name, a heuristic answers that reads nothing but the prompt; any server that speaks
OpenAI's protocol will do, such as `transformers serve` or Ollama:

    pip install crossworld
    python examples/play_with_a_language_model.py
    pip install "crossworld[agents]"
    python examples/play_with_a_language_model.py --model openai:gpt-4o-mini --max-cost 1.0
    python examples/play_with_a_language_model.py --model openai:qwen3:8b --base-url http://127.0.0.1:11434/v1
"""

import argparse
from pathlib import Path

from rich.console import Console

from crossworld.agents import make
from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.reports.report import write_report
from crossworld.benchmarks.reports.table import summary_table
from crossworld.benchmarks.runner import facts, play
from crossworld.benchmarks.suite import Contestant, Suite, TaskSet

ENV_ID = "crossworld/Household-v0"


def main() -> None:
    """Show one conversation, then play a suite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="scripted", help="as of crossworld.agents.language")
    parser.add_argument("--base-url", help="of the server")
    parser.add_argument("--max-cost", type=float, help="US dollars; then it stops")
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("runs/language-model"))
    chosen = parser.parse_args()
    given = {"base_url": chosen.base_url, "max_cost": chosen.max_cost}
    model_kwargs = {name: value for name, value in given.items() if value is not None}
    if model_kwargs:
        model_kwargs["cache"] = str(chosen.out.with_suffix(".answers.sqlite"))
    kwargs = {"model": chosen.model, "model_kwargs": model_kwargs}
    print(f"prompts {make('react', **kwargs).prompt_hash}")

    protocol = Protocol.parse("pass@1/50")
    suite = Suite(
        name="language-model",
        title=f"{chosen.model} on generated households",
        task_sets=(
            TaskSet(
                ENV_ID, ("valid_unseen",), {"modalities": ["text", "mission"]}, chosen.episodes
            ),
        ),
        contestants=(
            Contestant("random", protocol),
            Contestant("blind-script", protocol, {"max_steps": protocol.limit}),
            Contestant("react", protocol, kwargs),
        ),
    )
    plan = prepare(suite)
    with RunFolder(chosen.out, plan.settings(), facts("the example")) as folder:
        for record in play(plan, folder):
            print(f"{record.agent}: {record.task_type}, {'solved' if record.success else 'lost'}")
    run, rows = write_report(chosen.out)
    Console().print(summary_table(run.settings["title"], rows))
    print(f"Report: {chosen.out / 'report.html'}")


if __name__ == "__main__":
    main()
