"""AI2-THOR's names: `mug_bar__plus_01_dot_20_bar_...` in PDDL is `Mug|+01.20|...` there."""

import re
from collections.abc import Mapping
from functools import lru_cache

from crossworld.envs.core.errors import MetadataError
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES

Point = tuple[float, float, float]
"""x, y (up), z in metres."""

BASINS: Mapping[str, str] = {"Sink": "SinkBasin", "Bathtub": "BathtubBasin"}
"""Type of what holds a basin to the type of its basin."""

_MARKS = (("_bar_", "|"), ("_minus_", "-"), ("_plus_", "+"), ("_dot_", "."), ("_comma_", ","))
_KINDS = {kind.lower(): kind for kind in (*ADMITS, *OBJECT_TYPES, "EggCracked")}
_WORDS = {
    **_KINDS,
    **{f"{name}type": f"{kind}Type" for name, kind in _KINDS.items()},
    **{f"{name}sliced": f"{kind}Sliced" for name, kind in _KINDS.items()},
    "agent1": "agent1",
    "loc": "loc",
}
_WORD = re.compile(r"([a-z]\w*?)(_[0-9]+)?")
_NAME = re.compile(r"[A-Za-z0-9_.,+|-]+")
_SYMBOL = re.compile(r"[!-'*-:<-~]+")  # printable, no blank, bracket or semicolon
_VERBATIM = "="


@lru_cache(maxsize=8192)
def spell(symbol: str) -> str:
    """Return a PDDL symbol as AI2-THOR would spell it; `symbol_of` reads it back.

    A symbol that its way of spelling would change is kept as it is, behind an equals sign.
    """
    name = symbol
    for mark, sign in _MARKS:
        name = name.replace(mark, sign)
    name = "|".join(map(_spell_word, name.split("|")))
    undone = _NAME.fullmatch(name) and _encoded(name) == symbol
    return name if undone else _VERBATIM + symbol


def object_id(symbol: str) -> str:
    """Return the `objectId` of a PDDL symbol: `Type|x|y|z`, or what `spell` keeps as it is."""
    name = spell(symbol)
    return name if is_id(name) else _VERBATIM + symbol


@lru_cache(maxsize=8192)
def symbol_of(name: str) -> str:
    """Return the PDDL symbol of a name in AI2-THOR's spelling.

    Raises:
        MetadataError: it has characters that no symbol can have.
    """
    if name.startswith(_VERBATIM):
        if _SYMBOL.fullmatch(name, 1):
            return name[1:].lower()
    elif _NAME.fullmatch(name):
        return _encoded(name)
    raise MetadataError(
        f"metadata: {name[:80]!r} is no id; ids look like 'Mug|+01.20|+00.90|-00.75'."
    )


def kind_of(type_symbol: str) -> str:
    """Return AI2-THOR's name of a PDDL type: `Mug` for `mugtype`."""
    return _spell_word(type_symbol.removesuffix("type"))


def catalogue_kind(kind: str) -> str:
    """Return a type as the catalogue spells it, or as it is if the catalogue lacks it."""
    return _KINDS.get(kind.lower(), kind)


def is_id(name: str) -> bool:
    """Return whether a name has the form of an `objectId`."""
    return "|" in name or name.startswith(_VERBATIM)


def type_of(kind: str) -> str:
    """Return the PDDL type of AI2-THOR's name: `mugtype` for `Mug`."""
    return f"{_encoded(kind)}type"


def point_of(name: str) -> Point | None:
    """Return the point in an `objectId`, None if it has none."""
    try:
        x, y, z = map(float, name.split("|")[1:4])
    except ValueError:
        return None
    return x, y, z


def _encoded(name: str) -> str:
    symbol = name.lower()
    for mark, sign in _MARKS:
        symbol = symbol.replace(sign, mark)
    return symbol


def _spell_word(word: str) -> str:
    match = _WORD.fullmatch(word)
    if match is None or word in _WORDS:
        return _WORDS.get(word, word)
    name, number = match.groups(default="")
    return _WORDS.get(name, name[0].upper() + name[1:]) + number
