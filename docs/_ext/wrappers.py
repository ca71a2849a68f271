"""The table of wrappers and their reference, written from their docstrings at build time.

They go to `docs/_build/wrappers/`, which is not under version control.
"""

import inspect
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from crossworld import wrappers
from crossworld.wrappers import vector

FOLDER = "_build/wrappers"

KINDS = {
    "noise": "observation",
    "captions": "observation",
    "prompts": "observation",
    "tokens": "observation",
    "embeddings": "observation",
    "keys": "observation",
    "masks": "observation",
    "actions": "action",
    "rewards": "reward",
    "recording": "recording",
    "datasets": "recording",
}
"""Module to what its wrappers change, in the order of the table."""


def classes() -> list[type[Any]]:
    """Return the wrappers, by what they change, then by module and name."""
    found = [value for value in vars(wrappers).values() if inspect.isclass(value)]
    order = list(KINDS)
    return sorted(found, key=lambda one: (order.index(_module(one)), one.__name__))


def table() -> str:
    """Return the table, a row a wrapper."""
    lines = ["| wrapper | changes | what it does | vector twin |", "|---|---|---|---|"]
    for one in classes():
        name = one.__name__
        twin = "yes" if hasattr(vector, name) else "no"
        lines.append(
            f"| [`{name}`](#{_label(one)}) | {KINDS[_module(one)]} | {lead(one)} | {twin} |"
        )
    return "\n".join(lines) + "\n"


def lead(one: type[Any]) -> str:
    """Return the first paragraph of a docstring, as one line."""
    return " ".join((inspect.getdoc(one) or "").partition("\n\n")[0].split())


def reference() -> str:
    """Return every wrapper's docstring, as Sphinx renders it."""
    return "\n".join(
        f"({_label(one)})=\n### {one.__name__}\n\n```{{eval-rst}}\n"
        f".. autoclass:: crossworld.wrappers.{one.__name__}()\n```\n"
        for one in classes()
    )


def _module(one: type[Any]) -> str:
    return one.__module__.rpartition(".")[2]


def _label(one: type[Any]) -> str:
    return f"wrapper-{one.__name__.lower()}"


def _write(app: Sphinx) -> None:
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text(table(), "utf-8")
    (folder / "reference.md").write_text(reference(), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pieces before Sphinx reads pages."""
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True}
