import io

import pytest
from made_runs import entered, episodes, once, run, settings, write
from rich.console import Console

from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.progress import follow
from crossworld.benchmarks.reports import words
from crossworld.benchmarks.reports.compare import compare
from crossworld.benchmarks.reports.table import comparison_table, summary_table
from crossworld.benchmarks.results import aggregate

WIDTH = 80


def shown(things, *, terminal=False):
    file = io.StringIO()
    console = Console(file=file, width=WIDTH, force_terminal=terminal)
    things(console)
    return file.getvalue()


def printed(table):
    text = shown(lambda console: console.print(table))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "…" not in text
    return text


# progress


def test_plain_lines_count_what_was_there_before(played):
    files = read_run(played)
    records, agents = files.records, files.settings["agents"]

    def pass_on(console):
        assert list(follow(records[5:], records[:5], agents, console)) == list(records[5:])

    won = sum(record.success for record in records[:14])
    assert shown(pass_on).splitlines() == [
        f"random: 14 of 14 episodes, {won / 14:4.0%} solved",
        "planner: 14 of 14 episodes, 100% solved",
    ]


def test_bars_on_a_terminal(played):
    files = read_run(played)
    text = shown(
        lambda console: list(follow(files.records, (), files.settings["agents"], console)),
        terminal=True,
    )
    assert "random" in text
    assert "14/14" in text
    assert "ETA" in text


# tables


def test_table_fits_a_terminal_and_names_protocols(played):
    text = printed(summary_table("A [title]", aggregate(read_run(played))))
    assert "A [title]" in text
    for part in (
        "pass@1/5, 2 seeds",
        "pass@1/3, 2 seeds",
        "privileged",
        "100.0 %",
        "64.6 to 100.0",
    ):
        assert part in text


def test_fourteen_agents_under_noise_fit_a_terminal():
    rates = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0]
    noises = ["", *(f"text {rate:g}" for rate in rates[1:])]
    agents = [entered(f"agent of number {i}, with words", noise=noises) for i in range(14)]
    (tasks,) = settings([])["task_sets"]
    sets = [{**tasks, "env": f"crossworld/Rather-Long-Name-of-{i}-v0"} for i in range(2)]
    records = [
        record
        for tasks in sets
        for agent in agents
        for noise in noises
        for record in episodes(agent, once("10"), noise=noise, env=tasks["env"])
    ]
    text = printed(summary_table("t", aggregate(run(agents, records, task_sets=sets))))
    assert text.count("number 13") == 4
    assert text.count("under") == 0
    assert text.count("by rate of noise on text") == 2
    heads = [line.split() for line in text.splitlines() if line.split()[:2] == ["agent", "0"]]
    assert heads == [["agent", "0", "0.05", "0.1", "0.15", "0.3", "0.4", "0.5", "1"]] * 2


def test_noise_has_a_table_of_its_own():
    agent = entered("me", noise=["", "text 0.1", "image 0.5"])
    other = entered("other")
    records = [
        *episodes(agent, once("1111")),
        *episodes(agent, once("1000"), noise="text 0.1"),
        *episodes(agent, once("1100"), noise="image 0.5"),
        *episodes(other, once("0000")),
    ]
    lines = printed(summary_table("t", aggregate(run([agent, other], records)))).splitlines()
    rows = [line.split() for line in lines if line.split()[:1] == ["me"]]
    assert [row[1:] for row in rows[1:]] == [["100", "25"], ["100", "50"]]
    assert sum(line.split()[:1] == ["other"] for line in lines) == 1


def test_comparison_fits_a_terminal(tmp_path):
    agents = [entered("me"), entered("you", kwargs={"model": "a very long name of a model"})]
    changed = [agents[0], {**agents[1], "kwargs": {"model": "another"}}, entered("new")]
    one, two = (
        write(
            tmp_path / name,
            run(entries, [r for a in entries for r in episodes(a, once(digits))]),
        )
        for name, entries, digits in (
            ("a-run-with-a-rather-long-name", agents, "0000"),
            ("another-run-with-such-a-name", changed, "0111"),
        )
    )
    text = printed(comparison_table(compare(one, two)))
    for part in (
        "+75.0",
        "3 / 0",
        "of 4",
        "p = 0.25",
        "McNemar's test",
        "Only another-run",
        "model",
    ):
        assert part in text


def test_a_comparison_of_nothing_says_so(tmp_path):
    one, two = (
        write(tmp_path / name, run([entered(name)], episodes(entered(name), once("1"))))
        for name in ("a", "b")
    )
    assert "Nothing can be compared." in printed(comparison_table(compare(one, two)))


# words


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.00031, "0.31 ms"), (0.0042, "4.2 ms"), (1.0, "1 s"), (83.0, "83 s")]
)
def test_durations(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("cost", "text"),
    [(0, "$0.00"), (12.345, "$12.35"), (0.1, "$0.10"), (0.0123, "$0.012"), (1.7e-7, "$0.00000017")],
)
def test_dollars(cost, text):
    assert words.dollars(cost) == text


@pytest.mark.parametrize(
    ("difference", "text"), [(0.125, "+12.5"), (-0.03, "-3.0"), (0.0, "0.0"), (-0.0001, "0.0")]
)
def test_points(difference, text):
    assert words.points(difference) == text


@pytest.mark.parametrize(
    ("p", "text"), [(1.0, "= 1"), (0.0123, "= 0.012"), (0.001, "= 0.001"), (0.0009, "< 0.001")]
)
def test_p_values(p, text):
    assert words.p_value(p) == text


def test_score_names():
    assert words.score_name("pass@1/50", 1, 1) == "pass@1/50"
    assert words.score_name("k-trial/50", 5, 1) == "k-trial/50, k = 5"
    assert words.score_name("k-trial/50", 5, 3) == "k-trial/50, k = 5, 3 seeds"


def test_an_interval_that_tells_nothing_is_not_shown():
    assert words.gap(0.0, 0.0) == "all tasks alike"
    assert words.gap(-0.1, 0.2) == "-10.0 to +20.0"


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (list("abc"), "a, b and c")],
)
def test_lists(names, text):
    assert words.listed(names) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (2.25, "2.2"), (12345.6, "12,346")])
def test_counts(value, text):
    assert words.count(value) == text
