"""All commands that can become possible in a game, whatever happens in it."""

from collections.abc import Iterator
from functools import lru_cache

from crossworld.envs.household.game import Game
from crossworld.envs.household.state import bits


@lru_cache(maxsize=256)
def possible_commands(game: Game) -> tuple[str, ...]:
    """Return the commands, sorted. Every admissible one is among them."""
    return tuple(sorted(set(_possible(game))))


def _possible(game: Game) -> Iterator[str]:
    names = game.object_names
    flags = game.flags
    portable = flags["pickupable"]
    if game.start.held >= 0:
        portable |= 1 << game.start.held
    verb, to = game.version.place
    yield from game.version.basic
    for r, receptacle in enumerate(game.receptacle_names):
        yield f"go to {receptacle}"
        yield f"examine {receptacle}"
        if game.openable >> r & 1:
            yield f"open {receptacle}"
            yield f"close {receptacle}"
        for o in bits((game.start.contents[r] | game.accepts[r]) & portable):
            yield f"take {names[o]} from {receptacle}"
        for o in bits(game.accepts[r] & portable):
            yield f"{verb} {names[o]}{to}{receptacle}"
    for o in bits(portable):
        yield f"examine {names[o]}"
        if game.cutters >> o & 1:
            for other in bits(flags["sliceable"]):
                yield f"slice {names[other]} with {names[o]}"
    for verb, flag in (("clean", "cleanable"), ("heat", "heatable"), ("cool", "coolable")):
        for site in game.sites:
            for r in getattr(site, verb):
                for o in bits(flags[flag] & portable):
                    yield f"{verb} {names[o]} with {game.receptacle_names[r]}"
    for o in bits(flags["toggleable"]):
        yield f"use {names[o]}"
