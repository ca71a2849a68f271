"""The command line, on hand-made sample games."""

import json
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import pytest
from samples import sample_data
from typer.testing import CliRunner

from crossworld.agents.registry import AGENTS
from crossworld.benchmarks.suite import suite_names
from crossworld.cli import app
from crossworld.commands.session import META, Session
from crossworld.registration import ENVIRONMENTS

ALFWORLD = "crossworld/ALFWorld-v0"
HEAVY = ("jinja2", "matplotlib", "prompt_toolkit", "crossworld.benchmarks", "crossworld.commands")


@pytest.fixture(autouse=True)
def sample_games(monkeypatch, tmp_path):
    monkeypatch.delenv("ALFWORLD_DATA", raising=False)
    monkeypatch.chdir(tmp_path)


def call(*arguments, code=0, typed=None):
    result = CliRunner().invoke(app, list(map(str, arguments)), input=typed)
    assert result.exit_code == code, result.output
    return result.output


def test_help_is_quick_and_complete():
    text = call("--help")
    for command in ("list", "play", "run", "bench", "report", "data", "speed"):
        assert f" {command} " in text
    code = f"import sys, crossworld.cli\nprint(*({set(HEAVY)} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_list_names_everything():
    text = call("list")
    for name in (*(env.id for env in ENVIRONMENTS), *AGENTS, *suite_names()):
        assert name in text


# run, bench, report


def test_run_plays_records_and_reports(tmp_path):
    text = call("run", "--agent", "planner", "--episodes", 4, "--seed", 3, "--out", tmp_path / "r")
    assert "planner: 4 of 4 episodes, 100% solved" in text
    assert "pass@1/50" in text
    assert str(tmp_path / "r" / "report.html") in text
    lines = (tmp_path / "r" / "episodes.jsonl").read_text().splitlines()
    assert [json.loads(line)["seed"] for line in lines] == [3, 3, 3, 3]
    assert "crossworld run --env crossworld/Household-v0 --agent planner --episodes 4 --seed 3" in (
        (tmp_path / "r" / "report.html").read_text()
    )


def test_run_again_keeps_what_is_there(tmp_path):
    arguments = ("run", "--agent", "random", "--episodes", 2, "--out", tmp_path / "r")
    call(*arguments)
    first = (tmp_path / "r" / "episodes.jsonl").read_bytes()
    assert "holds 2 episodes already" in call(*arguments)
    assert (tmp_path / "r" / "episodes.jsonl").read_bytes() == first
    assert "already" not in call(*arguments, "--fresh")
    text = call("run", "--agent", "random", "--episodes", 3, "--out", tmp_path / "r", code=2)
    assert "episodes: 2 there, 3 now" in text


def test_bench_quick_has_floors_and_ceiling_in_the_table(tmp_path):
    text = call("bench", "quick", "--episodes", 3)
    for name in ("random", "blind-script", "handcoded", "planner", "blind floor", "privileged"):
        assert name in text
    assert (tmp_path / "runs" / "quick" / "report.html").exists()
    rows = json.loads((tmp_path / "runs" / "quick" / "results.json").read_text())["rows"]
    assert {row["protocol"] for row in rows} == {
        "pass@1/50",
        "pass@1/30",
        "pass@1/50/invalid-10",
        "k-trial/30",
        "retry-only/30",  # a control that every k-trial gets
    }


