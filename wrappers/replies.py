"""Where the command is in what a language model answered.

In this order: `<action>...</action>`, JSON with a key `action` or `command`, a line that begins with
`Action:` or `>`, a bare line. Peers take the first hit of a substring or the reply's last characters,
and act on what nobody said; here a reply that gives no command, or several, gives none.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

KEYS = ("action", "command")
"""Keys of JSON that hold the command."""

_TAG = re.compile(r"<action>(.*?)(?:</action>|\Z)", re.DOTALL | re.IGNORECASE)
_LINE = re.compile(r"^\s*(?:action\s*\d*\s*:|>)\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_FENCE = re.compile(r"```\w*\n?(.*?)```", re.DOTALL)


class Reply(NamedTuple):
    """What a reply holds.

    Attributes:
        lines: the command; or, of a reply without a mark, each of its lines, one of which may be it.
        problem: why there is none, "" otherwise.
    """

    lines: tuple[str, ...]
    problem: str = ""


def read_reply(reply: str) -> Reply:
    """Return the command in a reply, or why there is none."""
    for found in (_TAG.findall(reply), list(_json_commands(reply)), _LINE.findall(reply)):
        commands = tuple(dict.fromkeys(text for command in found if (text := command.strip())))
        if len(commands) > 1:
            listed = ", ".join(repr(command[:60]) for command in commands[:4])
            return Reply((), f"The reply gives {len(commands)} actions: {listed}. Give one.")
        if commands:
            return Reply(commands)
    plain = _FENCE.sub(r"\1", reply).replace("`", "")
    lines = tuple(dict.fromkeys(line.strip() for line in plain.splitlines() if line.strip()))
    if lines:
        return Reply(lines)
    return Reply((), "The reply is empty. Answer <action>command</action>, or one bare line.")


def _json_commands(reply: str) -> Iterator[str]:
    """Return the commands of the JSON objects in a reply that are not inside one another."""
    decoder = json.JSONDecoder()
    at = reply.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(reply, at)
        except (ValueError, RecursionError):  # too many digits is a ValueError, too
            end = at + 1
        else:
            yield from _named(found)
        at = reply.find("{", end)


def _named(found: Any) -> Iterator[str]:
    for key in KEYS:
        if isinstance(found, dict) and isinstance(found.get(key), str):
            yield found[key]
            return
