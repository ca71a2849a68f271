"""The small model that is trained, as a configuration of open_clip."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip

CONFIG_FILE = "open_clip_config.json"
WEIGHTS_FILE = "open_clip_model.safetensors"

SIZE = 128
"""Side of the images that the small model sees, pixels."""

CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 128,
        # CLIP's own convolutional tower, made thin and short. Its attention pooling tells places
        # apart, which relations between things need.
        "vision_cfg": {"image_size": SIZE, "layers": [1, 1, 1, 1], "width": 16, "head_width": 32},
        # The vocabulary is that of CLIP's tokenizer, so that plain open_clip reads any text.
        "text_cfg": {
            "context_length": 24,
            "vocab_size": 49408,
            "width": 64,
            "heads": 2,
            "layers": 2,
        },
    },
    "preprocess_cfg": {"mean": [0.45, 0.45, 0.45], "std": [0.25, 0.25, 0.25]},
}
"""What `open_clip_config.json` of a trained folder says."""


PLACE_SCALE, PLACE_ODDS, OTHER_SCALE = 10.0, 6.0, 0.3
"""How large the marks of places are beside features, the log odds by which a head looks at its own place,
and what is left of how it would look by chance."""


def new_model(seed: int) -> Any:
    """Return a small model with random weights, whose heads begin at places of their own."""
    torch, open_clip = torch_and_open_clip()
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        model = open_clip.CLIP(**CONFIG["model_cfg"])
        with torch.no_grad():
            _give_each_head_a_place(torch, model.visual.attnpool)
    return model


def _give_each_head_a_place(torch: Any, pool: Any) -> None:
    """Let each head of attention pooling begin by looking at one place of the image.

    Features of convolutions hardly tell left from right. Where all heads begin by looking everywhere,
    what tells places apart is not found: after 88,000 images "left of" was said for "right of" every
    other time. With a place for each, nine times of ten it was right after 22,000.
    """
    places, width = pool.positional_embedding.shape[0] - 1, pool.positional_embedding.shape[1]
    size = width // pool.num_heads
    marks = torch.linalg.qr(torch.randn(width, places)).Q.T
    pool.positional_embedding[1:] = PLACE_SCALE * marks
    strength = (PLACE_ODDS / size**0.5) ** 0.5
    pool.q_proj.weight.mul_(OTHER_SCALE)
    pool.q_proj.bias.fill_(strength)
    pool.k_proj.weight.mul_(OTHER_SCALE)
    keys = pool.k_proj.weight.view(pool.num_heads, size, width)
    for head in range(pool.num_heads):
        keys[head] += strength * marks[head % places] / PLACE_SCALE


def new_preprocess() -> Any:
    """Return the transforms of images for a small model."""
    _, open_clip = torch_and_open_clip()
    settings = open_clip.transform.PreprocessCfg(size=SIZE, **CONFIG["preprocess_cfg"])
    return open_clip.transform.image_transform_v2(settings, is_train=False)


def new_tokenizer() -> Any:
    """Return what turns texts into tokens for a small model."""
    _, open_clip = torch_and_open_clip()
    return open_clip.SimpleTokenizer(
        context_length=CONFIG["model_cfg"]["text_cfg"]["context_length"]
    )


def save_model(model: Any, folder: Path) -> None:
    """Write a small model where `open_clip.create_model("local-dir:FOLDER")` finds it.

    Args:
        model: of `new_model`, trained or not.
        folder: is made if it is not there.

    Raises:
        OSError: it cannot be written.
    """
    save_file = import_module("safetensors.torch").save_file
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    config = json.dumps(CONFIG, indent=2) + "\n"
    write_all_or_nothing(folder / CONFIG_FILE, lambda path: path.write_text(config))
    write_all_or_nothing(folder / WEIGHTS_FILE, lambda path: save_file(weights, path))


def prepared(images: NDArray[np.uint8], preprocess: Any) -> Any:
    """Return images as a model wants them, float32 (n, 3, h, w), channels last in memory.

    The model's own transforms (resize, crop, mean and deviation) are applied to all images at once;
    resizing a batch differs from resizing one by one with PIL by rounding at most. Transforms that
    know PIL images only (open_clip's for the mode "longest" and for oblong inputs) go one by one.

    Args:
        images: uint8 (n, H, W, 3).
        preprocess: what `open_clip.create_model_and_transforms` returns last.
    """
    torch, _ = torch_and_open_clip()
    transforms = import_module("torchvision.transforms")

    batched = (transforms.Resize, transforms.CenterCrop, transforms.Normalize)
    ready = torch.from_numpy(images).permute(0, 3, 1, 2)
    for number, step in enumerate(preprocess.transforms):
        if isinstance(step, transforms.ToTensor):
            ready = ready.float().div_(255)
        elif isinstance(step, batched):
            ready = step(ready)
        elif number == 0:
            ready = torch.stack([preprocess(Image.fromarray(image)) for image in images])
            break
    return ready.contiguous(memory_format=torch.channels_last)


def encoded_images(model: Any, ready: Any) -> Any:
    """Return unit vectors of prepared images, float32 (n, embed_dim)."""
    torch, _ = torch_and_open_clip()
    return torch.nn.functional.normalize(model.encode_image(ready).float(), dim=-1)


def encoded_texts(model: Any, tokens: Any) -> Any:
    """Return unit vectors of tokenized texts, float32 (n, embed_dim)."""
    torch, _ = torch_and_open_clip()
    return torch.nn.functional.normalize(model.encode_text(tokens).float(), dim=-1)
