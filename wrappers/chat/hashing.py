"""What a request is, exactly: one key for equal ones, another for any other."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.wrappers.chat.base import Message, Sampling


def describe_request(model: str, messages: Sequence[Message], sampling: Sampling) -> dict[str, Any]:
    """Return all that makes an answer what it is, as JSON has it; images by their SHA-256.

    Args:
        model: its name.
        messages: the conversation.
        sampling: how the answer is drawn.
    """
    return {
        "model": model,
        "messages": [
            {"role": m.role, "text": m.text, "images": [_image(i) for i in m.images]}
            for m in messages
        ],
        "sampling": {
            "temperature": float(sampling.temperature) + 0.0,  # -0.0 is 0.0
            "max_tokens": int(sampling.max_tokens),
            "stop": list(sampling.stop),
            "seed": int(sampling.seed),
        },
    }


def request_key(model: str, messages: Sequence[Message], sampling: Sampling) -> str:
    """Return the SHA-256 of a request, 64 hexadecimal digits."""
    return key_of(describe_request(model, messages, sampling))


def key_of(request: dict[str, Any]) -> str:
    """Return the SHA-256 of a request that `describe_request` made."""
    return digest(json.dumps(request, sort_keys=True))


def digest(text: str) -> str:
    """Return the SHA-256 of a text in ASCII, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _image(image: NDArray[np.uint8]) -> str:
    """Return what an image is: its size and the SHA-256 of its pixels."""
    size = "x".join(map(str, image.shape))
    pixels = np.asarray(image, dtype=np.uint8)
    return f"{size}:{hashlib.sha256(pixels.tobytes()).hexdigest()}"
