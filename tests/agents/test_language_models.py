import sys
import types

import pytest

from crossworld.agents.language.models import chat_model, resolved
from crossworld.agents.language.scripted import ScriptedChatModel
from crossworld.wrappers.chat.base import ChatError
from crossworld.wrappers.chat.budget import BudgetedChatModel
from crossworld.wrappers.chat.cache import CachedChatModel
from crossworld.wrappers.chat.endpoint import EndpointChatModel


def test_models_are_made_once():
    assert isinstance(chat_model("scripted"), ScriptedChatModel)
    assert chat_model("scripted") is chat_model("scripted")
    local = {"base_url": "http://127.0.0.1:9/v1"}
    assert chat_model("openai:m", **local) is chat_model("openai:m", **local)
    assert chat_model("openai:m", **local) is not chat_model("openai:n", **local)


def test_a_model_behind_an_endpoint_may_have_a_cache_and_a_budget(tmp_path):
    local = {"base_url": "http://127.0.0.1:9/v1", "prices": [1.0, 2.0]}
    assert isinstance(chat_model("openai:m", **local), EndpointChatModel)
    assert isinstance(chat_model("openai:m", max_cost=1.0, **local), BudgetedChatModel)
    cached = chat_model("openai:m", max_tokens_total=9, cache=str(tmp_path / "answers.db"), **local)
    assert isinstance(cached, CachedChatModel)
    assert isinstance(cached._model, BudgetedChatModel)
    assert isinstance(cached._model._model, EndpointChatModel)
    assert cached.name == chat_model("openai:m", **local).name


def test_folders_and_the_small_model_are_read_on_this_machine(monkeypatch, tmp_path):
    made = []
    local = types.ModuleType("crossworld.wrappers.chat.local")
    local.LocalChatModel = lambda folder, **kwargs: made.append((folder, kwargs)) or object()
    monkeypatch.setitem(sys.modules, "crossworld.wrappers.chat.local", local)
    chat_model(str(tmp_path), device="cpu")
    assert made == [(str(tmp_path), {"device": "cpu"})]


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("gpt", {}, "model 'gpt' does not exist; give 'scripted', 'text-lm', 'openai:MODEL'"),
        ("scripted", {"base_url": "x"}, "unexpected keyword argument|takes no arguments"),
        ("openai:m", {"cash": "x"}, "unexpected keyword argument 'cash'"),
        ("openai:m", {"prices": {}}, "model 'openai:m'"),
    ],
)
def test_errors_say_what_to_do(name, kwargs, message):
    with pytest.raises(ChatError, match=message):
        chat_model(name, **kwargs)


def test_models_that_are_made_already():
    model = ScriptedChatModel()
    assert resolved(model, None) is model
    with pytest.raises(ChatError, match="takes none"):
        resolved(model, {"a": 1})
    with pytest.raises(ChatError, match="a int is none"):
        resolved(3, None)
