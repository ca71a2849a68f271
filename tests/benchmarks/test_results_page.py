"""The page of results: what it says is what the records say."""

import re
from dataclasses import replace

import pytest

from crossworld.benchmarks.folder import RunError, read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.results import ALL, aggregate
from crossworld.benchmarks.results_page.merging import merged
from crossworld.benchmarks.results_page.page import standalone, write_page
from crossworld.benchmarks.suite import CLEAN, Contestant, Noise, with_control


@pytest.fixture
def runs(kit, tmp_path, suite):
    """Two runs on the same tasks: one with floors and noise, one with trials."""
    noisy = (CLEAN, Noise("text", 0.5))
    first = replace(suite.contestants[0], noise=noisy)
    second = Contestant("stub_world:Recalls", Protocol("k-trial", 1), trials=3, label="recalls")
    plans = [
        prepare(replace(suite, contestants=(first, suite.contestants[1]))),
        prepare(replace(suite, contestants=tuple(with_control(second)))),
    ]
    for name, plan in zip("ab", plans, strict=True):
        kit.play_into(tmp_path / name, plan)
    return [read_run(tmp_path / name) for name in "ab"]


def test_page_says_what_the_records_say(runs, tmp_path):
    run = merged(runs)
    out = tmp_path / "docs" / "results.md"
    write_page(run, out, ["first command", "second command"])
    text = out.read_text()
    assert "first command\nsecond command\n" in text
    for row in aggregate(run):
        if row.task_type == ALL and not row.noise:
            line = next(x for x in text.splitlines() if x.startswith(f"| **{row.agent}**"))
            assert f"{100 * row.success:.1f} %" in line
            assert row.protocol in line
    assert "### Noise on the text" in text
    assert "### Within so many trials" in text
    assert re.search(r"\| recalls, retry only \| retry-only/1, k = 3 \| 14.3 %", text)
    pictures = re.findall(r"\]\((.*?\.svg)\)", text)
    assert pictures
    for picture in pictures:
        assert "var(--" not in out.with_name(picture).read_text()


def test_tables_are_whole(runs, tmp_path):
    write_page(merged(runs), tmp_path / "p.md", [])
    for table in re.findall(r"(?:^\|.*\|\n)+", (tmp_path / "p.md").read_text(), re.M):
        widths = {line.count("|") for line in table.splitlines()}
        assert len(widths) == 1


def test_a_run_that_is_not_over_is_said_to_be_so(runs, tmp_path):
    whole = merged(runs)
    write_page(whole, tmp_path / "whole.md", [])
    assert "Unfinished" not in (tmp_path / "whole.md").read_text()
    failed = next(record for record in whole.records if not record.trial)
    part = replace(whole, records=tuple(r for r in whole.records if r != failed))
    write_page(part, tmp_path / "part.md", [])
    assert re.search(r"Unfinished: \d+ of \d+ episodes", (tmp_path / "part.md").read_text())


def test_runs_that_do_not_fit_are_refused(kit, runs, tmp_path, suite):
    with pytest.raises(RunError, match="two runs have an agent 'random'"):
        merged([runs[0], runs[0]])
    few = replace(suite.task_sets[0], episodes=3)
    kit.play_into(tmp_path / "c", prepare(replace(suite, task_sets=(few,))))
    with pytest.raises(RunError, match="the runs have other tasks there"):
        merged([runs[1], read_run(tmp_path / "c")])
    older = replace(runs[1], settings={**runs[1].settings, "versions": {"numpy": "1"}})
    with pytest.raises(RunError, match="play one of them again"):
        merged([runs[0], older])


def test_a_plot_stands_alone():
    svg = standalone('<svg aria-hidden="true"><path fill="var(--ink)"/></svg>')
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert re.search(r'fill="#[0-9a-f]{6}"', svg)
