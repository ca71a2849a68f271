"""The documentation builds without a warning, and its code runs as it stands."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crossworld.envs.household.corpus import ENVIRONMENT_VARIABLE
from crossworld.envs.household.generation.export import write_games
from crossworld.registration import ENVIRONMENTS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md") if "```python" in path.read_text("utf-8"))
MIGRATION = DOCS / "from-alfworld.md"

OURS = re.compile(r"^```python\n(.*?)^```", re.S | re.M)
UPSTREAM = re.compile(r"^```\{code-block\} python\n:class: upstream\n\n(.*?)^```", re.S | re.M)
SHELL = re.compile(r"^```bash\n(.*?)^```", re.S | re.M)
COMMAND = re.compile(r"\bcrossworld ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
FETCHED = re.compile(r"<(?:script|img|iframe)[^>]*\ssrc=\"([^\"]*)\"|<link[^>]*\shref=\"([^\"]*)\"")

CONFIG = """
env: {type: AlfredTWEnv, task_types: [1, 2, 3, 4, 5, 6], goal_desc_human_anns_prob: 0,
      domain_randomization: false, expert_type: handcoded}
dataset: {data_path: $ALFWORLD_DATA/json_2.1.2/train, num_train_games: -1, num_eval_games: -1,
          eval_id_data_path: $ALFWORLD_DATA/json_2.1.2/valid_seen,
          eval_ood_data_path: $ALFWORLD_DATA/json_2.1.2/valid_unseen}
general: {training_method: dqn}
rl: {training: {max_nb_steps_per_episode: 50}}
dagger: {training: {max_nb_steps_per_episode: 50}}
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the official one: splits, and annotations beside the games."""
    root = tmp_path_factory.mktemp("data")
    for split in ("train", "valid_seen", "valid_unseen"):
        for _ in write_games(root / "json_2.1.2", split, range(8)):
            pass
    return root


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_on_a_page_runs_from_top_to_bottom(
    page: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(data))
    shared: dict[str, object] = {}
    for block in OURS.findall(page.read_text("utf-8")):
        exec(compile(block, str(page), "exec"), shared)


def test_every_python_block_is_run() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        found = len(OURS.findall(text)) + len(UPSTREAM.findall(text))
        assert found == len(re.findall(r"```(?:python|py\b|\{code-block\})", text)), page


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_commands_on_a_page_exist(page: Path) -> None:
    import typer.main

    from crossworld.cli import app

    command = typer.main.get_command(app)
    for words in COMMAND.findall(_code(page.read_text("utf-8"))):
        found = command.commands[words[0]]
        if hasattr(found, "commands"):
            assert words[1] in found.commands, words


def _code(text: str) -> str:
    """Return what a page sets as commands: shell blocks, and what stands in backticks."""
    return "\n".join((*SHELL.findall(text), *re.findall(r"(?<!`)`(crossworld [^`]+)`(?!`)", text)))


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("alfworld") is None, reason="needs the extra crossworld[alfworld]"
)
def test_alfworlds_side_of_the_migration_page_runs_on_alfworld(data: Path, tmp_path: Path) -> None:
    (tmp_path / "base_config.yaml").write_text(CONFIG)
    text = MIGRATION.read_text("utf-8")
    blocks = UPSTREAM.findall(text)
    assert blocks
    code = "\n".join(blocks)
    small = code.replace("batch_size=8", "batch_size=2").replace("* 8", "* 2").replace("[7]", "[1]")
    (tmp_path / "upstream.py").write_text(small)
    _run([sys.executable, "-W", "ignore", "upstream.py"], tmp_path, data)

    generate = Path(sys.executable).with_name("alfworld-generate")
    usage = _run([sys.executable, "-W", "ignore", str(generate), "--help"], tmp_path, data)
    (shown,) = (block for block in SHELL.findall(text) if "alfworld-generate" in block)
    for option in re.findall(r"--\w+", shown):
        assert option in usage


def _run(command: list[str], folder: Path, data: Path) -> str:
    environment = {**os.environ, ENVIRONMENT_VARIABLE: str(data)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("furo", "myst_parser", "sphinx")),
    reason="needs the extra crossworld[docs]",
)
def test_the_site_builds_without_warnings_and_fetches_nothing(tmp_path: Path) -> None:
    source, site = tmp_path / "docs", tmp_path / "site"
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("_build", "environments"))
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", str(source), str(site)],
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for environment in ENVIRONMENTS:
        page = site / "environments" / f"{environment.id.rpartition('/')[2].lower()}.html"
        html = page.read_text("utf-8")
        assert environment.id in html
        for heading in ("Description", "Action Space", "Arguments", "Methods"):
            assert re.search(rf"<h2>{heading}<", html), (environment.id, heading)
        assert "Raises:" not in html
    for page in site.rglob("*.html"):
        for source_, link in FETCHED.findall(page.read_text("utf-8")):
            assert "//" not in source_ + link, page
