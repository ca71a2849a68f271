"""Receptacle types as furniture to be drawn."""

from collections.abc import Mapping
from functools import lru_cache

from crossworld.envs.household.visual.furniture import storage, surfaces
from crossworld.envs.household.visual.furniture.model import Hinge, Level, Model, Slide, Stance


@lru_cache(maxsize=1)
def models() -> Mapping[str, Model]:
    """Return the models, by receptacle type as the catalogue spells it; made when first needed."""
    return {kind: make() for kind, make in {**storage.MAKERS, **surfaces.MAKERS}.items()}


__all__ = ["Hinge", "Level", "Model", "Slide", "Stance", "models"]
