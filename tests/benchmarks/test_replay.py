"""Episodes side by side: which are shown, their frames, and the page in a real browser."""

import shutil
import subprocess
from pathlib import Path

import made_runs
import pytest
from made_runs import SPLIT, entered, episodes, once, run, spoken, write

from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.reports.replay import COLUMNS, Frames, chosen, tell_apart
from crossworld.benchmarks.reports.report import write_report
from crossworld.benchmarks.results import ALL, aggregate

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def html(folder):
    write_report(folder)
    return (folder / "report.html").read_text()


def totals(files):
    return [row for row in aggregate(files) if row.task_type == ALL]


@pytest.fixture
def everything(tmp_path):
    return write(tmp_path / "all", made_runs.everything())


def test_the_chosen_episode_is_one_that_tells_the_agents_apart(played):
    files = read_run(played)
    shown = chosen(files, totals(files))
    assert [item.transcript.agent for item in shown] == ["random", "planner"]
    assert len({item.transcript.task_id for item in shown}) == 1
    assert [item.record.success for item in shown] == [False, True]
    assert len(shown[0].transcript.turns) == shown[0].record.steps


def test_of_several_trials_the_one_that_counts_is_shown(everything):
    files = read_run(everything)
    rows = [row for row in totals(files) if row.split == SPLIT and not row.noise]
    trials = {item.record.agent: item.record.trial for item in chosen(files, rows)}
    assert trials["me"] == 1
    assert trials.get("me, retry only", 2) == 2


def test_few_columns_tell_the_story():
    agents = [
        *(entered(f"floor {i}", role="floor") for i in range(3)),
        *(entered(f"blind {i}", role="blind floor") for i in range(2)),
        *(entered(f"agent {i}") for i in range(8)),
        entered("top", role="ceiling"),
    ]
    solved = ["00", "10", "00", "00", "10", *(["0" * (7 - i) + "1" * i for i in range(8)]), "11"]
    records = [
        record
        for agent, digits in zip(agents, solved, strict=True)
        for record in episodes(agent, once(digits))
    ]
    kept = tell_apart(totals(run(agents, records)))
    assert len(kept) == COLUMNS
    assert kept == ["floor 1", "blind 1", "agent 0", "agent 6", "agent 7", "top"]


def test_frames_are_kept_once_and_within_the_limit():
    me = entered("me")
    one, two = episodes(me, once("11"))
    frames = Frames(limit=9)
    numbers = frames.of(
        [spoken(one, ["aaa", "bbb", "aaa", "ddd"]), spoken(two, ["", "bbb", "ccc"])]
    )
    assert numbers == ((0, 1, 0, None), (None, 1, 2))
    assert frames.numbers == {"aaa": 0, "bbb": 1, "ccc": 2}
    assert frames.left_out
    frames.limit = 12
    assert frames.of([spoken(one, ["ddd"])]) == ((3,),)


def test_few_episodes_are_kept_word_by_word(played):
    kept = {(t.agent, t.seed, t.episode) for t in read_run(played).transcripts}
    assert kept == {(agent, 0, number) for agent in ("random", "planner") for number in (0, 4)}


def test_each_frame_is_in_the_page_once(everything):
    text = html(everything)
    assert text.count("base64,QUFB") == 1
    assert text.count('class="frame f0"') > 2


WATCH = """<script>
const told = document.documentElement.dataset;
told.errors = "";
addEventListener("error", (event) => { told.errors += event.message; });
addEventListener("securitypolicyviolation", (event) => { told.errors += event.violatedDirective; });
</script>"""
USE = """<script>
const slider = document.querySelector("input[type=range]");
slider.value = 2;
slider.dispatchEvent(new Event("input"));
document.querySelector(".back").click();
told.fetched = performance.getEntriesByType("resource").map((entry) => entry.name)
  .filter((name) => !name.startsWith("data:")).join(" ");
told.shown = [...document.querySelectorAll(".said li")].filter((turn) => turn.checkVisibility())
  .map((turn) => turn.querySelector("kbd").textContent).join(";");
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_the_page_in_a_browser(everything, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        html(everything).replace("<head>", f"<head>{WATCH}").replace("</body>", f"{USE}</body>")
    )
    picture = tmp_path / "page.png"
    done = browse(tmp_path, page, "--dump-dom")
    root = done.stdout[: done.stdout.index("<head>")]
    assert 'data-errors=""' in root
    assert 'data-fetched=""' in root
    assert "CONSOLE" not in done.stderr
    columns = done.stdout.count('class="card talk"')
    assert columns == COLUMNS
    assert f'data-shown="{";".join(["go 1"] * columns)}"' in root
    assert ">step 1 of 2</output>" in done.stdout
    browse(tmp_path, page, f"--screenshot={picture}", "--window-size=1200,2000")
    assert picture.stat().st_size > 50_000


def browse(folder: Path, page: Path, *switches: str):
    common = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    command = [
        str(CHROMIUM),
        *common,
        "--enable-logging=stderr",
        "--virtual-time-budget=3000",
        f"--user-data-dir={folder / 'profile'}",
        *switches,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
