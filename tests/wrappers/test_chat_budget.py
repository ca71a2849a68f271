"""What chat models may spend: tokens and money, counted across models and runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parrots import PLAIN, Mute, Parrot, damaged, many, user

from crossworld.wrappers.chat import (
    BudgetedChatModel,
    BudgetExceededError,
    CachedChatModel,
    ChatError,
    ChatUnavailableError,
    Completion,
    Usage,
)


@many
@given(st.data())
def test_damaged_budget_is_noticed_or_still_numbers(tmp_path, data):
    path = tmp_path / "budget.db"
    if not (tmp_path / "whole").exists():
        BudgetedChatModel(Parrot(), path).complete(user("hi"), PLAIN)
        (tmp_path / "whole").write_bytes(path.read_bytes())
    path.write_bytes(damaged((tmp_path / "whole").read_bytes(), data))
    try:
        budget = BudgetedChatModel(Parrot(), path, max_tokens=10**6, max_cost=10**6)
        budget.complete(user("hi"), PLAIN)
        assert budget.spent + Usage()
    except ChatError as error:
        assert str(path) in str(error) or isinstance(error, BudgetExceededError)


@pytest.mark.parametrize("shared", [False, True])
def test_tokens_run_out(tmp_path, shared):
    model = Parrot()
    path = tmp_path / "budget.db" if shared else None
    budget = BudgetedChatModel(model, path, max_tokens=40)
    for _ in range(3):
        budget.complete(user("hi"), PLAIN)  # 15 tokens each
    with pytest.raises(BudgetExceededError, match=r"max_tokens 40 is spent.*45 tokens.*3 calls"):
        budget.complete(user("hi"), PLAIN)
    assert model.asked == 3
    assert budget.spent == Usage(3, 0, 30, 15, 0.75, 1.5)


def test_money_runs_out_across_models_and_runs(tmp_path):
    for run in range(4):
        budget = BudgetedChatModel(Parrot(f"model {run}"), tmp_path / "b.db", max_cost=1.5)
        if run < 3:
            assert budget.complete(user("hi"), PLAIN).usage.cost == 0.5
        else:
            with pytest.raises(BudgetExceededError, match=r"max_cost 1.5 is spent.*1.5000 US"):
                budget.complete(user("hi"), PLAIN)
    BudgetedChatModel(Parrot(), tmp_path / "b.db", max_cost=2).complete(user("hi"), PLAIN)


@pytest.mark.parametrize("limits", [{"max_tokens": 0}, {"max_cost": 0}])
def test_nothing_may_be_spent(limits):
    model = Parrot()
    with pytest.raises(BudgetExceededError):
        BudgetedChatModel(model, **limits).complete(user("hi"), PLAIN)
    assert not model.asked


@pytest.mark.parametrize("outside", [False, True])
def test_cached_answers_cost_nothing_whichever_is_around_which(tmp_path, outside):
    model = Parrot()
    if outside:
        budget = both = BudgetedChatModel(CachedChatModel(model, tmp_path / "c.db"), max_tokens=20)
    else:
        budget = BudgetedChatModel(model, max_tokens=20)
        both = CachedChatModel(budget, tmp_path / "c.db")
    for _ in range(9):
        assert both.complete(user("hi"), PLAIN).text == "hi, 1"
    both.complete(user("ho"), PLAIN)
    assert budget.spent.calls == model.asked == 2
    with pytest.raises(BudgetExceededError):
        both.complete(user("ha"), PLAIN)
    if outside:
        with pytest.raises(BudgetExceededError):
            both.complete(user("hi"), PLAIN)
    else:
        assert both.complete(user("hi"), PLAIN).text == "hi, 1"


def test_limit_of_money_needs_prices():
    class Free(Parrot):
        def complete(self, messages, sampling):
            return Completion("x", Usage(1, 0, 10, 5))

    with pytest.raises(ChatError, match="give it prices"):
        BudgetedChatModel(Free(), max_cost=1).complete(user("hi"), PLAIN)


@pytest.mark.parametrize(
    "limits", [{"max_tokens": -1}, {"max_cost": float("nan")}, {"max_cost": "1"}]
)
def test_limits_that_are_none(limits):
    with pytest.raises(ChatError, match=next(iter(limits))):
        BudgetedChatModel(Parrot(), **limits)


def test_failures_cost_nothing():
    budget = BudgetedChatModel(Mute(), max_tokens=1)
    with pytest.raises(ChatUnavailableError):
        budget.complete(user("hi"), PLAIN)
    assert budget.spent == Usage()
