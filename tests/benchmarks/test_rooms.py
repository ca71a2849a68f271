"""The table that compares sources of games."""

from crossworld.benchmarks.rooms import MEASURES, table
from crossworld.envs.household.generation.generator import GeneratedGame


def test_table_has_a_row_per_measure_and_a_column_per_source() -> None:
    games = [GeneratedGame("train", index).load("auto") for index in range(6)]
    lines = table({"first": games[:3], "all": games}).splitlines()
    assert lines[0] == "| least / median / most (mean) | first | all |"
    assert lines[2] == "| games | 3 | 6 |"
    assert [line.split(" | ")[0][2:] for line in lines[3:-2]] == list(MEASURES)
    counts = sorted(len(game.receptacle_names) for game in games)
    row = next(line for line in lines if line.startswith("| receptacles |"))
    assert f"| {counts[0]} / " in row.rpartition(" | ")[2] or f"{counts[0]} / " in row
    assert all(line.count("|") == 4 for line in lines)
