"""A small language model of our own: trained on demonstrations in text, in minutes."""

from importlib.resources import files
from pathlib import Path


def default_folder() -> Path:
    """Return the folder of the model that comes with the package, as transformers saves models."""
    return Path(str(files(__name__) / "default"))
