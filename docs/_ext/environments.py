"""A documentation page for each registered environment, written from its class at build time.

The pages go to `docs/environments/`, which is not under version control. What can be computed is
computed: spaces, step limit, opening text and frame come from an environment that is really made.
"""

import inspect
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator
from gymnasium.spaces import Dict, Discrete, Space, Text
from PIL import Image
from sphinx.application import Sphinx

from crossworld.envs.core import errors
from crossworld.envs.core.inspection import Inspection
from crossworld.envs.core.paired import PairedEnv
from crossworld.envs.household.corpus import ENVIRONMENT_VARIABLE
from crossworld.envs.household.generation.export import write_games
from crossworld.registration import ENVIRONMENTS, Registered

FOLDER = "environments"
METHODS = tuple(
    dict.fromkeys(
        name
        for base in (PairedEnv, Inspection)
        for name, member in vars(base).items()
        if inspect.isfunction(member) and not name.startswith("_") and not hasattr(gym.Env, name)
    )
)
"""What the contract adds to Gymnasium's own methods, in the order of its source."""

_GOOGLE_SECTION = re.compile(r"^(Raises|Note|Example)s?:\n((?:    .*\n?|\n(?=    ))+)", re.M)
_ITEM = re.compile(r"^(\w+): (.*(?:\n +.*)*)", re.M)


def slug(env_id: str) -> str:
    """Return the file name of an id's page: `crossworld/ALFWorld-v0` becomes `alfworld-v0`."""
    return env_id.rpartition("/")[2].lower()


def page(environment: Registered, folder: Path) -> str:
    """Return the page of an environment, in MyST; its picture is written into the folder."""
    with _some_games():
        env = gym.make(environment.id)
        try:
            facts, methods = _facts(env, environment), _methods(env)
            opening = _opening(env, folder / f"{slug(environment.id)}.png")
            doc = inspect.getdoc(type(env.unwrapped)) or ""
        finally:
            env.close()
    lead, _, sections = doc.partition("\n\n")
    parts = (
        f"# {environment.id.rpartition('/')[2]}",
        lead,
        facts,
        opening,
        _google_sections(sections),
        "## Methods",
        "Beside Gymnasium's own, `env.unwrapped` has:",
        methods,
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def vector_page(environment: Registered) -> str:
    """Return the page of an environment's native vector class, in MyST."""
    kind = load_env_creator(str(environment.vector_entry_point))
    lead, _, sections = (inspect.getdoc(kind) or "").partition("\n\n")
    title = f"# {environment.id.rpartition('/')[2]}, vectorised"
    return "\n\n".join((title, f"`{kind.__name__}`", lead, _google_sections(sections))) + "\n"


def _facts(env: gym.Env[Any, Any], environment: Registered) -> str:
    module, _, name = environment.entry_point.partition(":")
    rows = {
        "id": f"`{environment.id}`",
        "what": environment.summary,
        "class": f"`{module}.{name}`",
        "action space": describe(env.action_space),
        "observation space": describe(env.observation_space),
        "step limit": str(environment.max_episode_steps),
        "make": f'`gym.make("{environment.id}")`, after `import crossworld`',
        "many at once": f'`gym.make_vec("{environment.id}", num_envs=8)`, {_vector(environment.id)}',
    }
    lines = [f"| {key} | {_cell(value)} |" for key, value in rows.items()]
    return "\n".join(("{.facts}", "| | |", "|---|---|", *lines))


def _vector(env_id: str) -> str:
    native = gym.spec(env_id).vector_entry_point
    if native is None:
        return "by Gymnasium's own vector classes"
    return f"by `{str(native).replace(':', '.')}`"


def describe(space: Space[Any]) -> str:
    """Return a space in a few words; the characters of a text space are left out."""
    if isinstance(space, Dict):
        inner = ", ".join(f"`{key}`: {describe(part)}" for key, part in space.spaces.items())
        return f"`Dict` of {inner}"
    if isinstance(space, Text):
        return f"`Text({space.min_length}..{space.max_length})`"
    if isinstance(space, Discrete):
        return f"`Discrete({space.n})`"
    return f"`{space}`"


def _opening(env: gym.Env[Any, Any], picture: Path) -> str:
    """Return what an episode begins with, as far as it is text or an image."""
    observation, _ = env.reset(seed=0)
    parts = []
    if "image" in observation:
        image = Image.fromarray(observation["image"])
        image.save(picture, optimize=True)
        parts.append(
            f"```{{image}} {picture.name}\n:alt: the first frame, {image.width} pixels wide\n"
            ":class: frame first\n```"
        )
    if "text" in observation:
        parts.append(f"::::{{div}} wrapped\n```text\n{observation['text'].strip()}\n```\n::::")
    if not parts:
        return ""
    intro = "What `env.reset(seed=0)` returns (of generated games, where it reads data):"
    return "\n\n".join((intro, *parts))


def _methods(env: gym.Env[Any, Any]) -> str:
    kind = type(env.unwrapped)
    lines = []
    for name in METHODS:
        method = getattr(kind, name, None)
        if method is None:
            continue
        parameters = list(inspect.signature(method).parameters.values())[1:]
        call = ", ".join(
            p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters
        )
        meaning = (inspect.getdoc(method) or "").partition("\n")[0]
        lines.append(f"| `{name}({call})` | {_cell(meaning)} |")
    return "\n".join(("| method | |", "|---|---|", *lines))


def _google_sections(text: str) -> str:
    """Turn the sections that are written in Google's style into Markdown lists."""

    def markdown(found: re.Match[str]) -> str:
        items = _ITEM.findall(dedent(found[2]))
        listed = "\n".join(f"- {_error(name)}: {' '.join(what.split())}" for name, what in items)
        return f"### {found[1]}\n\n{listed or dedent(found[2]).strip()}\n"

    return _GOOGLE_SECTION.sub(markdown, text + "\n").strip()


def _error(name: str) -> str:
    kind = getattr(errors, name, None)
    return f"`{name}`" if kind is None else f"{{py:exc}}`~{kind.__module__}.{name}`"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


@contextmanager
def _some_games() -> Iterator[None]:
    """Let environments that read data find generated games, so that all builds agree."""
    before = os.environ.get(ENVIRONMENT_VARIABLE)
    with TemporaryDirectory() as folder:
        for _ in write_games(Path(folder), "train", range(12)):
            pass
        os.environ[ENVIRONMENT_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[ENVIRONMENT_VARIABLE]
            if before is not None:
                os.environ[ENVIRONMENT_VARIABLE] = before


def write_pages(folder: Path) -> None:
    """Write the pages of all registered ids into a folder, and remove those of former ids."""
    folder.mkdir(exist_ok=True)
    pages = {f"{slug(e.id)}.md": page(e, folder) for e in ENVIRONMENTS}
    pages |= {
        f"{slug(e.id)}-vector.md": vector_page(e) for e in ENVIRONMENTS if e.vector_entry_point
    }
    for stale in {path.name for path in folder.glob("*.md")} - pages.keys():
        (folder / stale).unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir) / FOLDER))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
