"""Captioners by name; classes are imported when they are made."""

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, cast

from crossworld.wrappers.captioners.base import Captioner, CaptionerError
from crossworld.wrappers.wrapper import GIVEN

CAPTIONERS: dict[str, str] = {
    "oracle": "crossworld.wrappers.captioners.oracle:OracleCaptioner",
    "noisy": "crossworld.wrappers.captioners.oracle:NoisyCaptioner",
    "clip": "crossworld.wrappers.captioners.clip.captioner:ClipCaptioner",
    "chat": "crossworld.wrappers.captioners.chat:ChatCaptioner",
    "hf": "crossworld.wrappers.captioners.hf:HFCaptioner",
}
"""Name to `module:Class`; add your own, or give `module:Class` wherever a name is asked for."""


def make_captioner(
    captioner: str | Captioner, arguments: Mapping[str, Any] | None = None
) -> Captioner:
    """Return a captioner.

    Args:
        captioner: a name of `CAPTIONERS`, `module:Class`, or a captioner, which is returned.
        arguments: of the class.

    Raises:
        CaptionerError: there is no such captioner, or it does not take these arguments.
    """
    if not isinstance(captioner, str):
        if not callable(getattr(captioner, "caption", None)):
            raise CaptionerError(
                f"a {type(captioner).__name__} has no method caption(images); see Captioner."
            )
        if arguments:
            raise CaptionerError(
                f"arguments={dict(arguments)!r}: a captioner that is made already takes none."
            )
        return captioner
    build = _class(captioner)
    given = dict(arguments or {})
    try:
        inspect.signature(build).bind(**given)
    except TypeError as error:
        raise CaptionerError(
            f"captioner {captioner!r}: {error}. Its arguments are {inspect.signature(build)}, given"
            f" were {given}."
        ) from error
    return cast(Captioner, build(**given))


def _class(name: str) -> Any:
    if name.startswith(GIVEN):
        raise CaptionerError(f"this spec was recorded with an {name}; give the captioner again.")
    entry = name if ":" in name else CAPTIONERS.get(name)
    if entry is None:
        near = get_close_matches(name, CAPTIONERS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(CAPTIONERS)}"
        raise CaptionerError(
            f"captioner {name!r} does not exist; {hint} Your own: give 'module:Class' or the object."
        )
    module, _, attribute = entry.partition(":")
    try:
        found = getattr(import_module(module), attribute, None)
    except ModuleNotFoundError as error:
        raise CaptionerError(
            f"captioner {name!r}: module {error.name!r} is not installed here; install it, or check"
            " the name."
        ) from error
    if not callable(found):
        raise CaptionerError(f"captioner {name!r}: module {module!r} has no class {attribute!r}.")
    return found
