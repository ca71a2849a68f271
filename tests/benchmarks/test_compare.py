"""Comparisons within a run and of two runs, against runs counted by hand."""

import pytest
from made_runs import ENV, SPLIT, entered, episodes, once, run, settings, write

from crossworld.benchmarks.folder import RunError, read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.reports.compare import compare, write_comparison
from crossworld.benchmarks.reports.pairs import CONTROL, FLOOR, within
from crossworld.benchmarks.results import aggregate
from crossworld.benchmarks.statistics import mcnemar

FLOOR_10, FLOOR_30, CEILING = (
    entered("low", role="floor"),
    entered("high", role="blind floor"),
    entered("top", role="ceiling", privileged=True),
)
ME = entered("me")


def pairs_of(files):
    return within(files, aggregate(files))


def played(*scores, **given):
    """A run of agents with what they solved."""
    return run(
        [agent for agent, _ in scores],
        [record for agent, digits in scores for record in episodes(agent, once(digits))],
        **given,
    )


# within a run


def test_agents_are_held_against_the_highest_floor_task_by_task():
    files = played((FLOOR_10, "100000"), (FLOOR_30, "110000"), (ME, "101111"), (CEILING, "111111"))
    (pair,) = pairs_of(files)
    assert (pair.why, pair.first, pair.second) == (FLOOR, "me", "high")
    assert (pair.first_success, pair.second_success) == (5 / 6, 2 / 6)
    found = pair.comparison
    assert (found.difference, found.b, found.c, found.tasks) == (pytest.approx(0.5), 4, 1, 6)
    assert (found.p_value, pair.test) == (mcnemar(4, 1), "McNemar's test")
    assert not pair.certain


def test_a_difference_on_every_task_is_certain():
    (pair,) = pairs_of(played((FLOOR_10, "0" * 8), (ME, "1" * 8)))
    assert pair.certain
    assert pair.comparison.difference == 1.0


def test_with_several_seeds_it_is_the_sign_test():
    both = [
        record
        for seed in (0, 1)
        for agent, digits in ((FLOOR_10, "0000"), (ME, "1111"))
        for record in episodes(agent, once(digits), seed=seed)
    ]
    (pair,) = pairs_of(run([FLOOR_10, ME], both))
    assert pair.test == "sign test"
    assert (pair.first_score, pair.comparison.tasks) == ("pass@1/10, 2 seeds", 4)


def test_an_unfinished_run_is_compared_on_what_both_have_played():
    (pair,) = pairs_of(played((FLOOR_10, "0101"), (ME, "11")))
    assert (pair.comparison.tasks, pair.first_success, pair.second_success) == (2, 1.0, 0.5)


def test_several_trials_stand_beside_as_many_and_beside_the_control():
    trials = {"a": [True], "b": [False, True], "c": [False, False]}
    without = {"a": [True], "b": [False, False], "c": [False, False]}
    me = entered("me", "k-trial", trials=2)
    control = entered("me, retry only", "retry-only", trials=2, agent="me")
    again = entered("chance", "retry-only", trials=2, role="floor")
    agents = [FLOOR_10, me, control, again]
    records = [
        *episodes(FLOOR_10, {"a": [True], "b": [True], "c": [True]}),
        *episodes(me, trials),
        *episodes(control, without),
        *episodes(again, {"a": [False, False], "b": [False, True], "c": [False, False]}),
    ]
    pairs = pairs_of(run(agents, records))
    assert [(p.why, p.first, p.second) for p in pairs] == [
        (FLOOR, "me", "chance"),
        (CONTROL, "me", "me, retry only"),
    ]
    assert [p.first_score for p in pairs] == ["k-trial/10, k = 2"] * 2
    assert pairs[1].comparison.difference == pytest.approx(1 / 3)


def test_noise_is_compared_with_the_same_noise():
    floor, me = ({**agent, "noise": ["", "text 0.1"]} for agent in (FLOOR_10, ME))
    records = [
        *episodes(floor, once("11")),
        *episodes(me, once("11")),
        *episodes(me, once("11"), noise="text 0.1"),
        *episodes(floor, once("00"), noise="text 0.1"),
    ]
    gaps = {p.noise: p.comparison.difference for p in pairs_of(run([floor, me], records))}
    assert gaps == {"": 0.0, "text 0.1": 1.0}


# two runs


@pytest.fixture
def folders(tmp_path):
    def make(before, after):
        return write(tmp_path / "before", before), write(tmp_path / "after", after)

    return make


def test_runs_are_compared_agent_by_agent(folders):
    found = compare(
        *folders(played((FLOOR_10, "0000"), (ME, "1100")), played((FLOOR_10, "0000"), (ME, "1011")))
    )
    floor, me = found.pairs
    assert (found.first, found.second) == ("before", "after")
    assert (me.agent, me.first, me.second) == ("me", "after", "before")
    assert (me.comparison.difference, me.comparison.b, me.comparison.c) == (0.25, 2, 1)
    assert floor.comparison.difference == 0.0
    assert (found.refused, found.differing) == ((), ())


