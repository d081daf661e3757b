"""What a request is charged when it ends."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.charging import Evidence, charge, upper_estimate
from ralex_tui.domain.ledger import Reservation
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage, free_price

PRICE = Price(Rates(Usd.parse("0.30"), Usd.parse("2.50")), source="test")


@pytest.fixture
def reservation() -> Reservation:
    return Reservation(
        id="r1",
        day=date(2026, 11, 23),
        at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        owner="me",
        conversation="c1",
        tier=Tier.CHEAP,
        model="lan/qwen3",
        amount=PRICE.worst_case(400, 1_000),
        input_bound=400,
        max_tokens=1_000,
        price=PRICE,
    )


def test_charge_is_exact_when_the_provider_says_it(reservation: Reservation) -> None:
    usage = TokenUsage(100, 200)

    charged = charge(reservation, Evidence(usage, reported=Usd(530_000)))

    assert charged.amount == Usd(530_000)
    assert charged.accuracy is Accuracy.EXACT
    assert charged.computed == PRICE.cost(usage)


def test_charge_is_computed_from_the_providers_tokens_when_it_gives_no_figure(reservation: Reservation) -> None:
    charged = charge(reservation, Evidence(TokenUsage(100, 200)))

    assert charged.amount == Usd(100 * 300 + 200 * 2_500)
    assert charged.accuracy is Accuracy.COMPUTED


def test_charge_takes_the_larger_figure_when_the_two_disagree(reservation: Reservation) -> None:
    usage = TokenUsage(10_000, 200_000)  # computed: 0.503

    assert charge(reservation, Evidence(usage, reported=Usd.parse("0.1"))).amount == PRICE.cost(usage)
    assert charge(reservation, Evidence(usage, reported=Usd.parse("0.9"))).amount == Usd.parse("0.9")


def test_charge_distrusts_a_reported_zero_on_a_paid_model(reservation: Reservation) -> None:
    charged = charge(reservation, Evidence(TokenUsage(10, 10), reported=ZERO))

    assert charged.amount == PRICE.cost(TokenUsage(10, 10))
    assert charged.accuracy is Accuracy.COMPUTED


def test_charge_is_an_upward_estimate_when_nobody_counted(reservation: Reservation) -> None:
    charged = charge(reservation, Evidence(n_output_bytes=500))

    assert charged.accuracy is Accuracy.ESTIMATED
    assert charged.amount == PRICE.worst_case(400, 564)


def test_charge_does_not_trust_tokens_that_a_library_guessed(reservation: Reservation) -> None:
    charged = charge(reservation, Evidence(TokenUsage(1, 1), is_counted=False, n_output_bytes=500))

    assert charged.accuracy is Accuracy.ESTIMATED
    assert charged.amount == PRICE.worst_case(400, 564)


def test_charge_takes_a_smaller_reported_figure_for_rounding_only(reservation: Reservation) -> None:
    usage = TokenUsage(1_000, 100)  # computed: 0.00055

    rounded, much_less = (charge(reservation, Evidence(usage, reported=Usd(nano))) for nano in (549_000, 500_000))

    assert (rounded.amount, rounded.accuracy) == (Usd(549_000), Accuracy.EXACT)
    assert (much_less.amount, much_less.accuracy) == (Usd(550_000), Accuracy.COMPUTED)


def test_charge_is_the_hold_where_more_may_be_billed_than_was_seen(reservation: Reservation) -> None:
    charged = charge(reservation, Evidence(n_output_bytes=5, is_bounded=False))

    assert (charged.amount, charged.accuracy) == (reservation.amount, Accuracy.ESTIMATED)


def test_charge_is_nothing_when_the_request_never_arrived(reservation: Reservation) -> None:
    assert charge(reservation, Evidence(may_be_billed=False)).amount == ZERO


def test_charge_above_the_hold_is_kept_whole(reservation: Reservation) -> None:
    assert charge(reservation, Evidence(TokenUsage(100, 5_000))).amount > reservation.amount


def test_charge_of_a_free_model_is_exactly_nothing(reservation: Reservation) -> None:
    free = replace(reservation, price=free_price("local"), amount=ZERO)

    charged = charge(free, Evidence(TokenUsage(100, 5_000), is_counted=False))

    assert charged.amount == ZERO
    assert charged.accuracy is Accuracy.EXACT


@given(st.integers(0, 10_000), st.integers(0, 400), st.integers(0, 1_000))
def test_upper_estimate_covers_whatever_was_made_and_never_passes_the_hold(
    n_bytes: int, n_input: int, n_output: int
) -> None:
    reservation = Reservation(
        "r", date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), "o", "c", Tier.CHEAP, "a/b",
        PRICE.worst_case(400, 1_000), 400, 1_000, PRICE,
    )  # fmt: skip

    estimate = upper_estimate(reservation, n_bytes)

    assert estimate <= reservation.amount
    if n_output <= n_bytes:
        assert estimate >= PRICE.cost(TokenUsage(n_input, n_output))
