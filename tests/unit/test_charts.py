"""Bars of spend."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.ui.charts import Column, Scale, bar_chart, share_bar
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.themes import Ink
from tests.palettes import palette

DOLLAR = 1_000_000_000
MARGIN = len("$0.75 ")


@pytest.fixture
def ink() -> Ink:
    return Ink(palette("ralex-dark"))


@given(st.integers(1, 10**15))
def test_scale_has_three_round_labels_below_the_highest_bar(highest: int) -> None:
    scale = Scale.of(highest)

    assert 3 * scale.step <= scale.top
    assert scale.top >= highest
    assert str(scale.step).rstrip("0") in ("1", "2", "25", "5")


def test_chart_of_nothing_still_has_its_line(ink: Ink) -> None:
    lines = bar_chart([Column("00", {}), Column("01", {})], 40, 4, ink, UNICODE)

    assert len(lines) == 6
    assert "─" in lines[4].plain


def test_chart_draws_the_highest_bar_to_the_top_and_an_empty_one_not_at_all(ink: Ink) -> None:
    columns = [Column("00", {Tier.CHEAP: DOLLAR}), Column("01", {})]

    lines = bar_chart(columns, 26, 4, ink, UNICODE, has_color=False)

    bars = [line.plain[MARGIN:] for line in lines[:4]]
    assert all(bar.startswith("¢") for bar in bars)
    assert all(not bar[10:].strip() for bar in bars)


def test_chart_stacks_smart_below_cheap(ink: Ink) -> None:
    column = Column("00", {Tier.CHEAP: DOLLAR // 2, Tier.SMART: DOLLAR // 2})

    lines = bar_chart([column], 12, 4, ink, UNICODE, has_color=False)

    assert [line.plain[MARGIN] for line in lines[:4]] == ["¢", "¢", "◆", "◆"]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_chart_keeps_to_its_width(ink: Ink, width: int) -> None:
    columns = [Column(f"{hour:02d}", {Tier.SMART: hour * 1_000_000}) for hour in range(24)]

    lines = bar_chart(columns, width, 6, ink, UNICODE, chosen=5)

    assert max(line.cell_length for line in lines) <= width
    assert "05" in lines[-1].plain


def test_share_is_never_invisible_and_never_longer_than_the_largest() -> None:
    assert share_bar(1, Usd.parse("5").nano, 11, UNICODE) == "━"
    assert share_bar(7, 7, 11, UNICODE) == "━" * 11
    assert share_bar(0, 7, 11, UNICODE) == ""
