"""`HFCaptioner`: captions from a captioning model of the transformers library."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from gymnasium.error import DependencyNotInstalled
from PIL import Image

from crossworld.wrappers.captioners.base import Caption, CaptionerError, Images, check_images


class _Kind(NamedTuple):
    """How a type of model is asked for a caption of a bare image.

    Attributes:
        prompted: tokenizer and a prompt's token ids to an argument of `generate`.
        ends: model to the token ids that end its text: one, many or None.
    """

    prompted: Callable[[Any, list[int]], dict[str, list[int]]]
    ends: Callable[[Any], int | list[int] | None]


KINDS = {
    # Its `generate` drops the last token of a prompt, puts its own in the place of the first, and
    # ends with [SEP] whatever the settings say.
    "blip": _Kind(
        lambda t, words: {"input_ids": [t.cls_token_id, *words, t.sep_token_id]},
        lambda model: model.config.text_config.sep_token_id,
    ),
    "git": _Kind(
        lambda t, words: {"input_ids": [t.cls_token_id, *words]},
        lambda model: model.generation_config.eos_token_id,
    ),
    # Its `generate` puts the start token before what it is given.
    "vision-encoder-decoder": _Kind(
        lambda t, words: {"decoder_input_ids": words},
        lambda model: model.generation_config.eos_token_id,
    ),
}
"""Model types that caption bare images. Source: their pages below
https://huggingface.co/docs/transformers/model_doc/ and their code in transformers 5."""

UNUSED = ".pooler."
"""Weights that captioning does not use, and that published encoder-decoders lack."""


class HFCaptioner:
    """One free caption an image, from BLIP, GIT or an encoder-decoder such as ViT-GPT2.

    The caption is decoded greedily, so it is the same every time on the same machine. Its score is
    the mean natural log-probability that the model gives the caption's own tokens, its end
    included and a prompt excluded: 0 is sure, lower is less sure. It is for ranking one model's
    captions; it is no probability that the caption is true, and not comparable between models.

    In another batch the scores can differ in their last digits, because sums are taken in another
    order; texts differ only where two words are that close. Images are resized and normalised by the
    model's own image processor; GIT's, for one, cuts the sides of images that are not square.

    Tried with tiny untrained models of all three types, built on the spot; no published weights
    were reached, so nothing is known of how well any of them captions these worlds. Written for
    transformers 5. Models that converse (LLaVA, Qwen-VL and the like) want a chat template: serve
    them with `vllm serve` or `transformers serve` and ask `ChatCaptioner`.
    Sources: BLIP https://arxiv.org/abs/2201.12086, GIT https://arxiv.org/abs/2205.14100, and
    https://huggingface.co/docs/transformers/tasks/image_captioning.

    Args:
        model: a local folder, or a name on the Hugging Face hub such as
            "Salesforce/blip-image-captioning-base". Code from the hub is never run.
        max_new_tokens: length limit of a caption without its prompt, tokens, from 1 on.
        batch_size: how many images are captioned at once, from 1 on.
        device: where to compute: "cpu", "cuda", "cuda:1", "mps".
        revision: which version of a model on the hub: a branch, a tag, or best a commit.
        prompt: how every caption begins, such as "a photo of"; it is part of the caption.

    Raises:
        CaptionerError: an argument is not as said above, the model is not to be had, is not
            complete, or does not caption bare images, or the device is not there.
        DependencyNotInstalled: torch or transformers is missing.
    """

    def __init__(
        self,
        model: str,
        *,
        max_new_tokens: int = 40,
        batch_size: int = 8,
        device: str = "cpu",
        revision: str | None = None,
        prompt: str | None = None,
    ) -> None:
        for name, value in (("max_new_tokens", max_new_tokens), ("batch_size", batch_size)):
            if not isinstance(value, int) or value < 1:
                raise CaptionerError(f"{name} {value!r}: give a whole number from 1 on.")
        if not isinstance(model, str) or not model:
            raise CaptionerError(f"model {model!r}: give a local folder or a name on the hub.")
        if prompt is not None and not prompt.strip():
            raise CaptionerError(f"prompt {prompt!r} is blank; give words, or None.")
        self._max_new_tokens = max_new_tokens
        self._batch_size = batch_size
        self._device = device
        self._processor, self._tokenizer, weights, kind = _loaded(model, revision)
        self._model = _placed(weights, device)
        words = [] if prompt is None else self._tokenizer.encode(prompt, add_special_tokens=False)
        self._prompt = kind.prompted(self._tokenizer, words) if words else {}
        ends = kind.ends(weights)
        self._ends = ends if isinstance(ends, list) else [ends] if ends is not None else []

    def caption(self, images: Images) -> list[list[Caption]]:
        """Return one caption an image, or none where the model says nothing.

        Args:
            images: uint8 (H, W, 3) each; sizes may differ.

        Raises:
            CaptionerError: an image is no picture.
        """
        # Pictures, not arrays: with those, 3 rows would be taken for 3 channels.
        pictures = [Image.fromarray(image) for image in check_images(images)]
        captions: list[Caption] = []
        for start in range(0, len(pictures), self._batch_size):
            captions += self._batch(pictures[start : start + self._batch_size])
        return [[caption] if caption.text else [] for caption in captions]

    def _batch(self, pictures: list[Image.Image]) -> list[Caption]:
        torch = import_module("torch")
        inputs = {
            name: torch.tensor([tokens] * len(pictures), device=self._device)
            for name, tokens in self._prompt.items()
        }
        pixels = self._processor(images=pictures, return_tensors="pt")["pixel_values"]
        with torch.inference_mode():
            output = self._model.generate(
                pixel_values=pixels.to(self._device),
                **inputs,
                max_new_tokens=self._max_new_tokens,
                do_sample=False,
                num_beams=1,
                return_dict_in_generate=True,
                output_logits=True,
            )
            scores = _mean_log_probabilities(output.sequences, output.logits, self._ends)
        texts = self._tokenizer.batch_decode(output.sequences, skip_special_tokens=True)
        return [Caption(text.strip(), score) for text, score in zip(texts, scores, strict=True)]


