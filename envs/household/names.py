"""Display names: how a PDDL symbol such as `drawer_bar_..._bar_...` becomes `drawer 17`.

The numbering is upstream's (alfworld `agents/utils/misc.py`, class `Demangler`) and looks odd on
purpose: the first symbol in sorted order gets the *highest* number of its class.
"""

from collections import Counter
from collections.abc import Iterable

_SEPARATOR = "_bar_"


def class_name(symbol: str) -> str:
    """Return the class in a symbol; anything with "basin" in it gets that suffix."""
    name = symbol.partition(_SEPARATOR)[0]
    return f"{name}basin" if "basin" in symbol else name


def display_names(symbols: Iterable[str]) -> dict[str, str]:
    """Give every symbol its name, numbering each class from its end.

    Symbols without coordinates (`agent1`) keep their own text plus a trailing blank.
    """
    ordered = sorted(symbols)
    left = Counter(class_name(symbol) for symbol in ordered if _SEPARATOR in symbol)
    names = {}
    for symbol in ordered:
        if _SEPARATOR not in symbol:
            names[symbol] = f"{symbol} "
            continue
        kind = class_name(symbol)
        names[symbol] = f"{kind} {left[kind]}"
        left[kind] -= 1
    return names


def listing(names: list[str], article: str = "a ") -> str:
    """Join names as upstream does: `nothing`, `a x`, `a x, and a y`, `a x, a y, and a z`."""
    if not names:
        return "nothing"
    *first, last = [article + name for name in names]
    return f"{', '.join(first)}, and {last}" if first else last
