"""What the review draws, as lines of text: the real figures of a made-up year, in every size."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.content import Content

from ralex_tui.domain.kinds import Kind
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.review import Cell, Grain, Pace, Savings, Span
from ralex_tui.domain.usage import Sum
from ralex_tui.ui.glyphs import ASCII, UNICODE
from ralex_tui.ui.review_edges import keys_line, title_line
from ralex_tui.ui.review_facts import fact_lines, nothing_spent, summary_line
from ralex_tui.ui.review_page import Room, main_page
from ralex_tui.ui.review_savings import savings_line, savings_lines, short_verdict
from ralex_tui.ui.review_series import legend, model_letters, stacked
from ralex_tui.ui.review_side import side
from ralex_tui.ui.review_state import Listed, Page, Stop, View, dearest_hour, sum_of
from ralex_tui.ui.themes import Ink
from tests.palettes import palette
from tests.ui.demo import Demo
from tests.ui.review_sample import TODAY, Sample

THEMES = ("ralex-dark", "ralex-light", "terminal", "high-contrast")
INK = Ink(palette("ralex-dark"))

# A figure with a letter or digit cut off behind it, or before it.
_CUT_FIGURE = re.compile(r"\$[\d,.]*…")


def text(lines: Iterator[Content] | tuple[Content, ...] | list[Content]) -> str:
    return "\n".join(line.plain for line in lines)


class Views(dict[Grain, View]):
    """With a short name in a failed test: whole reports would be megabytes."""

    def __repr__(self) -> str:
        return "the sample year"


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """The sample year by day, week, month and year, as the screen would show it."""
    demo = Demo(tmp_path_factory.mktemp("year"))
    sample = Sample(demo)
    sample.days(100, most=12)
    sample.day()
    titles = {talk.id: title for talk, title in zip(sample.talks, _TITLES, strict=True)}
    return asyncio.run(_views(demo, titles))


_TITLES = (
    "Tests for the parser",
    "Slow query on orders",
    "Release notes, 2.4",
    "Regex for log lines",
    "Name for a daemon",
    "Postgres to SQLite",
    "Rust lifetimes, once more and slowly",
    "Letter to the landlord about the broken window",
    "Minutes of the Monday meeting",
)


async def _views(demo: Demo, titles: Mapping[str, str]) -> Views:
    reports = demo.services.reports()
    entries = await reports.entries(Span.of(Grain.DAY, TODAY), Cell())
    views = Views()
    for grain in Grain:
        report = await reports.report(Span.of(grain, TODAY))
        hour = dearest_hour(report) if grain is Grain.DAY else None
        views[grain] = View(report, TODAY, TODAY, UTC, titles, hour, entries, TODAY)
    await demo.close()
    return views


def page(view: View, width: int = 106, height: int = 41, *, has_side: bool = True) -> str:
    return text(main_page(view, Room(width, height, height >= 30, has_side, INK, UNICODE)).lines)


# Every size


shown = st.fixed_dictionaries(
    {
        "stop": st.sampled_from(list(Stop)),
        "page": st.sampled_from(list(Page)),
        "is_by_model": st.booleans(),
        "row": st.integers(0, 8),
        "selected": st.integers(0, 400),
    }
)


@given(
    st.sampled_from(list(Grain)),
    st.integers(38, 250),
    st.integers(12, 60),
    st.sampled_from(THEMES),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    shown,
)
@settings(max_examples=200, deadline=None)
def test_no_line_is_too_long_and_no_figure_is_cut(
    views: Views,
    grain: Grain,
    width: int,
    height: int,
    theme: str,
    has_color: bool,
    is_ascii: bool,
    is_drilled: bool,
    choice: dict[str, Any],
) -> None:
    view = replace(views[grain], **choice)
    view = replace(view, drilled=Listed("Smart", view.report.total, view.entries, Cell()) if is_drilled else None)
    glyphs, ink = ASCII if is_ascii else UNICODE, Ink(palette(theme))

    drawing = main_page(view, Room(width, height, height >= 30, width >= 90, ink, glyphs, has_color))
    beside = side(view, min(width, 42), height, ink, glyphs)

    assert len(drawing.lines) <= height
    assert len(beside.lines) <= height
    assert all(line.cell_length <= width for line in drawing.lines)
    assert all(line.cell_length <= min(width, 42) for line in beside.lines)
    assert not _CUT_FIGURE.search(text((*drawing.lines, *beside.lines)))


@given(st.integers(36, 250), st.sampled_from(list(Grain)), st.sampled_from(list(Stop)), st.booleans())
@settings(max_examples=100, deadline=None)
def test_first_and_last_line_keep_to_the_width(
    views: Views, width: int, grain: Grain, stop: Stop, is_wide: bool
) -> None:
    view = replace(views[grain], stop=stop)

    keys = keys_line(view, width, INK, UNICODE, {}, is_wide=is_wide)

    assert title_line(view, width, INK, UNICODE).cell_length <= width
    assert keys.cell_length <= width
    assert "esc" in keys.plain


@pytest.mark.parametrize("grain", list(Grain))
@pytest.mark.parametrize("stop", list(Stop))
def test_ascii_writes_nothing_else(views: Views, grain: Grain, stop: Stop) -> None:
    view = replace(views[grain], stop=stop)
    room = Room(114, 36, True, False, INK, ASCII)

    said = text(main_page(view, room).lines) + text(side(view, 42, 40, INK, ASCII).lines)
    said += title_line(view, 114, INK, ASCII).plain + keys_line(view, 160, INK, ASCII, {}, is_wide=True).plain

    assert said.replace("…", "").isascii()


# What is said


def test_the_figures_of_a_table_add_up_to_the_hero(views: Views) -> None:
    view = views[Grain.DAY]
    said = page(view)

    total = view.report.total.cost.amount
    assert said.splitlines()[-1].split() == ["all", "156", *said.splitlines()[-1].split()[2:5], f"≈{total}"]
    assert f"spent of $5.00, {total.nano // 50_000_000} %, in 156 answers" in said


@pytest.mark.parametrize("grain", list(Grain))
def test_every_row_of_every_table_is_a_part_that_can_be_opened(views: Views, grain: Grain) -> None:
    report = views[grain].report

    for stop in (Stop.TIERS, Stop.CONVERSATIONS, Stop.KINDS, Stop.MODELS):
        drawing = main_page(replace(views[grain], stop=stop), Room(146, 54, True, True, INK, UNICODE))
        parts = [sum_of(report, cell).cost.amount.nano for cell in drawing.cells]
        assert sum(parts) == report.total.cost.amount.nano
        assert len(drawing.titles) == len(drawing.cells)


def test_the_dearest_hour_is_chosen_and_its_messages_come_first(views: Views) -> None:
    view = views[Grain.DAY]
    assert view.hour is not None
    hour = view.report.bars[view.hour]

    said = text(side(view, 42, 41, INK, UNICODE).lines)

    assert hour.total.cost.amount == max(bar.total.cost.amount for bar in view.report.bars)
    assert said.startswith(f"{hour.hour:02d}:00 to ")
    assert f"the dearest of {hour.total.n_answers} answers" in said
    weights = [entry.weight for entry in view.listed.entries]
    assert weights == sorted(weights, reverse=True)


def test_a_guess_is_called_one(views: Views) -> None:
    assert "a guess by the words in it" in text(side(views[Grain.DAY], 42, 46, INK, UNICODE).lines)
    assert "a guess by the words in it" in page(replace(views[Grain.DAY], stop=Stop.KINDS))
    assert "asked for, as a guess" in text(side(views[Grain.DAY], 42, 46, INK, UNICODE).lines)


def test_kinds_of_old_records_are_not_known(views: Views) -> None:
    report = views[Grain.DAY].report
    view = replace(views[Grain.DAY], report=replace(report, request_kinds={"": report.total}), stop=Stop.KINDS)

    assert "not known" in page(view)
    assert Kind.CODE not in view.report.request_kinds


def test_by_model_each_letter_of_the_chart_stands_beside_its_model(views: Views) -> None:
    view = replace(views[Grain.DAY], is_by_model=True)
    letters = model_letters(view.report)

    said = page(view)

    for (_, model), letter in letters.items():
        assert re.search(rf"\b{letter} {re.escape(model.rsplit('/', 1)[1])}\b", said.split("By tier and model")[1])


def test_bars_by_tier_and_by_model_are_as_high_as_their_sums(views: Views) -> None:
    for view in views.values():
        for is_by_model in (False, True):
            columns = stacked(view.report, UNICODE, is_by_model=is_by_model).columns
            assert [c.total for c in columns] == [bar.total.cost.amount.nano for bar in view.report.bars]


def test_a_month_has_its_limit_as_a_line_and_in_the_legend(views: Views) -> None:
    report = views[Grain.MONTH].report

    assert {column.limit for column in stacked(report, UNICODE).columns} == {5_000_000_000}
    assert "─ limit $5.00" in legend(report, 120, INK, UNICODE).plain
    assert "limit" not in legend(views[Grain.DAY].report, 120, INK, UNICODE).plain


def test_a_limit_that_nobody_recorded_says_so(views: Views) -> None:
    month = replace(views[Grain.MONTH].report, n_limits_assumed=3)
    day = replace(views[Grain.DAY], report=replace(views[Grain.DAY].report, n_limits_assumed=1))

    assert "limit $5.00 as it is set today" in legend(month, 140, INK, UNICODE).plain
    assert "the limit is the one set today" in text(fact_lines(day, 100, INK, UNICODE))


def test_the_year_shows_what_the_chosen_day_cost(views: Views) -> None:
    cost = views[Grain.YEAR].report.days[TODAY].cost

    assert f"Mon 23 Nov 2026  ≈{cost.amount}  156 answers" in page(views[Grain.YEAR])
    empty = replace(views[Grain.YEAR], day=TODAY - timedelta(days=300))
    assert "nothing spent" in page(empty)


def test_an_empty_day_says_so_and_draws_no_axes(views: Views) -> None:
    report = replace(views[Grain.DAY].report, total=Sum())
    view = replace(views[Grain.DAY], report=report, day=TODAY - timedelta(days=1))

    said = page(view)

    assert nothing_spent(view) == "Nothing spent. $5.00 was yours to spend."
    assert "Nothing spent." in said
    assert "By hour" not in said
    assert nothing_spent(replace(view, day=TODAY)) == "Nothing spent. $5.00 is yours to spend."


# The pace


@pytest.mark.parametrize(
    ("grain", "pace", "expected"),
    [
        (
            Grain.DAY,
            Pace(Usd.parse("0.31"), None, None, None, None),
            "At ≈$0.31 an hour the limit is not reached today.",
        ),
        (
            Grain.DAY,
            Pace(Usd.parse("0.31"), None, None, datetime(2026, 11, 23, 16, 40, tzinfo=UTC), None),
            "At ≈$0.31 an hour the limit is reached at 16:40.",
        ),
        (
            Grain.MONTH,
            Pace(None, Usd.parse("1.37"), Usd.parse("41.20"), None, None),
            "≈$1.37 a day, at this pace this month comes to ≈$41.20.",
        ),
        (
            Grain.MONTH,
            Pace(None, Usd.parse("1.37"), Usd.parse("41.20"), datetime(2026, 11, 27, 9, tzinfo=UTC), Usd.parse("40")),
            "this month comes to ≈$41.20; the month's limit is reached on Fri 27 Nov.",
        ),
        (Grain.DAY, Pace(None, None, None, None, None), ""),
    ],
)
def test_the_pace_is_told_in_a_sentence(views: Views, grain: Grain, pace: Pace, expected: str) -> None:
    view = replace(views[grain], report=replace(views[grain].report, pace=pace))

    said = text(fact_lines(view, 200, INK, UNICODE))

    assert expected in said
    assert expected or ("an hour" not in said and "a day" not in said)


# How sure


def test_the_shares_of_certainty_add_up_to_a_hundred(views: Views) -> None:
    for view in views.values():
        said = text(fact_lines(view, 200, INK, UNICODE))
        shares = [int(share) for share in re.findall(r"(\d+) % (?:confirmed|computed|estimated)", said)]
        assert sum(shares) == 100


# What Auto saved


def savings(cost: str, smart: str | None, yolo: str | None, n: int = 150, n_picked: int = 150) -> Savings:
    return Savings(
        n_picked,
        n,
        Figure(Usd.parse(cost), Accuracy.COMPUTED),
        Usd.parse(smart) if smart else None,
        Usd.parse(yolo) if yolo else None,
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (
            savings("3.37", "6.52", "0.14", 156, 156),
            "Auto saved ≈$3.15. The same tokens cost ≈$6.52 on Smart alone, ≈$0.14 on Yolo alone.",
        ),
        (
            savings("3.37", "6.52", "0.14"),
            "Auto saved ≈$3.15. The same tokens cost ≈$6.52 on Smart alone, ≈$0.14 on Yolo alone."
            " Over the 150 answers that Auto picked.",
        ),
        (
            savings("3.37", "3.37", "0.14", 140),
            "Auto saved nothing. The same tokens cost ≈$3.37 on Smart alone, ≈$0.14 on Yolo alone."
            " Over 140 of the 150 answers that Auto picked.",
        ),
        (
            savings("1.00", "0.88", None, 156, 156),
            "Auto cost ≈$0.12 more than Smart. The same tokens cost ≈$0.88 on Smart alone, ? on Yolo.",
        ),
        (savings("0", None, None, 0, 12), "What Auto saved is not known: 12 answers without tokens or prices."),
        (savings("1", None, "0.1"), "What Auto saved is not known: Smart had no price."),
        (savings("0", None, None, 0, 0), "Auto picked none of these answers."),
        (
            savings("0.001", "0.002", "0.001", 1, 1),
            "Auto saved <$0.01. The same tokens cost <$0.01 on Smart alone, <$0.01 on Yolo alone."
            " Over the 1 answer that Auto picked.",
        ),
    ],
)
def test_what_auto_saved_is_said_as_it_is(known: Savings, expected: str) -> None:
    assert savings_line(known, 156, INK, UNICODE).plain == expected


def test_a_narrow_line_tells_a_gain_and_a_loss_apart() -> None:
    assert short_verdict(savings("3.37", "6.52", "0.14"), INK, UNICODE).plain == "Auto saved ≈$3.15"
    assert short_verdict(savings("1.00", "0.88", None), INK, UNICODE).plain == "Auto cost more: ≈$0.12"
    assert short_verdict(savings("1.00", None, None, 0), INK, UNICODE).plain == ""


def test_the_page_of_savings_never_shows_an_unknown_price_as_nothing() -> None:
    said = text(savings_lines(savings("1.00", "0.88", None), 156, 80, INK, UNICODE))

    assert re.search(r"on Yolo alone\s+\?", said)
    assert "$0.0000" not in said
    assert "they say nothing about how good the answers would have been" in " ".join(said.split())


def test_a_short_screen_says_first_what_was_spent(views: Views) -> None:
    line = summary_line(views[Grain.DAY], 78, INK, UNICODE).plain

    assert line.startswith(views[Grain.DAY].report.total.cost.amount.show(2) + " of $5.00")
    assert "156 answers" in line
    assert "Auto saved ≈$" in line
