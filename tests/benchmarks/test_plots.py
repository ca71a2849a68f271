"""Plots: what is drawn is readable for any number of agents, in any colours."""

import re
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import entered, episodes, once, run
from matplotlib.figure import Figure

from crossworld.benchmarks.reports import plots
from crossworld.benchmarks.reports.plots import looks, swatch
from crossworld.benchmarks.reports.plots.bars import Gap
from crossworld.benchmarks.reports.plots.canvas import SERIES
from crossworld.benchmarks.reports.plots.lines import Line, Spot
from crossworld.benchmarks.reports.plots.marks import Named, name_ends, spread
from crossworld.benchmarks.reports.sections import highest
from crossworld.benchmarks.results import aggregate, grouped
from crossworld.benchmarks.statistics import Comparison, Estimate

AGENTS = [
    entered("random", role="floor"),
    entered("blind", role="blind floor"),
    *(entered(f"agent {i}") for i in range(10)),
    entered("planner", role="ceiling", privileged=True),
]
LOOKS = looks(AGENTS, {})


@pytest.fixture(scope="module")
def played():
    records = [
        record
        for i, agent in enumerate(AGENTS)
        for record in episodes(agent, once(f"{2**i % 256:08b}"))
    ]
    return run(AGENTS, records)


@pytest.fixture(scope="module")
def rows(played):
    return [row for row in aggregate(played) if row.task_type == "all"]


# looks


def test_contestants_differ_in_colour_and_marker_and_floors_are_grey():
    shown = [LOOKS[f"agent {i}"] for i in range(10)]
    assert len({look.series for look in shown[:SERIES]}) == SERIES
    assert len({look.marker for look in shown[:SERIES]}) == SERIES
    assert len({(look.colour, look.marker, look.dash) for look in shown}) == 10
    grey = [LOOKS[name] for name in ("random", "blind", "planner")]
    assert {look.series for look in grey} == {None}
    assert len({(look.marker, look.dash) for look in grey}) == 3
    assert [look.hollow for look in grey] == [False, False, True]


def test_a_control_looks_like_its_agent_but_hollow():
    agents = [entered("a"), entered("b"), entered("b, retry only")]
    found = looks(agents, {"b": "b, retry only"})
    agent, control = found["b"], found["b, retry only"]
    assert (agent.series, agent.marker) == (control.series, control.marker)
    assert control.hollow
    assert not agent.hollow
    assert agent.dash != control.dash


@pytest.mark.parametrize("name", [agent["name"] for agent in AGENTS])
def test_swatches_are_pictures(name):
    text = swatch(LOOKS[name])
    assert text.startswith("<svg ")
    assert text.count("<path") == 2
    assert "nan" not in text
    assert LOOKS[name].variable in text


