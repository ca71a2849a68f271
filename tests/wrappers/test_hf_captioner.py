"""Captioning models of transformers, tiny and untrained, as captioners."""

import copy
import json
import pickle
import shutil
from itertools import chain

import numpy as np
import pytest
from PIL import Image

from crossworld.wrappers.captioners.base import CaptionerError
from crossworld.wrappers.captioners.hf import HFCaptioner

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

pytestmark = pytest.mark.slow  # importing and first use of the library take seconds

SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
WORDS = ["a", "photo", "of", *(f"word{i}" for i in range(40))]
VOCABULARY = [*SPECIAL.values(), *WORDS]
PAD, CLS, SEP = 0, 2, 3
MANY = 10
SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
SIZE = {"height": 32, "width": 32}
PATCHES = {"image_size": 32, "patch_size": 8}


def blip():
    text = {
        "vocab_size": len(VOCABULARY) + 1, "bos_token_id": len(VOCABULARY), "pad_token_id": PAD,
        "sep_token_id": SEP, "eos_token_id": SEP, "encoder_hidden_size": 16, "projection_dim": 16,
        "initializer_range": 0.6, "max_position_embeddings": 64, **SMALL,
    }  # fmt: skip
    vision = {"initializer_range": 0.6, "projection_dim": 16, **PATCHES, **SMALL}
    config = transformers.BlipConfig(text_config=text, vision_config=vision, projection_dim=16)
    return transformers.BlipForConditionalGeneration(config), transformers.BlipImageProcessor(
        size=SIZE
    )


def git():
    config = transformers.GitConfig(
        vision_config={"initializer_range": 0.6, **PATCHES, **SMALL}, vocab_size=len(VOCABULARY),
        bos_token_id=CLS, eos_token_id=SEP, pad_token_id=PAD, initializer_range=0.6,
        max_position_embeddings=64, **SMALL,
    )  # fmt: skip
    image_processor = transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=SIZE)
    return transformers.GitForCausalLM(config), image_processor


def encoder_decoder():
    encoder = transformers.ViTConfig(initializer_range=0.6, **PATCHES, **SMALL)
    decoder = transformers.GPT2Config(
        vocab_size=len(VOCABULARY), n_positions=64, n_embd=16, n_layer=2, n_head=2,
        initializer_range=0.6, bos_token_id=CLS, eos_token_id=SEP, pad_token_id=PAD,
        add_cross_attention=True, is_decoder=True,
    )  # fmt: skip
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = CLS, PAD, SEP
    return transformers.VisionEncoderDecoderModel(config), transformers.ViTImageProcessor(size=SIZE)


MODELS = {"blip": blip, "git": git, "vision-encoder-decoder": encoder_decoder}


def tokenizer():
    table = {word: number for number, word in enumerate(VOCABULARY)}
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(table, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, **SPECIAL)


