import json
import re
from html.parser import HTMLParser

import made_runs
import pytest
from made_runs import ENV, entered, episodes, once, run, settings, write

from crossworld.benchmarks.folder import RunError, read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.reports.findings import find
from crossworld.benchmarks.reports.replay import Frames
from crossworld.benchmarks.reports.report import planned, prompt_hashes, write_report
from crossworld.benchmarks.reports.sections import sections
from crossworld.benchmarks.results import ALL, aggregate, sees
from crossworld.benchmarks.statistics import wilson
from crossworld.benchmarks.suite import Contestant, Suite, TaskSet, with_control


class Page(HTMLParser):
    """Collects tags; complains where brackets do not match."""

    void = frozenset({"meta", "br", "link", "img", "input"})

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


def totals(files):
    return [row for row in aggregate(files) if row.task_type == ALL]


@pytest.fixture
def everything(tmp_path):
    return write(tmp_path / "all", made_runs.everything())


# rows


def test_rows_count_what_was_played(kit, played):
    files = read_run(played)
    rows = {(row.agent, row.task_type): row for row in aggregate(files)}
    assert list(rows) == [(a, t) for a in ("random", "planner") for t in (ALL, "type_a", "type_b")]
    top = rows["planner", ALL]
    assert (top.env, top.split, top.noise) == (kit.env, "few", "")
    assert (top.episodes, top.played, top.tasks, top.solved, top.success) == (14, 14, 7, 14, 1.0)
    assert (top.low, top.high) == wilson(7, 7)
    assert (top.privileged, top.role, top.protocol) == (True, "ceiling", "pass@1/3")
    assert (top.trials, top.seeds, top.sees) == (1, 2, "expert")
    assert (top.steps, top.steps_given_success, top.invalid_rate) == (1.0, 1.0, 0.0)
    low = rows["random", ALL]
    mine = [record for record in files.records if record.agent == "random"]
    assert low.steps == sum(r.steps if r.success else 5 for r in mine) / 14
    assert low.steps_given_success == pytest.approx(
        sum(r.steps for r in mine if r.success) / low.solved
    )
    assert low.episodes == rows["random", "type_a"].episodes + rows["random", "type_b"].episodes


def test_failures_count_the_limit_even_when_the_agent_raised(kit, tmp_path, solo):
    kit.play_into(tmp_path, solo("breaks", method="reset"))
    row = aggregate(read_run(tmp_path))[0]
    assert (row.steps, row.errors, row.steps_given_success, row.invalid_rate) == (5, 2, None, None)


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ({"text", "mission"}, "text"),
        ({"prompt", "image", "mission"}, "image, text"),
        ({"caption", "mission"}, "caption"),
        ({"admissible_commands"}, "commands"),
        ({"expert_action"}, "expert"),
        ({"mission"}, "nothing"),
    ],
)
def test_what_an_agent_sees(reads, said):
    assert sees(reads) == said


# results.json


def test_results_json_is_the_table(played):
    _, rows = write_report(played)
    content = json.loads((played / "results.json").read_text())
    assert [row["success"] for row in content["rows"]] == [row.success for row in rows]
    assert not list(played.glob(".*json*"))


def test_results_json_holds_all_that_was_worked_out(everything):
    write_report(everything)
    content = json.loads((everything / "results.json").read_text())
    assert content.keys() == {
        *("settings", "facts", "confidence", "rows"),
        *("trial_curves", "noise_curves", "comparisons", "costs"),
    }
    curves = {curve["agent"]: curve for curve in content["trial_curves"]}
    assert [point["value"] for point in curves["me"]["points"]] == [0.5, 0.75, 0.75]
    assert [point["value"] for point in curves["me, retry only"]["points"]] == [0, 0, 0]
    assert curves["frozen"]["split"] == "train"
    assert [curve["modality"] for curve in content["noise_curves"]] == ["text", "image"]
    best = {(c["first"], c["why"]): c for c in content["comparisons"] if not c["noise"]}
    assert best["model", "floor"]["second"] == "blind"
    assert best["model", "floor"]["comparison"]["difference"] == pytest.approx(0.5)
    assert best["me", "control"]["comparison"]["difference"] == 0.75
    assert {cost["noise"] for cost in content["costs"]} == {"", "text 0.1", "image 0.5"}
    assert content["costs"][0]["tokens"]["value"] == 909


# the page


@pytest.mark.parametrize("which", ["played", "everything"])
def test_report_needs_nothing_from_elsewhere(which, request):
    text = html(request.getfixturevalue(which))
    page = Page(text)
    assert "http:" not in text
    assert "https:" not in text
    assert page.tags.isdisjoint({"link", "img", "iframe", "object"})
    assert all(link.startswith("#") for link in page.links)
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert set(re.findall(r"url\(#(.*?)\)", text)) <= set(page.ids)
    assert all(
        url.startswith(("#", "data:image/jpeg;")) for url in re.findall(r"url\((.*?)\)", text)
    )
    assert "default-src 'none'" in text


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
    assert "pass@1/3, 2 seeds" in text
    assert "pass@1/5, 2 seeds" in text
    assert "crossworld bench stub" in text
    assert "Unfinished" not in text


