"""Where the official games are, for tests that need them."""

import os
from functools import lru_cache
from pathlib import Path

import pytest

from crossworld.envs.household.corpus import Corpus

_BESIDE = Path(__file__).parents[2].parent / "shared" / "alfworld"


def official_folder() -> Path | None:
    """Return `$ALFWORLD_DATA`, or the sample of official games beside the checkout, if it is there."""
    given = os.environ.get("ALFWORLD_DATA")
    folder = Path(given) if given else _BESIDE
    return folder if any(folder.glob("json_2.1.*")) else None


@lru_cache(maxsize=1)
def official_corpus() -> Corpus:
    """Return the official games; skip the test where there are none."""
    folder = official_folder()
    if folder is None:
        pytest.skip("no official ALFWorld games: set ALFWORLD_DATA to the folder with json_2.1.2")
    return Corpus(folder)
