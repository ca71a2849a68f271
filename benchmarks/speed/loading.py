"""Loading, compiling, packing, generating and resetting games: time, size and memory."""

import gc
import statistics
import time
import tracemalloc
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import gymnasium as gym
from rich.progress import track

from crossworld.benchmarks.speed.rows import Row, cpu_time, resident
from crossworld.benchmarks.speed.stepping import TEXT
from crossworld.envs.household import files
from crossworld.envs.household.corpus import Corpus, GameFolder, open_corpus
from crossworld.envs.household.games import GAME_CACHE, compiled
from crossworld.envs.household.generation.generator import GeneratedGame
from crossworld.envs.household.pack import Pack
from crossworld.envs.household.packing import Packer

GAMES = 100
RESETS = 100_000
OFFICIAL = 4027
"""Games in the complete official data."""


def loading_rows(folders: list[GameFolder]) -> list[Row]:
    """Time and memory of reading and compiling games from their files."""
    sample = folders[:: max(1, len(folders) // GAMES)]
    times = [cpu_time(partial(files.load_game, folder.game_file)) for folder in sample]
    gc.collect()
    tracemalloc.start()
    games = [files.load_game(folder.game_file) for folder in sample]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(games) / 1000
    tracemalloc.stop()
    median = statistics.median(times) * 1e3
    return [
        Row("load + compile a game, median", f"{median:.2f} ms", "<= 5 ms", median <= 5),
        Row("memory of a compiled game, mean", f"{size:.0f} kB", "<= 300 kB", size <= 300),
    ]


def packing_rows(corpus: Corpus) -> list[Row]:
    """Size of a pack of all these games, and time to open it and to load from it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "games.cwpack"
        packer = Packer()
        for game in track(corpus.stored, description="packing", transient=True):
            packer.add(game)
        packer.write(path)
        size = path.stat().st_size / len(corpus)
        opened = statistics.median(cpu_time(partial(Corpus, path)) for _ in range(5)) * 1e3
        games = Pack(path).games
        loaded = [cpu_time(partial(game.load, "auto")) for game in games]
    median = statistics.median(loaded) * 1e3
    full = size * OFFICIAL / 1e6
    return [
        Row(f"pack of {len(games)} games, bytes a game", f"{size:,.0f}"),
        Row(f"the same for {OFFICIAL:,} games", f"{full:.1f} MB", "<= 10 MB", full <= 10),
        Row("opening it", f"{opened:.0f} ms", "<= 100 ms", opened <= 100),
        Row("load + compile from it, median", f"{median:.2f} ms", "<= 3 ms", median <= 3),
    ]


def generating_rows() -> list[Row]:
    """Time to make games, the first time that they and their rooms are asked for."""
    games = [GeneratedGame("train", number) for number in range(10 * GAMES)]
    times = [cpu_time(partial(game.load, "auto")) for game in games]
    envs = gym.make_vec("crossworld/Household-v0", num_envs=64, modalities=TEXT)
    _, infos = envs.reset(seed=0)
    steps = 100
    start = time.process_time()
    for number in range(steps):
        commands = infos["admissible_commands"]
        _, _, _, _, infos = envs.step([known[number % len(known)] for known in commands])
    rate = 64 * steps / (time.process_time() - start)
    return [
        Row(
            "generate + compile a game, median of the first 1,000",
            f"{statistics.median(times) * 1e3:.2f} ms",
        ),
        Row("generated games, 64 slots, steps/s with new games", f"{rate:,.0f}"),
    ]


def resetting_rows(data: str) -> list[Row]:
    """Resets of compiled games, and what very many of them do to memory."""
    env = gym.make("crossworld/ALFWorld-v0", data=data, modalities=TEXT)
    corpus = open_corpus(data)
    ids = [f.task_id for split in corpus.splits for f in corpus.folders(split)][:GAME_CACHE]
    for task_id in ids:
        env.reset(options={"task_id": task_id})
    before = resident()
    times = []
    for number in track(range(RESETS), description="resets", transient=True):
        options = {"task_id": ids[number % len(ids)]}
        times.append(cpu_time(partial(env.reset, options=options)))
    grown = (resident() - before) / 1000
    median = statistics.median(times) * 1e6
    kept = compiled.cache_info().maxsize
    return [
        Row("reset of a compiled game, median", f"{median:.0f} us", "<= 50 us", median <= 50),
        Row(
            f"growth over {RESETS:,} resets of {len(ids)} games",
            f"{grown:.1f} MB",
            "none (<= 5 MB)",
            grown <= 5,
        ),
        Row("compiled games kept at most", f"{kept}", "bounded", kept is not None),
    ]
