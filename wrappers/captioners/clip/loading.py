"""Getting a model from open_clip: a folder, a name with a checkpoint, or a clear refusal."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from crossworld.wrappers.captioners.base import CaptionerError
from crossworld.wrappers.captioners.clip.architecture import CONFIG_FILE, WEIGHTS_FILE
from crossworld.wrappers.captioners.clip.calibration import Calibration, read_calibration
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip

_SCHEMES = ("hf-hub:", "local-dir:")
_NEAR = 3


class Loaded(NamedTuple):
    """A model, ready to be asked.

    Attributes:
        model: of open_clip, in evaluation mode, on its device.
        preprocess: its transforms of images.
        tokenizer: turns texts into its tokens.
        calibration: the thresholds that its folder holds, None if there are none.
    """

    model: Any
    preprocess: Any
    tokenizer: Any
    calibration: Calibration | None


def load(model: str, checkpoint: str | None, device: str) -> Loaded:
    """Return the model of a name, or of a folder; see `ClipCaptioner` for what they may be.

    Raises:
        CaptionerError: there is no such model, checkpoint or device, or they do not go together.
        gymnasium.error.DependencyNotInstalled: PyTorch or open_clip is missing.
    """
    torch, open_clip = torch_and_open_clip()
    folder = Path(model.removeprefix("local-dir:"))
    if folder.is_dir() or model.startswith("local-dir:"):
        _check_folder(folder, checkpoint)
        name, tag, calibration = f"local-dir:{folder}", None, read_calibration(folder)
    else:
        _check_name(open_clip, model, checkpoint)
        name, tag, calibration = model, checkpoint, None
    try:
        net, _, preprocess = open_clip.create_model_and_transforms(
            name, pretrained=tag, device=torch.device(device)
        )
        tokenizer = open_clip.get_tokenizer(name)
    except Exception as error:  # open_clip passes on what torch, the hub and the disk raise
        what = f"model {model!r}" + (f" with checkpoint {checkpoint!r}" if checkpoint else "")
        first = str(error).strip().partition("\n")[0]
        raise CaptionerError(
            f"{what} cannot be loaded on {device!r}: {type(error).__name__}: {first} A checkpoint"
            " must be of exactly this model, complete, and the device must be one of PyTorch's."
        ) from error
    net.eval()
    if "cpu" in device:
        net.visual.to(memory_format=torch.channels_last)
    return Loaded(net, preprocess, tokenizer, calibration)


def _check_folder(folder: Path, checkpoint: str | None) -> None:
    """Raise CaptionerError if a folder does not hold a whole model."""
    if not (folder / CONFIG_FILE).is_file():
        raise CaptionerError(
            f"{folder} holds no {CONFIG_FILE}; give a folder that 'crossworld train clip' wrote (one"
            " that was stopped ends when the same command is given again), or the name of a model of"
            " open_clip and a checkpoint."
        )
    if checkpoint is not None:
        raise CaptionerError(
            f"{folder} is a folder with its own weights; checkpoint={checkpoint!r} is for models"
            " that are given by name."
        )
    weights = [file for end in ("safetensors", "bin", "pth") for file in folder.glob(f"*.{end}")]
    if not weights:
        raise CaptionerError(
            f"{folder} has no weights such as {WEIGHTS_FILE}; if it was copied, copy all of it."
        )


def _check_name(open_clip: Any, model: str, checkpoint: str | None) -> None:
    """Raise CaptionerError if open_clip knows no such model, or no such checkpoint of it."""
    if model.startswith(_SCHEMES):
        return
    name = model.replace("/", "-")
    names = open_clip.list_models()
    if name not in names:
        near = get_close_matches(name, names, n=_NEAR, cutoff=0.3)
        hint = f"near it are {', '.join(near)}" if near else "see open_clip.list_models()"
        raise CaptionerError(
            f"model {model!r} is no folder and no model of open_clip; {hint}. 'crossworld train"
            " clip' makes a folder."
        )
    tags = open_clip.list_pretrained_tags_by_model(name)
    if checkpoint is None:
        raise CaptionerError(
            f"model {model!r} without a checkpoint has random weights; give checkpoint= a local file"
            f" or one of {tags}."
        )
    # open_clip does not tell capital letters in tags apart.
    known = {tag.lower() for tag in tags}
    if checkpoint.lower() not in known and not Path(checkpoint).is_file():
        near = get_close_matches(checkpoint, tags, n=_NEAR, cutoff=0.3) or tags
        raise CaptionerError(
            f"checkpoint {checkpoint!r} is no file and no checkpoint of {model}; such are {near}."
        )