# G. M. Machado et al., IEEE TVCG 15 (2009), severity 1.
EYES = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def palettes():
    """The colours of the page's style, light and dark: the card, then all that is drawn on it."""
    style = (files("crossworld.benchmarks.reports") / "templates" / "style.css").read_text()
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in re.split("@media", style)[:2]
    )
    names = ["card", "reference", *(f"series-{i}" for i in range(SERIES))]
    return [[{**light, **colours}[name] for name in names] for colours in ({}, dark)]


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(channels):
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(channels, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("palette", [0, 1], ids=["light", "dark"])
def test_no_two_colours_look_alike_to_anyone(palette, eyes):
    _, *colours = palettes()[palette]
    seen = np.array([lab(EYES[eyes] @ linear(colour)) for colour in colours])
    apart = np.linalg.norm(seen[:, None] - seen, axis=-1)
    # A CIELAB distance of 2.3 is just noticeable; marks are small and thin, so ten times that.
    assert apart[~np.eye(len(seen), dtype=bool)].min() > 23


@pytest.mark.parametrize("palette", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_the_card(palette):
    card, *colours = ([0.2126, 0.7152, 0.0722] @ linear(c) for c in palettes()[palette])
    for colour in colours:
        dark, light = sorted((card, colour))
        # WCAG 2.1, 1.4.11: graphics need a contrast of 3.
        assert (light + 0.05) / (dark + 0.05) >= 3


# names at the ends of lines


@given(st.lists(st.floats(0, 1), min_size=1, max_size=16), st.floats(0.001, 0.06))
def test_names_are_apart_in_order_and_within(wanted, gap):
    wanted = sorted(wanted)
    places = spread(wanted, gap)
    assert all(after - before >= gap - 1e-9 for before, after in pairwise(places))
    assert min(places) >= 0
    assert max(places) <= 1 + 1e-9


@given(st.integers(1, 12), st.floats(0.001, 0.06))
def test_names_that_have_room_stay_where_they_are(count, gap):
    wanted = [(i + 0.5) * 0.08 for i in range(count)]
    assert spread(wanted, gap) == pytest.approx(wanted)


def test_two_at_one_place_go_half_a_gap_each_way():
    assert spread([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])
    assert spread([1.0, 1.0], 0.1) == pytest.approx([0.9, 1.0])
    assert spread([0.0, 0.0], 0.1) == pytest.approx([0.0, 0.1])


def test_long_names_are_shortened():
    axes = Figure().add_subplot()
    name_ends(axes, [Named("x" * 80, 0.5, "black")])
    (text,) = axes.texts
    assert text.get_text() == "x" * 24 + "…"


# pictures


def pictures(played, rows):
    held = highest(rows)
    estimate = Estimate(0.5, 0.2, 0.8)
    names = [row.agent for row in rows]
    line = [Line(name, (0.0, 0.1, 0.2), [estimate] * 3) for name in names]
    gaps = [Gap(n, LOOKS[n], Comparison(0.5, 0.1, 0.9, 3, 1, 0.6, 8)) for n in names]
    spots = [
        Spot(n, Estimate(10.0**i, 9.0**i, 11.0**i), estimate) for i, n in enumerate(names[2:6])
    ]
    return [
        plots.success_by_agent("a", rows, held, LOOKS),
        plots.success_of_type("b", rows, held, LOOKS),
        plots.success_over_steps("c", grouped(played), rows, LOOKS),
        plots.success_over_trials("d", line, "trials", held, LOOKS),
        plots.success_over_noise("e", line, "text", held, LOOKS),
        plots.success_over_tokens("f", spots, held, LOOKS),
        plots.differences("g", gaps, "points"),
    ]


@pytest.fixture(scope="module")
def drawn(played, rows):
    return pictures(played, rows)


def test_pictures_stand_in_a_page(drawn):
    ids = [found for svg in drawn for found in re.findall(r'\bid="(.*?)"', svg)]
    assert len(set(ids)) == len(ids)
    for svg in drawn:
        assert svg.startswith("<svg aria-hidden")
        assert "http" not in svg
        assert "nan" not in svg.lower().replace("planner", "")
        assert {link[1:] for link in re.findall(r'href="(.*?)"', svg)} <= set(ids)
        # All colours are the page's.
        assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= {"#000000"}
        assert "var(--series-0)" in svg or "var(--series-1)" in svg


def texts(svg):
    return re.findall(r"<text [^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 6])
def test_all_agents_are_named(drawn, number):
    assert {agent["name"] for agent in AGENTS} <= set(texts(drawn[number]))


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5])
def test_floors_and_ceilings_are_named(drawn, number):
    said = {text.partition(",")[0] for text in texts(drawn[number])}
    assert {"floor", "blind floor", "ceiling"} <= said


def test_equal_findings_make_equal_pictures(drawn, played, rows):
    assert pictures(played, rows) == drawn


def test_the_highest_of_each_role_is_what_others_are_held_against():
    agents = [
        entered("a", role="floor"),
        entered("b", role="floor"),
        entered("c", "k-trial", trials=3, role="floor"),
        entered("d"),
    ]
    records = [
        *episodes(agents[0], once("1000")),
        *episodes(agents[1], once("1100")),
        *episodes(agents[2], once("1111")),
        *episodes(agents[3], once("1111")),
    ]
    rows = [row for row in aggregate(run(agents, records)) if row.task_type == "all"]
    assert [row.agent for row in highest(rows)] == ["b"]