def test_settings_that_differ_are_listed_by_name(folders):
    changed = {**ME, "kwargs": {"model": {"name": "b"}}, "prompt_hash": "2"}
    found = compare(
        *folders(
            played(({**ME, "kwargs": {"model": {"name": "a"}}, "prompt_hash": "1"}, "11")),
            played((changed, "11"), versions={"crossworld": "1"}),
        )
    )
    assert found.differing == (
        ("agents: me: kwargs: model: name", "a", "b"),
        ("agents: me: prompt_hash", "1", "2"),
        ("versions: crossworld", "0", "1"),
    )
    assert len(found.pairs) == 1


def with_tasks(**given):
    (tasks,) = settings([])["task_sets"]
    return {"task_sets": [{**tasks, **given}]}


def test_other_tasks_are_not_compared(folders):
    found = compare(*folders(played((ME, "11")), played((ME, "11"), **with_tasks(tasks_hash="u"))))
    assert found.pairs == ()
    assert "other tasks (4 with hash t, 4 with hash u)" in found.refused[0]


def test_tasks_of_the_same_names_may_have_changed(folders):
    found = compare(
        *folders(played((ME, "11")), played((ME, "11"), **with_tasks(manifest_hash="n")))
    )
    assert len(found.pairs) == 1
    assert "manifest hashes differ (m, n)" in found.refused[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": "pass@1/20"}, "the protocol is pass@1/10 in before and pass@1/20 in after"),
        ({"trials": 5}, "the number of trials is 1 in before and 5 in after"),
    ],
)
def test_scores_of_different_things_are_not_compared(folders, change, said):
    found = compare(*folders(played((ME, "11")), played(({**ME, **change}, "11"))))
    assert found.pairs == ()
    assert said in found.refused[0]


def test_what_is_in_one_run_only_is_told(folders):
    quiet, both = ({**ME, "noise": noise} for noise in ([""], ["", "text 0.1"]))
    other = entered("other")
    found = compare(
        *folders(played((quiet, "11"), (CEILING, "11")), played((both, "11"), (other, "11")))
    )
    assert [pair.agent for pair in found.pairs] == ["me"]
    assert found.refused == (
        "Only before has top.",
        "Only after has other.",
        "me: only after has text 0.1.",
    )


def test_what_is_not_played_yet_is_told(folders):
    found = compare(
        *folders(run([ME, CEILING], episodes(ME, once("11"))), played((ME, "11"), (CEILING, "11")))
    )
    assert [pair.agent for pair in found.pairs] == ["me"]
    assert found.refused == (f"top on {ENV}, {SPLIT}: before has no episode of it yet.",)


def test_other_worlds_are_not_compared(folders):
    found = compare(*folders(played((ME, "11")), played((ME, "11"), **with_tasks(env="y"))))
    assert found.refused[:2] == (
        f"Only before has {ENV}, split {SPLIT}; nothing is compared on it.",
        f"Only after has y, split {SPLIT}; nothing is compared on it.",
    )


def test_the_page_and_where_it_is(folders, tmp_path):
    before, after = folders(played((ME, "1100")), played((ME, "1011")))
    found, path = write_comparison(before, after)
    assert path == before / "compare-after.html"
    text = path.read_text()
    assert "after against before" in text
    assert "+25.0" in text
    assert "2 / 1" in text
    assert "http:" not in text
    _, chosen = write_comparison(before, after, tmp_path / "page.html")
    assert chosen.read_text() == text
    assert found.commands == ("crossworld bench made",) * 2


def test_a_page_without_a_pair_says_so(folders):
    _, path = write_comparison(*folders(played((ME, "1")), played((entered("you"), "1"))))
    assert "Nothing can be compared." in path.read_text()


def test_folders_of_one_name_are_told_apart(tmp_path):
    one, two = (write(tmp_path / where / "run", played((ME, "10"))) for where in "ab")
    found = compare(one, two)
    assert (found.first, found.second) == (str(one), str(two))


def test_runs_that_were_played(kit, tmp_path, suite):
    plan = prepare(suite)
    for name in ("one", "two"):
        kit.play_into(tmp_path / name, plan)
    found = compare(tmp_path / "one", tmp_path / "two")
    assert [pair.agent for pair in found.pairs] == ["random", "planner"]
    assert all(pair.comparison.b == pair.comparison.c == 0 for pair in found.pairs)
    assert found.differing == ()
    assert len(read_run(tmp_path / "one").records) == 28


def test_nothing_to_compare(kit, tmp_path, suite):
    kit.play_into(tmp_path / "empty", prepare(suite), at_most=0)
    with pytest.raises(RunError, match="nothing to compare"):
        compare(tmp_path / "empty", tmp_path / "empty")
    with pytest.raises(RunError, match="holds no run"):
        compare(tmp_path / "nowhere", tmp_path / "empty")
