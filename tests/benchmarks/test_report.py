import json
import re
from html.parser import HTMLParser

import pytest

from crossworld.benchmarks.folder import RunError, read_run
from crossworld.benchmarks.report import chosen, verdict, write_report
from crossworld.benchmarks.results import ALL, aggregate
from crossworld.benchmarks.runner import prepare
from crossworld.benchmarks.statistics import wilson


class Page(HTMLParser):
    """Collects tags; complains where brackets do not match."""

    void = frozenset({"meta", "br", "link", "img"})

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.tags, self.links = [], [], set(), []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [v for name, v in attrs if name in ("src", "href", "xlink:href", "data")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def html(folder):
    write_report(folder)
    return (folder / "report.html").read_text()


def test_rows_count_what_was_played(played):
    run = read_run(played)
    rows = {(row.agent, row.task_type): row for row in aggregate(run)}
    assert list(rows) == [(a, t) for a in ("random", "planner") for t in (ALL, "type_a", "type_b")]
    top = rows["planner", ALL]
    assert (top.episodes, top.tasks, top.successes, top.success) == (14, 7, 14, 1.0)
    assert (top.low, top.high) == wilson(7, 7)
    assert (top.privileged, top.role, top.protocol) == (True, "ceiling", "pass@1/3")
    assert (top.steps, top.steps_given_success, top.invalid_rate) == (1.0, 1.0, 0.0)
    low = rows["random", ALL]
    mine = [record for record in run.records if record.agent == "random"]
    assert low.steps == sum(r.steps if r.success else 5 for r in mine) / 14
    assert low.steps_given_success == pytest.approx(
        sum(r.steps for r in mine if r.success) / low.successes
    )
    assert low.episodes == rows["random", "type_a"].episodes + rows["random", "type_b"].episodes


def test_failures_count_the_limit_even_when_the_agent_raised(kit, tmp_path, solo):
    kit.play_into(tmp_path, solo("breaks", method="reset"))
    row = aggregate(read_run(tmp_path))[0]
    assert (row.steps, row.errors, row.steps_given_success, row.invalid_rate) == (5, 2, None, None)


def test_results_json_is_the_table(played):
    _, rows = write_report(played)
    content = json.loads((played / "results.json").read_text())
    assert content.keys() == {"settings", "facts", "confidence", "rows"}
    assert [row["success"] for row in content["rows"]] == [row.success for row in rows]
    assert not list(played.glob(".*json*"))


def test_report_needs_nothing_from_elsewhere(played):
    text = html(played)
    page = Page(text)
    assert "http:" not in text
    assert "https:" not in text
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert all(link.startswith("#") for link in page.links)
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert set(re.findall(r"url\(#(.*?)\)", text)) <= set(page.ids)


def test_report_escapes_everything(played):
    text = html(played)
    assert "A &lt;stub&gt; &amp; more" in text
    assert "Say it &lt;now&gt; &amp; here." in text
    assert "guess &lt;task" in text
    assert "<stub>" not in text
    assert "<now>" not in text


def test_report_names_floors_ceilings_and_protocols(played):
    text = html(played)
    assert "ceiling, privileged" in text
    assert "pass@1/3" in text
    assert "pass@1/5" in text
    assert "crossworld bench stub" in text
    assert "Unfinished" not in text


def test_report_shows_tracebacks(kit, tmp_path, solo):
    kit.play_into(tmp_path, solo("breaks", method="act"))
    text = html(tmp_path)
    assert "RuntimeError: broken &lt;act&gt;" in text
    assert "2 raised" in text


def test_report_of_an_unfinished_run_says_so(kit, tmp_path, suite):
    kit.play_into(tmp_path, prepare(suite), at_most=16)
    assert "Unfinished: 16 of 28 episodes." in html(tmp_path)


def test_nothing_to_report(kit, tmp_path, suite):
    kit.play_into(tmp_path, prepare(suite), at_most=0)
    with pytest.raises(RunError, match="no episode has ended yet"):
        write_report(tmp_path)


def test_the_chosen_episode_is_one_that_tells_the_agents_apart(played):
    spoken = chosen(read_run(played))
    assert [item.transcript.agent for item in spoken] == ["random", "planner"]
    assert len({item.transcript.task_id for item in spoken}) == 1
    assert [item.record.success for item in spoken] == [False, True]
    assert len(spoken[0].transcript.turns) == spoken[0].record.steps


def test_few_episodes_are_kept_word_by_word(played):
    kept = {transcript.key for transcript in read_run(played).transcripts}
    assert kept == {(agent, 0, number) for agent in ("random", "planner") for number in (0, 4)}


def test_verdict_names_the_best_contestant_and_the_highest_floor(played):
    totals = [row for row in aggregate(read_run(played)) if row.task_type == ALL]
    text = verdict(totals)
    assert text.startswith("The highest floor, random, solves")
    assert "planner" not in text
    assert "(pass@1/5)" in text


def test_reports_of_equal_runs_are_equal(kit, played):
    assert html(played) == html(played)