def _mean_log_probabilities(sequences: Any, logits: Any, ends: list[int]) -> list[float]:
    """Return the mean log-probability of each sequence's new tokens.

    Args:
        sequences: int64 (batch, tokens); the last ones are new, and padded after their end.
        logits: one float tensor (batch, vocabulary) a new token.
        ends: token ids that end a sequence; the first one still counts.
    """
    torch = import_module("torch")
    new = sequences[:, -len(logits) :]
    log_probabilities = torch.stack(logits, dim=1).float().log_softmax(dim=-1)
    chosen = log_probabilities.gather(2, new[:, :, None])[:, :, 0]
    ended = torch.isin(new, torch.tensor(ends, dtype=new.dtype, device=new.device)).int()
    counted = ended.cumsum(dim=1) - ended == 0
    total = torch.where(counted, chosen, 0.0).sum(dim=1)
    means: list[float] = (total / counted.sum(dim=1)).tolist()
    return means


def _loaded(name: str, revision: str | None) -> tuple[Any, Any, Any, _Kind]:
    """Return image processor, tokenizer, model, and how it is asked.

    The parts are loaded one by one: an `AutoProcessor` is only the tokenizer for models that have
    no class of processor, as encoder-decoders.

    Raises:
        CaptionerError: as the class says.
        DependencyNotInstalled: as the class says.
    """
    try:
        import_module("torch")
        transformers = import_module("transformers")
        broken = import_module("safetensors").SafetensorError
    except ImportError as error:
        raise DependencyNotInstalled(
            'HFCaptioner needs torch and transformers: pip install "crossworld[agents]"'
        ) from error
    try:
        # First of all the configuration, a small file: weights can be gigabytes.
        kind = transformers.AutoConfig.from_pretrained(name, revision=revision).model_type
        if kind not in KINDS:
            raise CaptionerError(
                f"{name!r} is of type {kind!r}, and only {', '.join(KINDS)} caption bare images;"
                " for a model that converses, serve it and use ChatCaptioner."
            )
        processor = transformers.AutoImageProcessor.from_pretrained(name, revision=revision)
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, revision=revision)
        model, report = transformers.AutoModelForImageTextToText.from_pretrained(
            name, revision=revision, output_loading_info=True
        )
    except CaptionerError:
        raise
    except (OSError, ValueError, RuntimeError, ImportError, broken) as error:
        raise CaptionerError(
            f"{name!r} cannot be loaded: {error}\nGive a folder that holds config.json, weights,"
            " tokenizer and image processor (save_pretrained or `hf download` writes one), or,"
            " where the hub can be reached, a model's name there."
        ) from error
    # Of both the library makes up what is missing, and only logs it.
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise CaptionerError(f"{name!r} has a tokenizer without words; add tokenizer.json.")
    missing = sorted(key for key in report["missing_keys"] if UNUSED not in key)
    if missing:
        raise CaptionerError(
            f"{name!r} lacks {len(missing)} of its weights, {missing[0]} for one; give a folder"
            " with all of them."
        )
    return processor, tokenizer, model, KINDS[kind]


def _placed(model: Any, device: str) -> Any:
    """Return the model on a device, ready to be asked.

    Raises:
        CaptionerError: there is no such device.
    """
    try:
        return model.to(device).eval()
    except (RuntimeError, AssertionError) as error:  # the second: torch without CUDA
        raise CaptionerError(f'device {device!r}: {error}; "cpu" is always there.') from error
