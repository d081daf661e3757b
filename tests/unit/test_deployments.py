"""How deployments fare: which goes first, which rests, and what a turn does after a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.deployments import (
    UNTRIED,
    Condition,
    Health,
    Next,
    Remedy,
    after_failure,
    ranked,
    rest_s,
    what_it_did,
)
from ralex_tui.domain.errors import (
    AnswerTimeout,
    ContentRefused,
    ContextTooLong,
    EngineBroken,
    EngineError,
    EngineUnavailable,
    KeyRefused,
    ModelMissing,
    RateLimited,
    StorageError,
)
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def model(name: str, dollars: str | None = "1") -> Model:
    price = Price(Rates(Usd.parse(dollars), Usd.parse(dollars)), source="test") if dollars is not None else None
    return Model(ModelRef(f"lan/{name}"), price)


def attempt(error: str = "", *, rest_s: float = 0.0, first_token_s: float | None = 0.4, at: datetime = NOW) -> Attempt:
    outcome = Outcome.FAILED if error else Outcome.DONE
    return Attempt(
        "r1",
        at,
        "c1",
        "a1",
        1,
        Tier.CHEAP,
        "lan/a",
        outcome,
        Usd(1),
        error=error,
        message="it failed" if error else "",
        first_token_s=None if error else first_token_s,
        rest_s=rest_s,
    )


def names(models: list[Model]) -> list[str]:
    return [each.ref.name for each in models]


def test_untried_deployment_is_neither_healthy_nor_failing() -> None:
    assert UNTRIED.condition(NOW) is Condition.UNTRIED
    assert UNTRIED.latency_s is None


def test_failure_makes_it_rest_and_then_failing_until_it_answers() -> None:
    health = UNTRIED.after(attempt("EngineUnavailable", rest_s=30))

    assert health.condition(NOW) is Condition.RESTING
    assert health.condition(NOW + timedelta(seconds=30)) is Condition.FAILING
    assert health.after(attempt()).condition(NOW) is Condition.HEALTHY
    assert (health.last_error, health.last_message, health.last_error_at) == ("EngineUnavailable", "it failed", NOW)


def test_counts_errors_and_timeouts_apart() -> None:
    health = Health()
    for error in ("", "AnswerTimeout", "RateLimited", "", "AnswerTimeout"):
        health = health.after(attempt(error))

    assert (health.n_requests, health.n_failures, health.n_timeouts, health.n_failures_running) == (5, 3, 2, 1)


@pytest.mark.parametrize("error", ["ContextTooLong", "ContentRefused", "EngineError", "EngineBroken"])
def test_what_is_no_fault_of_the_deployment_does_not_count_against_it(error: str) -> None:
    assert UNTRIED.after(attempt(error)).condition(NOW) is Condition.HEALTHY


def test_latency_is_the_median_of_the_last_twenty_first_tokens() -> None:
    health = Health()
    for n in range(30):
        health = health.after(attempt(first_token_s=float(n)))

    assert len(health.first_tokens_s) == 20
    assert health.latency_s == 19.5


def test_rest_doubles_with_each_failure_in_a_row_up_to_ten_minutes() -> None:
    rests = [rest_s(EngineUnavailable("x"), Health(n_failures_running=n)) for n in range(7)]

    assert rests == [30, 60, 120, 240, 480, 600, 600]


def test_rest_is_as_long_as_the_provider_asks_but_no_longer_than_an_hour() -> None:
    assert rest_s(RateLimited("x", retry_after_s=7), UNTRIED) == 7
    assert rest_s(RateLimited("x", retry_after_s=86_400), UNTRIED) == 3_600


def test_a_refused_key_and_a_missing_model_rest_for_five_minutes() -> None:
    assert rest_s(KeyRefused("x"), UNTRIED) == rest_s(ModelMissing("x"), UNTRIED) == 300


@pytest.mark.parametrize("error", [ContextTooLong("x"), ContentRefused("x"), EngineError("x"), StorageError("x")])
def test_what_is_no_fault_of_the_deployment_lets_it_go_on(error: Exception) -> None:
    assert rest_s(error, UNTRIED) == 0


def test_order_keeps_the_configured_order() -> None:
    assert names(ranked([model("b", "2"), model("a", "1")], "order", {}, NOW)) == ["b", "a"]


def test_cost_puts_the_cheapest_first_and_what_has_no_price_last() -> None:
    models = [model("unknown", None), model("dear", "2"), model("cheap", "1"), model("twin", "1")]

    assert names(ranked(models, "cost", {}, NOW)) == ["cheap", "twin", "dear", "unknown"]


def test_latency_puts_the_quickest_first_and_tries_what_was_never_measured_before_what_is_slow() -> None:
    health = {
        "lan/slow": Health(n_requests=1, first_tokens_s=(3.0,)),
        "lan/quick": Health(n_requests=1, first_tokens_s=(0.2,)),
    }

    assert names(ranked([model("slow"), model("new"), model("quick")], "latency", health, NOW)) == [
        "quick",
        "new",
        "slow",
    ]


def test_latency_does_not_swap_two_that_are_about_as_quick() -> None:
    health = {
        "lan/a": Health(n_requests=1, first_tokens_s=(0.45,)),
        "lan/b": Health(n_requests=1, first_tokens_s=(0.3,)),
    }

    assert names(ranked([model("a"), model("b")], "latency", health, NOW)) == ["a", "b"]


@pytest.mark.parametrize("pick", ["order", "cost", "latency"])
def test_those_that_rest_come_last_the_one_that_has_soonest_rested_first(pick: str) -> None:
    def resting(seconds: int) -> Health:
        return Health(n_requests=1, n_failures_running=1, rests_until=NOW + timedelta(seconds=seconds))

    health = {"lan/a": resting(60), "lan/b": resting(10)}

    assert names(ranked([model("a", "1"), model("b", "2"), model("c", "3")], pick, health, NOW)) == ["c", "b", "a"]
    later = NOW + timedelta(seconds=30)
    assert names(ranked([model("a", "1"), model("b", "2"), model("c", "3")], pick, health, later))[-1] == "a"


@pytest.mark.parametrize(
    "error",
    [
        KeyRefused("x"),
        ModelMissing("x"),
        ContentRefused("x"),
        ContextTooLong("x"),
        RateLimited("x"),
        AnswerTimeout("x"),
    ],
)
def test_another_deployment_is_asked_where_there_is_one(error: Exception) -> None:
    assert after_failure(error, ["lan/a"], has_other=True) == Next(Remedy.OTHER)


@pytest.mark.parametrize(
    "error", [KeyRefused("x"), ModelMissing("x"), ContentRefused("x"), ContextTooLong("x"), AnswerTimeout("x")]
)
def test_the_same_one_is_not_asked_again_for_what_would_only_happen_again(error: Exception) -> None:
    assert after_failure(error, ["lan/a"], has_other=False).remedy is Remedy.NONE


def test_a_lone_deployment_is_asked_once_more_after_a_pause() -> None:
    error = EngineUnavailable("x")

    assert after_failure(error, ["lan/a"], has_other=False).remedy is Remedy.RETRY
    assert after_failure(error, ["lan/a"], has_other=False).wait_s > 0
    assert after_failure(error, ["lan/a", "lan/a"], has_other=False).remedy is Remedy.NONE


def test_a_lone_deployment_is_waited_for_as_long_as_it_asks_up_to_twenty_seconds() -> None:
    assert after_failure(RateLimited("x", retry_after_s=20), ["lan/a"], has_other=False) == Next(Remedy.RETRY, 20)
    assert after_failure(RateLimited("x", retry_after_s=21), ["lan/a"], has_other=False).remedy is Remedy.NONE


def test_where_litellm_broke_the_same_deployment_is_asked_at_once_by_the_other_way() -> None:
    assert after_failure(EngineBroken("x"), ["lan/a"], has_other=True) == Next(Remedy.RETRY)
    assert after_failure(EngineBroken("x"), ["lan/a"] * 3, has_other=True) == Next(Remedy.OTHER)


@pytest.mark.parametrize("error", [EngineError("bad request"), StorageError("disk"), ValueError("a bug")])
def test_nothing_is_asked_where_nothing_would_help(error: Exception) -> None:
    assert after_failure(error, ["lan/a"], has_other=True).remedy is Remedy.NONE


def test_every_failure_has_words_of_its_own() -> None:
    assert what_it_did(RateLimited("x")) == "has had too many requests"
    assert what_it_did(EngineBroken("x")) == "could not be asked through LiteLLM"
    assert what_it_did(EngineUnavailable("x")) == "failed"
    assert what_it_did(EngineUnavailable("x", may_be_billed=False)) == "can't be reached"


def test_a_stopped_answer_counts_as_an_answer() -> None:
    stopped = replace(attempt(), outcome=Outcome.STOPPED)

    assert UNTRIED.after(stopped).condition(NOW) is Condition.HEALTHY