def test_report_says_everything(everything):
    text = html(everything)
    for part in (
        "k-trial/10, k = 3",
        "retry-only/10, k = 3",
        "adapt/10, k = 2",
        "Several trials",
        "Learned beforehand",
        "Success by round",
        "Noise on text",
        "Noise on image",
        "Language models",
        "highest floor",
        "What memory is worth",
        "image, text",
        "learns on train: 2 tasks, 2 rounds",
        "name = <code>&lt;m&gt;</code>",
        "<code>p1</code>",
        "manifest <code>m</code>, tasks <code>t</code>",
        "$0.02",
        "60.0 seconds an episode",
    ):
        assert part in text, part
    assert "Unfinished" not in text
    # In every table with agents: the floors and the ceiling.
    for table in re.findall(r"<thead><tr><th scope=\"col\">agent<br>.*?</table>", text, re.DOTALL):
        if "against" not in table:
            assert 'class="badge">floor' in table
            assert 'class="badge">blind floor' in table
            assert 'class="badge">ceiling' in table


def test_report_shows_tracebacks(kit, tmp_path, solo):
    kit.play_into(tmp_path, solo("breaks", method="act"))
    text = html(tmp_path)
    assert "RuntimeError: broken &lt;act&gt;" in text
    assert "2 raised" in text


def test_report_of_an_unfinished_run_says_so(kit, tmp_path, suite):
    kit.play_into(tmp_path, prepare(suite), at_most=16)
    assert "Unfinished: 16 of 28 episodes." in html(tmp_path)


def test_what_is_solved_is_not_waited_for(kit, tmp_path):
    entry = Contestant("stub_world:Recalls", Protocol("k-trial", 1), label="me", trials=4)
    suite = Suite("s", "s", (TaskSet(kit.env, ("few",)),), tuple(with_control(entry)))
    plan = prepare(suite)
    kit.play_into(tmp_path, plan, at_most=3)
    # The first task takes one trial of four, the second two.
    assert planned(read_run(tmp_path)) == 2 * 7 * 4 - 3 - 2
    kit.play_into(tmp_path, plan)
    files = read_run(tmp_path)
    assert planned(files) == len(files.records)


def test_a_finished_run_is_not_unfinished(everything):
    files = read_run(everything)
    assert planned(files) == len(files.records)


def test_nothing_to_report(kit, tmp_path, suite):
    kit.play_into(tmp_path, prepare(suite), at_most=0)
    with pytest.raises(RunError, match="no episode has ended yet"):
        write_report(tmp_path)


def test_reports_of_equal_runs_are_equal(everything):
    assert html(everything) == html(everything)


def test_every_task_set_has_its_part(tmp_path):
    me, low = entered("me"), entered("low", role="floor")
    (tasks,) = settings([])["task_sets"]
    sets = [{**tasks, "split": split} for split in ("one", "two", "never played")]
    records = [
        record
        for split, digits in (("one", "1111"), ("two", "0000"))
        for agent, solved in ((low, "0000"), (me, digits))
        for record in episodes(agent, once(solved), split=split)
    ]
    files = run([low, me], records, task_sets=sets)
    found = sections(files, find(files), Frames())
    assert [(part.split, part.rows[1].success) for part in found] == [("one", 1.0), ("two", 0.0)]
    text = html(write(tmp_path, files))
    assert text.count("<h2 id=") == 3
    assert f"<strong>{ENV}, one:</strong> me solves 100.0 %" in text


# the verdict


def verdict_of(files):
    (section,) = sections(files, find(files), Frames())
    return section.verdict


def test_verdict_compares_the_best_contestant_with_the_highest_floor():
    low, high, me, worse, top = (
        entered("low", role="floor"),
        entered("high", role="blind floor"),
        entered("me"),
        entered("worse"),
        entered("top", role="ceiling", privileged=True),
    )
    scores = {
        "low": "0" * 8,
        "high": "1" + "0" * 7,
        "me": "1" * 8,
        "worse": "0" * 8,
        "top": "1" * 8,
    }
    agents = [low, high, me, worse, top]
    text = verdict_of(
        run(agents, [r for a in agents for r in episodes(a, once(scores[a["name"]]))])
    )
    assert text.startswith(
        "me solves 100.0 % of its tasks (pass@1/10). The highest floor, high, solves 12.5 % of its"
        " tasks (pass@1/10). On the same 8 tasks the difference is +87.5 points (95 % interval +"
    )
    assert text.endswith("; McNemar's test: p = 0.016).")


def test_verdict_says_what_may_be_chance():
    low, me = entered("low", role="floor"), entered("me")
    text = verdict_of(run([low, me], [*episodes(low, once("1010")), *episodes(me, once("0111"))]))
    assert text.endswith("p = 1), which may be chance.")


def test_verdict_of_floors_and_ceilings_alone(played):
    text = verdict_of(read_run(played))
    assert text.startswith("The highest floor, random, solves")
    assert "planner" not in text
    assert "(pass@1/5, 2 seeds)" in text


def test_verdict_leaves_several_trials_out(everything):
    text = verdict_of(read_run(everything))
    # k-trial also solves 75 %, and comes after.
    assert text.startswith("model solves 75.0 %")


def test_prompts_are_those_that_were_seen():
    me = entered("me")
    records = [
        record
        for seed, prompt in enumerate(["b", "a", ""])
        for record in episodes(me, once("1"), seed=seed, prompt_hash=prompt)
    ]
    assert prompt_hashes(run([me], records)) == {"me": ["a", "b"]}
