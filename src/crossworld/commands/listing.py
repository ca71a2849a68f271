"""`list`."""

from rich.console import Console
from rich.table import Table

from crossworld.agents.registry import AGENTS
from crossworld.benchmarks.suite import load_suite, suite_names
from crossworld.registration import ENVIRONMENTS


def show() -> None:
    """Show environments with their step limits, agents and suites."""
    console = Console()
    environments = _table("environment", "steps")
    for env in ENVIRONMENTS:
        environments.add_row(env.id, str(env.max_episode_steps), env.summary)
    agents = _table("agent", "role")
    for name, entry in AGENTS.items():
        agents.add_row(name, entry.role, entry.description)
    suites = _table("suite", "agents")
    for name in suite_names():
        suite = load_suite(name)
        suites.add_row(name, str(len(suite.contestants)), suite.title)
    for table in (environments, agents, suites):
        console.print(table, "")


def _table(name: str, fact: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(name, style="bold", no_wrap=True)
    table.add_column(fact)
    table.add_column("")
    return table