def test_report_is_made_again(tmp_path):
    call("run", "--agent", "random", "--episodes", 2, "--out", tmp_path / "r")
    first = (tmp_path / "r" / "report.html").read_text()
    (tmp_path / "r" / "report.html").unlink()
    call("report", tmp_path / "r")
    assert (tmp_path / "r" / "report.html").read_text() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bench", "quik"), "did you mean 'quick'?"),
        (("run", "--agent", "plannr"), "did you mean 'planner'?"),
        (("run", "--agent", "random", "--split", "tarin"), "split 'tarin' is not one of train"),
        (("run", "--agent", "random", "--env", "crossworld/ALFWord-v0"), "ALFWord"),
        (
            ("run", "--agent", "random", "--env", ALFWORLD, "--data", "/nowhere"),
            "/nowhere: no such folder",
        ),
        (("run", "--agent", "random", "--data", "."), "reads none; leave out --data"),
        (("run", "--agent", "random", "--env", ALFWORLD), "set $ALFWORLD_DATA"),
        (("data", "generate", "--out", "x", "--split", "test"), "split 'test' is not one of"),
        (("data", "generate", "--out", "x", "--start", "9" * 30), "any number below 2**63 - 1"),
        (("play", "--task", "none"), "ids look like 'train/0'"),
        (("run", "--agent", "random", "--env", "CartPole-v1"), "lists no tasks"),
        (("run", "--agent", "os:getcwd"), "is no agent"),
        (("play", "--env", "CartPole-v1"), "cannot be played here"),
        (("bench", "typo.toml"), "cannot be made with"),
        (("report", "."), "holds no run"),
        (("data", "info", "/nowhere"), "/nowhere: no such folder"),
    ],
)
def test_errors_are_one_message_without_a_traceback(arguments, message):
    Path("typo.toml").write_text(
        'title = "t"\nenv = "crossworld/Household-v0"\nsplits = ["train"]\nprotocol = "pass@1/5"\n'
        'env_kwargs = { num_task = 3 }\n[[agents]]\nagent = "random"\n'
    )
    text = call(*arguments, code=2)
    assert text.startswith("Error: ")
    assert message in text
    assert "Traceback" not in text


# data


def test_data_info_and_verify():
    text = call("data", "info", sample_data())
    assert "pick two obj and place" in text
    assert "wheel" in text
    assert "manifest of train: " in text
    assert "8 games, all sound." in call("data", "verify", sample_data())


def test_data_verify_names_every_problem_and_goes_on(tmp_path):
    good = next(path for path in sorted(_games()))
    for name, text in [("a", "{"), ("b", good.read_text()), ("c", "[]")]:
        (tmp_path / "games" / name).mkdir(parents=True)
        (tmp_path / "games" / name / "game.tw-pddl").write_text(text)
    text = call("data", "verify", tmp_path / "games", code=1)
    assert "a/game.tw-pddl: not valid JSON" in text
    assert "c/game.tw-pddl: holds a list" in text
    assert "3 games, 2 with a problem." in text


def test_data_generate_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "games"
    assert "4 games of train written." in call("data", "generate", "--out", folder, "--count", 4)
    first = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    again = call("data", "generate", "--out", folder, "--count", 6)
    assert "2 games of train written (4 were there already)." in again
    assert first.items() <= {p: p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}.items()
    call("data", "generate", "--out", folder, "--split", "valid_seen", "--count", 2, "--start", 7)
    text = call("data", "verify", folder)
    assert "8 games, all sound." in text


# play


def test_play_from_a_pipe_to_the_end():
    hints = [":hint"]
    for _ in range(12):  # ask, then do as told
        text = call("play", "--task", "train/1", typed="\n".join(hints))
        if "Solved in" in text:
            break
        hints += [text.rstrip().splitlines()[-1], ":hint"]
    assert "Your task is to: " in text
    assert f"Solved in {len(hints) // 2} steps." in text


def test_play_understands_its_own_commands():
    typed = "look\nfly away\n:undo\n:undo\n:undo\n:task\n:help\n:what\n\n:quit\nlook\n"
    text = call("play", "--seed", 5, typed=typed)
    assert "> fly away\nNothing happens." in text
    assert "Back at step 1:" in text
    assert "Back at step 0:" in text
    assert "Nothing to undo" in text
    assert ":hint   what the expert would do" in text
    assert "There are :hint, :undo" in text
    assert text.rstrip().endswith("> :quit")


def test_play_stops_at_the_limit_and_undo_goes_on():
    text = call("play", "--seed", 5, typed="look\n" * 50 + "look\n:undo\ninventory\n")
    assert "Not solved: 50 steps were the limit." in text
    assert "The game is over" in text
    assert text.count("Not solved") == 2


def test_tab_offers_what_is_possible_now():
    with gym.make("crossworld/Household-v0", expert="planner") as env:
        session = Session(env)
        session.begin(5, None)
        assert session.completions() == [*env.unwrapped.admissible_commands(), *META]
        session.answer("help")
        assert session.status().endswith("step 1")
        for _ in range(49):
            session.answer("look")
        assert session.completions() == list(META)


def test_same_seed_same_game():
    assert call("play", "--seed", 1, typed="") == call("play", "--seed", 1, typed="")


def _games():
    return Path(sample_data()).rglob("game.tw-pddl")