@pytest.fixture(scope="module", autouse=True)
def offline():
    """No test may reach the hub, not even where there is a network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        yield


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Models this small are much slower on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=MODELS)
def folder(request, tmp_path_factory):
    where = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(7)  # captions of many lengths, see the first test
    for part in (*MODELS[request.param](), tokenizer()):
        part.save_pretrained(where)
    return where


@pytest.fixture(scope="module")
def captioner(folder):
    return HFCaptioner(str(folder), max_new_tokens=12)


def pictures(n=7):
    rng = np.random.default_rng(1)
    return [
        rng.integers(0, 256, (int(h), int(w), 3), np.uint8)
        for h, w in rng.integers(1, 60, (n, 2))
    ]  # fmt: skip


def flat(captions):
    return list(chain.from_iterable(captions))


def assert_same(found, expected):
    assert [[c.text for c in captions] for captions in found] == [
        [c.text for c in captions] for captions in expected
    ]
    for ours, theirs in zip(flat(found), flat(expected), strict=True):
        assert ours.score == pytest.approx(theirs.score, abs=1e-4)


def test_captions_depend_on_images_and_differ_in_length(captioner):
    captions = flat(captioner.caption(pictures(MANY)))
    assert len({c.text for c in captions}) > 5, "else the tests of order prove nothing"
    assert len({len(c.text.split()) for c in captions}) > 1, "else those of padding do not"
    assert {word for c in captions for word in c.text.split()} <= set(WORDS)
    assert all(type(c.score) is float and c.score < 0 for c in captions)


@pytest.fixture(scope="module")
def one_by_one(captioner):
    return [captioner.caption([image])[0] for image in pictures(MANY)]


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_batches_do_not_matter(folder, one_by_one, batch_size):
    batched = HFCaptioner(str(folder), max_new_tokens=12, batch_size=batch_size)
    assert_same(batched.caption(pictures(MANY)), one_by_one)


def test_same_every_time_whatever_the_random_state(captioner):
    expected = captioner.caption(pictures())
    torch.manual_seed(99)
    assert captioner.caption(pictures()) == expected


def test_one_array_is_a_sequence_of_images(captioner):
    stacked = np.random.default_rng(2).integers(0, 256, (3, 20, 30, 3), np.uint8)
    assert_same(captioner.caption(stacked), captioner.caption(list(stacked)))
    assert captioner.caption([]) == []


def test_three_rows_are_no_channels(captioner):
    stripes = np.zeros((3, 3, 3), np.uint8)
    stripes[..., 0] = 255
    assert_same(captioner.caption([stripes]), captioner.caption([np.tile(stripes, (9, 9, 1))]))


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), "mug",
     np.zeros((0, 4, 3), np.uint8)],
)  # fmt: skip
def test_no_pictures(captioner, image):
    with pytest.raises(CaptionerError, match="image 1"):
        captioner.caption([pictures(1)[0], image])


def test_prompt_begins_the_caption(folder, captioner):
    prompted = HFCaptioner(str(folder), max_new_tokens=12, prompt="a photo of")
    captions = flat(prompted.caption(pictures(MANY)))
    assert all(c.text.startswith("a photo of") for c in captions)
    assert len({c.text for c in captions}) > 1
    assert all("a photo of" not in c.text[1:] for c in captions)


@pytest.mark.parametrize("prompt", [None, "a photo of"])
def test_length_limit_leaves_out_the_prompt(folder, prompt):
    limited = HFCaptioner(str(folder), max_new_tokens=2, prompt=prompt)
    longest = max(len(c.text.split()) for c in flat(limited.caption(pictures(MANY))))
    assert longest == 2 + (3 if prompt else 0)


def forward(captioner, kind, pictures, tokens):
    """Return the logits of one pass over finished captions."""
    model = captioner._model
    pixels = captioner._processor(images=pictures, return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        if kind == "blip":
            seen = model.vision_model(pixel_values=pixels)[0]
            return model.text_decoder(input_ids=tokens, encoder_hidden_states=seen).logits
        if kind == "git":
            return model(input_ids=tokens, pixel_values=pixels).logits[:, -tokens.shape[1] :]
        return model(pixel_values=pixels, decoder_input_ids=tokens).logits


@pytest.mark.parametrize("prompt", [None, "a photo of"])
def test_scores_are_those_of_one_pass_over_the_finished_caption(folder, prompt, monkeypatch):
    captioner = HFCaptioner(str(folder), max_new_tokens=6, prompt=prompt)
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    made = []
    decode = captioner._tokenizer.batch_decode

    def overheard(sequences, **kwargs):
        made.append(sequences)
        return decode(sequences, **kwargs)

    monkeypatch.setattr(captioner._tokenizer, "batch_decode", overheard)
    shown = [Image.fromarray(image) for image in pictures(8)]
    captions = captioner._batch(shown)
    (tokens,) = made
    first = 4 if prompt else 1
    chances = forward(captioner, kind, shown, tokens).log_softmax(-1)
    for row, caption in enumerate(captions):
        expected = []
        for place in range(first, tokens.shape[1]):
            token = int(tokens[row, place])
            expected.append(float(chances[row, place - 1, token]))
            if token == SEP:
                break
        assert caption.score == pytest.approx(np.mean(expected), abs=1e-4)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_say_the_same(captioner, again):
    assert again(captioner).caption(pictures()) == captioner.caption(pictures())


@pytest.mark.parametrize("name", ["crossworld/no-such-model", "/no/such folder", "a b/c"])
def test_unknown_models(name):
    with pytest.raises(CaptionerError, match=r"(?s)cannot be loaded.*Give a folder"):
        HFCaptioner(name)


@pytest.mark.parametrize("lost", ["config.json", "model.safetensors", "preprocessor_config.json"])
def test_incomplete_folders(folder, tmp_path, lost):
    partly = shutil.copytree(folder, tmp_path / "partly", ignore=shutil.ignore_patterns(lost))
    with pytest.raises(CaptionerError, match="cannot be loaded"):
        HFCaptioner(str(partly))


def test_folder_without_tokenizer(folder, tmp_path):
    partly = shutil.copytree(folder, tmp_path / "p", ignore=shutil.ignore_patterns("token*"))
    with pytest.raises(CaptionerError, match="tokenizer"):
        HFCaptioner(str(partly))


def test_damaged_weights(folder, tmp_path):
    damaged = shutil.copytree(folder, tmp_path / "damaged")
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-99])
    with pytest.raises(CaptionerError, match="cannot be loaded"):
        HFCaptioner(str(damaged))


def test_missing_weights_are_not_made_up(folder, tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    partly = shutil.copytree(folder, tmp_path / "partly")
    weights = safetensors.load_file(partly / "model.safetensors")
    dropped = next(key for key in sorted(weights) if "layer" in key and "weight" in key)
    del weights[dropped]
    safetensors.save_file(weights, partly / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CaptionerError, match="lacks 1 of its weights"):
        HFCaptioner(str(partly))


def test_other_kinds_of_models(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llava"}')
    with pytest.raises(CaptionerError, match=r"'llava'.*ChatCaptioner"):
        HFCaptioner(str(tmp_path))


@pytest.mark.parametrize(
    "arguments, named",
    [
        ({"max_new_tokens": 0}, "max_new_tokens"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 2.0}, "batch_size"),
        ({"prompt": " "}, "prompt"),
        ({"device": "abacus"}, "device 'abacus'"),
    ],
)
def test_bad_arguments(folder, arguments, named):
    with pytest.raises(CaptionerError, match=named):
        HFCaptioner(str(folder), **arguments)


def test_model_without_name():
    with pytest.raises(CaptionerError, match="model ''"):
        HFCaptioner("")


def test_nothing_said_is_no_caption(captioner, monkeypatch):
    monkeypatch.setattr(captioner._tokenizer, "batch_decode", lambda rows, **_: ["a word0", " "])
    first, second = captioner.caption(pictures(2))
    assert (first[0].text, second) == ("a word0", [])
