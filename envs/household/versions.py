"""Text versions: which released grammar a game speaks, and how it is recognised.

ALFWorld's wording changed between releases, and results with it, so the version is explicit.
A grammar or domain is recognised by a fingerprint of its meaning: comments and layout do not count,
and neither does the task sentence inside the grammar. Anything else is refused. The three official
pairs were read from alfworld 0.3.3 ("2.1.1"), the v2.1.2 data release ("2.1.2") and alfworld 0.4.2
("wheel"); this package's own pair (`data/`) plays and speaks like "wheel".
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from crossworld.envs.core.errors import GameError
from crossworld.envs.core.pddl import tokens

HELP = """Available commands:
  look:                             look around your current location
  inventory:                        check your current inventory
  go to (receptacle):               move to a receptacle
  open (receptacle):                open a receptacle
  close (receptacle):               close a receptacle
  take (object) from (receptacle):  take an object from a receptacle
  move (object) to (receptacle):  place an object in or on a receptacle
  examine (something):              examine a receptacle or an object
  use (object):                     use an object
  heat (object) with (receptacle):  heat an object using a receptacle
  clean (object) with (receptacle): clean an object using a receptacle
  cool (object) with (receptacle):  cool an object using a receptacle
  slice (object) with (object):     slice an object using a sharp object
"""
"""The answer to `help`; upstream loses the leading newline and keeps the last one."""


@dataclass(frozen=True, slots=True)
class TextVersion:
    """How one release of the grammar words what others word differently.

    Attributes:
        name: the version's name.
        place: verb and separator of the place command.
        placed: feedback of the place command.
        arrives_at_location: whether `go to` names the location (`loc 3`) and not the receptacle.
        help: the answer to `help`, "" where the command does not exist.
        clean_types: receptacle types that clean.
    """

    name: str
    place: tuple[str, str] = ("move", " to ")
    placed: str = "You move the {o} to the {r}."
    arrives_at_location: bool = False
    help: str = HELP
    clean_types: frozenset[str] = frozenset({"sinkbasintype"})

    @property
    def basic(self) -> tuple[str, ...]:
        """The commands without arguments, sorted."""
        return ("help", "inventory", "look") if self.help else ("inventory", "look")


VERSIONS: Mapping[str, TextVersion] = {
    version.name: version
    for version in (
        TextVersion(
            "2.1.1",
            place=("put", " in/on "),
            placed="You put the {o} in/on the {r}.",
            arrives_at_location=True,
            help="",
        ),
        TextVersion("2.1.2", clean_types=frozenset({"sinktype", "sinkbasintype"})),
        TextVersion("wheel"),
    )
}

DOMAINS: Mapping[str, str] = {
    "b0b8259a4e11c9f45e91c181404bde4c2c936ad872fdc4d368c7e63094eaafac": "2.1.1",
    "e733dcfa5154f9d53cbe57f3a9538fac6258eb371abd658b6a15de4c28faa85f": "2.1.2",
    "915e118f4f32b4d826bf53c99e860dd85831afffb1a31ad333f063ce005b7122": "wheel",
    "a1f2ffa0d0a7fa1116b9a8c351b05eed98357123cc66d5b1ef9638c27299e665": "wheel",  # ours
}
"""Fingerprint of a domain to the version whose rules it states."""

GRAMMARS: Mapping[str, str] = {
    "7caa17c7ef2d61044f53bf9d35919199288161369519684647aa0e9d29f468cb": "2.1.1",
    "ccffb604d6ead833cc4936a17c8570c00bca1516ca26c6ac464f14c696eb7dea": "2.1.2",
    "91756c4cdfb13547860b29c549b1ca70c5e5762459e9c2a329374368d851d968": "wheel",
    "a0675da337be161f5d1e59f7a29e5eed2f6327a7b6cc4ae0a6e4c7f9e2a83f34": "wheel",  # ours
}
"""Fingerprint of a grammar to its version."""

_TASK = re.compile(r'("rhs": "Your task is to: )((?:[^"\\]|\\.)*)(\."\s*\})')


def task_sentence(grammar: str) -> str:
    """Return the task sentence of a grammar, without the full stop that the grammar adds.

    Raises:
        GameError: the grammar has no task sentence, or several.
    """
    found = _TASK.findall(grammar)
    if len(found) != 1:
        raise GameError(
            f"grammar: expected one 'Your task is to: ...' sentence, found {len(found)}."
        )
    return str(json.loads(f'"{found[0][1]}"', strict=False))


def grammar_version(grammar: str) -> str:
    """Return the text version that a grammar speaks.

    Raises:
        GameError: it differs from every known grammar in more than the task sentence.
    """
    frame = _TASK.sub(r"\1\3", grammar)
    return _known(_digest(frame.strip().replace("\r\n", "\n")), GRAMMARS, "grammar")


@lru_cache(maxsize=8)  # every official game carries the same 17 kB
def domain_version(domain: str) -> str:
    """Return the version whose rules a domain states.

    Raises:
        GameError: it differs from every known domain in more than comments and layout.
    """
    return _known(_digest(" ".join(tokens(domain))), DOMAINS, "domain")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _known(digest: str, table: Mapping[str, str], what: str) -> str:
    version = table.get(digest)
    if version is None:
        raise GameError(
            f"{what}: unknown text (fingerprint {digest[:12]}); known are those of"
            f" {', '.join(sorted(set(table.values())))}. A game with another {what} would be"
            " played wrongly, so it is refused."
        )
    return version
