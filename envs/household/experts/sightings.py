"""Where things of a kind turn up: counts over ALFWorld's training games.

`data/sightings.json` holds, per object type and receptacle type, in how many receptacles of how many
things of the kind were found, counted over games that have the object type at all. Made by

    python -m crossworld.envs.household.experts.sightings FOLDER
"""

import json
import sys
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from crossworld.envs.household.corpus import Corpus
from crossworld.envs.household.games import compiled
from crossworld.envs.household.state import bits, mask_of

_FILE = "sightings.json"


@lru_cache(maxsize=4096)
def chance(object_type: str, receptacle_type: str) -> float:
    """Return the share of receptacles of a type that hold such an object (smoothed, > 0).

    Types are given as the text names them: "mug", "sinkbasin".
    """
    found, looked = _table()["sightings"].get(object_type, {}).get(receptacle_type, (0, 0))
    return float((found + 0.05) / (looked + 5))


def mostly_closed(receptacle_type: str) -> bool:
    """Return whether most receptacles of a type have a door."""
    closed, seen = _table()["openable"].get(receptacle_type, (0, 1))
    return bool(2 * closed > seen)


def count(corpus: Corpus, split: str) -> dict[str, Any]:
    """Count sightings and doors over all games of a split."""
    sightings: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    doors: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for folder in corpus.folders(split):
        game = compiled(folder)
        kinds = [name.partition(" ")[0] for name in game.object_names]
        masks = {
            kind: mask_of([o for o, k in enumerate(kinds) if k == kind]) for kind in set(kinds)
        }
        placed = 0
        for contents in game.start.contents:
            placed |= contents
        for r, name in enumerate(game.receptacle_names):
            receptacle = name.partition(" ")[0]
            doors[receptacle][0] += game.openable >> r & 1
            doors[receptacle][1] += 1
            here = {kinds[o] for o in bits(game.start.contents[r])}
            for kind, mask in masks.items():
                if mask & placed:
                    sightings[kind][receptacle][0] += kind in here
                    sightings[kind][receptacle][1] += 1
    return {
        "source": f"{len(corpus.folders(split))} games of split {split!r}",
        "manifest": corpus.manifest_hash(split),
        "openable": {name: doors[name] for name in sorted(doors)},
        "sightings": {
            kind: {r: pair for r, pair in sorted(table.items()) if pair[0]}
            for kind, table in sorted(sightings.items())
        },
    }


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    path = files("crossworld.envs.household") / "data" / _FILE
    table: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return table


if __name__ == "__main__":
    counted = count(Corpus(Path(sys.argv[1])), "train")
    target = Path(str(files("crossworld.envs.household") / "data" / _FILE))
    target.write_text(json.dumps(counted, separators=(",", ":")) + "\n", "utf-8")
