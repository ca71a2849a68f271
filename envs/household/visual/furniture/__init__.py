"""Receptacle types as furniture to be drawn."""

from collections.abc import Mapping

from crossworld.envs.household.visual.furniture import storage, surfaces
from crossworld.envs.household.visual.furniture.model import Hinge, Level, Model, Slide, Stance

MODELS: Mapping[str, Model] = {**storage.MODELS, **surfaces.MODELS}
"""Receptacle type, as the catalogue spells it, to its model."""

__all__ = ["MODELS", "Hinge", "Level", "Model", "Slide", "Stance"]
