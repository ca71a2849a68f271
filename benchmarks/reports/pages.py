"""HTML pages: templates that are filled, and need nothing from elsewhere when they are shown."""

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from crossworld.benchmarks.reports import words


def page(template: str, **values: object) -> str:
    """Return a page.

    Args:
        template: name of a file in `templates/`.
        **values: what it is filled with; all of it is escaped but `Markup`.
    """
    return _templates().get_template(template).render(words=words, **values)


def drawing(svg: str) -> Markup:
    """Return a picture that stands in a page as it is: one of ours, see `plots`."""
    return Markup(svg)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_text),
    )


def _text(name: str) -> str:
    return (files("crossworld.benchmarks.reports") / "templates" / name).read_text("utf-8")
