"""The review: days, weeks, months and years, their bars and tables, and the way back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ralex_tui.domain.errors import LedgerUnreadable
from ralex_tui.domain.review import Grain, Report, Span
from ralex_tui.services.reports import ReportService
from ralex_tui.ui.review_state import Place, Stop, View
from ralex_tui.ui.screens.chat import ChatScreen
from ralex_tui.ui.screens.review import ReviewScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo
from tests.ui.review_sample import TODAY, Sample


async def reviewed(seat: Seat, *keys: str) -> None:
    await seat.press("shift+f4")
    await seat.settled()
    await then(seat, *keys)


async def then(seat: Seat, *keys: str) -> None:
    for key in keys:
        await seat.press(key)
        await seat.settled()


def view_of(seat: Seat) -> View:
    screen = seat.app.screen
    assert isinstance(screen, ReviewScreen)
    assert screen._view is not None
    return screen._view


@pytest.fixture
def sample(demo: Demo) -> Sample:
    """A day, and two weeks before it."""
    sample = Sample(demo)
    sample.days(14, most=8)
    sample.day(n_answers=40)
    return sample


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(
    ("key", "grain", "title"),
    [
        ("w", Grain.WEEK, "23 to 29 November 2026"),
        ("m", Grain.MONTH, "November 2026"),
        ("a", Grain.YEAR, "December 2025 to November 2026"),
        ("Y", Grain.YEAR, "December 2025 to November 2026"),
    ],
)
async def test_a_key_shows_a_longer_span_and_the_same_again_the_day(
    sit: Sit, key: str, grain: Grain, title: str
) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, key)
        assert view_of(seat).report.span == Span.of(grain, TODAY)
        assert title in seat.screen_text

        await then(seat, key)

        assert view_of(seat).report.span == Span.of(Grain.DAY, TODAY)


@pytest.mark.usefixtures("sample")
async def test_brackets_go_to_the_span_before_and_never_beyond_today(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, "right_square_bracket")
        assert view_of(seat).day == TODAY

        await then(seat, "w", "left_square_bracket")
        assert view_of(seat).report.span.last == TODAY - timedelta(days=1)
        assert "23 Nov ›" in seat.screen_text

        await then(seat, "right_square_bracket", "right_square_bracket")
        assert view_of(seat).report.span == Span.of(Grain.WEEK, TODAY)


@pytest.mark.usefixtures("sample")
async def test_enter_opens_the_chosen_day_and_esc_goes_back_to_its_week_then_to_the_chat(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, "w", "left_square_bracket", "right", "enter")
        assert view_of(seat).is_day
        assert view_of(seat).day == TODAY - timedelta(days=6)

        await then(seat, "escape")
        assert view_of(seat).grain is Grain.WEEK

        await then(seat, "escape")
        assert isinstance(seat.app.screen, ChatScreen)


@pytest.mark.usefixtures("sample")
async def test_left_and_right_choose_a_bar(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat)
        hour = view_of(seat).hour
        assert hour is not None

        await then(seat, "right")

        assert view_of(seat).hour == hour + 1
        assert f"{hour + 1:02d}:00 to {hour + 2:02d}:00" in seat.screen_text


@pytest.mark.usefixtures("sample")
async def test_in_a_year_the_arrows_go_by_weeks_and_days_and_the_side_follows(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat, "a", "left", "up", "up")

        day = TODAY - timedelta(days=9)
        assert view_of(seat).day == day
        assert f"{day:%A} {day.day} {day:%B}" in seat.screen_text
        assert view_of(seat).entries_of == day

        await then(seat, "enter")
        assert view_of(seat).report.span == Span.of(Grain.DAY, day)


@pytest.mark.usefixtures("sample")
async def test_no_arrow_leaves_the_span(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, "w", "right", "right")
        assert view_of(seat).day == TODAY

        await then(seat, *["left"] * 9)
        assert view_of(seat).day == TODAY


@pytest.mark.usefixtures("sample")
async def test_tab_goes_round_the_tables(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat)
        titles = ("By tier and model", "By conversation", "By kind", "Models")
        shown = []
        for _ in titles:
            await then(seat, "tab")
            shown.append(next(title for title in titles if title in seat.screen_text))
        assert shown == list(titles)

        await then(seat, "tab")
        assert view_of(seat).stop is Stop.MESSAGES
        await then(seat, "shift+tab")
        assert view_of(seat).stop is Stop.MODELS


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_a_row_is_opened_into_exactly_its_messages(sit: Sit, size: tuple[int, int]) -> None:
    async with sit(*size) as seat:
        await reviewed(seat, "tab", "tab", "down", "enter")

        view = view_of(seat)
        assert view.drilled is not None
        (conversation,) = {entry.reservation.conversation for entry in view.drilled.entries}
        dear = list(view.report.conversations)
        assert conversation == dear[1]
        assert sum(entry.cost.amount.nano for entry in view.drilled.entries) == view.drilled.total.cost.amount.nano
        assert "the dearest of" in seat.screen_text

        await then(seat, "escape")
        assert view_of(seat).drilled is None
        assert view_of(seat).stop is Stop.CONVERSATIONS
        assert view_of(seat).row == 1


@pytest.mark.usefixtures("sample")
async def test_a_row_of_a_month_is_opened_too(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, "m", "tab", "enter")

        view = view_of(seat)
        assert view.drilled is not None
        assert len(view.drilled.entries) == view.drilled.total.n_answers + view.drilled.total.n_held
        assert len({entry.reservation.day for entry in view.drilled.entries}) > 1


@pytest.mark.usefixtures("sample")
async def test_pages_take_the_place_of_the_chart_and_esc_brings_it_back(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, "t")
        assert "What Auto saved" in seat.screen_text
        assert "By hour" not in seat.screen_text

        await then(seat, "escape")
        assert "By hour" in seat.screen_text


@pytest.mark.usefixtures("sample")
async def test_bars_are_stacked_by_model_on_demand(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat, "s")
        assert "a claude-sonnet-5.5" in seat.screen_text

        await then(seat, "w")
        assert "a claude-sonnet-5.5" in seat.screen_text
        await then(seat, "s")
        assert "a claude-sonnet-5.5" not in seat.screen_text


async def test_an_empty_day_says_what_was_the_users_to_spend(sit: Sit, demo: Demo) -> None:
    Sample(demo)
    async with sit(120, 40) as seat:
        await reviewed(seat)
        assert "Nothing spent. $5.00 is yours to spend." in seat.screen_text

        await then(seat, "left_square_bracket", "enter", "tab", "right")
        assert "Nothing spent. $5.00 was yours to spend." in seat.screen_text


@pytest.mark.usefixtures("sample")
async def test_the_old_picture_stays_until_the_new_one_is_there(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat)
        before = seat.screen_text
        seen: list[str] = []
        real = ReportService.report

        async def watched(self: ReportService, span: Span) -> Report:
            report = await real(self, span)
            seen.append(seat.screen_text)
            return report

        monkeypatch.setattr(ReportService, "report", watched)
        await then(seat, "m")

        assert seen[0] == before
        assert "November 2026" in seat.screen_text


@pytest.mark.usefixtures("sample")
async def test_a_span_that_cannot_be_read_is_told_and_the_old_one_stays(
    sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat)

        async def broken(self: ReportService, span: Span) -> Report:
            raise LedgerUnreadable("the book of a day can't be read", hint="ralex doctor says more")

        monkeypatch.setattr(ReportService, "report", broken)
        await then(seat, "w")

        assert view_of(seat).is_day
        assert "By hour" in seat.screen_text
        assert "the book of a day can't be read" in seat.screen_text.lower()


@pytest.mark.usefixtures("sample")
async def test_a_click_chooses_a_bar_a_row_and_a_message(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat)
        screen = seat.app.screen
        assert isinstance(screen, ReviewScreen)
        lines = seat.screen_text.splitlines()
        (y_labels,) = [y for y, line in enumerate(lines) if " 09   10   11 " in line or " 09  10  11 " in line]

        await seat.pilot.click(offset=(lines[y_labels].index(" 09 ") + 1, y_labels - 2))
        assert view_of(seat).hour == 9

        y_row = next(y for y, line in enumerate(lines) if "gemini-3.5-flash-lite" in line and "Cheap" in line)
        await seat.pilot.click(offset=(20, y_row))
        assert view_of(seat).stop is Stop.TIERS
        assert screen._drawing.titles[view_of(seat).row].startswith("Cheap")

        view = view_of(seat)
        if len(view.listed.entries) > 1:
            region = screen.query_one("#review-side").content_region
            await seat.pilot.click(offset=(region.x + 8, region.y + screen._listed.at + 1))
            assert view_of(seat).selected == 1


@pytest.mark.usefixtures("sample")
async def test_a_click_on_the_heatmap_chooses_the_day(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat, "a")
        screen = seat.app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen._drawing.heat is not None
        at, heat = screen._drawing.heat
        region = screen.query_one("#review-main").content_region
        week = (TODAY - heat.first).days // 7

        await seat.pilot.click(offset=(region.x + heat.margin + (week - 1) * heat.cell, region.y + at + 2))

        assert view_of(seat).day == TODAY - timedelta(days=6)


@pytest.mark.usefixtures("sample")
async def test_the_export_says_where_it_is_in_full(sit: Sit, tmp_path: Path) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat, "x")

        (folder,) = (tmp_path / "exports").iterdir()
        (report,) = folder.glob("*.json")
        said = "".join(line.strip() for line in _toast(seat))
        assert str(folder) in said
        assert json.loads(report.read_text(encoding="utf-8"))


def _toast(seat: Seat) -> list[str]:
    return [str(notice.message) for notice in seat.app._notifications]


# Down to the message


@pytest.mark.usefixtures("sample")
async def test_enter_on_a_message_goes_to_it_in_its_conversation(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat)
        entry = view_of(seat).entry
        assert entry is not None

        await then(seat, "enter")

        assert isinstance(seat.app.screen, ChatScreen)
        assert seat.chat._runner.shown.id == entry.reservation.conversation
        transcript = seat.chat._transcript
        assert transcript.has_focus
        assert transcript.source_of_message() == transcript.message_text(entry.reservation.answer)


@pytest.mark.usefixtures("sample")
async def test_on_a_narrow_screen_the_messages_come_first_and_then_the_conversation(sit: Sit) -> None:
    async with sit(80, 24) as seat:
        await reviewed(seat, "enter")
        assert view_of(seat).drilled is not None
        assert "held before" in seat.screen_text

        await then(seat, "down", "enter")
        assert isinstance(seat.app.screen, ChatScreen)
        assert seat.chat._transcript.has_focus


async def test_a_message_of_a_conversation_that_is_gone_says_so_and_stays(sit: Sit, sample: Sample) -> None:
    sample.orphan("0.90")
    async with sit(160, 48) as seat:
        await reviewed(seat, "enter")

        assert isinstance(seat.app.screen, ReviewScreen)
        assert "The conversation of this message is gone" in "".join(_toast(seat))


@pytest.mark.usefixtures("sample")
async def test_an_old_record_opens_the_conversation_and_says_what_it_cannot_tell(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await reviewed(seat, "left_square_bracket", "left_square_bracket", "left_square_bracket")
        view = view_of(seat)
        assert view.entry is not None
        assert view.entry.reservation.answer == ""

        await then(seat, "enter", "enter")

        assert isinstance(seat.app.screen, ChatScreen)
        assert "which of its messages it was is not in records of that time" in "".join(_toast(seat))


async def test_a_message_that_is_gone_from_its_conversation_is_told(sit: Sit, sample: Sample) -> None:
    async with sit(120, 40) as seat:
        seat.chat._reviewed(Place(sample.talks[0].id, "no such message"))
        await seat.settled()

        assert seat.chat._runner.shown.id == sample.talks[0].id
        assert "The message is gone" in "".join(_toast(seat))


async def test_a_message_on_another_branch_is_gone_to(sit: Sit, sample: Sample) -> None:
    talk = sample.talks[0]
    kept = sample.branch_off(talk)
    async with sit(120, 40) as seat:
        seat.chat._reviewed(Place(talk.id, talk.answers[2]))
        await seat.settled()

        shown = [message.id for message in seat.chat._runner.shown.path]
        assert talk.answers[2] in shown
        assert talk.answers[3] in shown
        assert kept not in shown
        assert "another branch" in "".join(_toast(seat))


@pytest.mark.usefixtures("sample")
async def test_the_reason_of_the_pick_comes_from_the_conversation(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await reviewed(seat)
        entry = view_of(seat).entry
        assert entry is not None
        reason = view_of(seat).reasons[entry.reservation.answer]

        assert f"“{reason}”" in seat.screen_text


# The panel


@pytest.mark.usefixtures("sample")
async def test_the_budget_panel_says_what_auto_saved_today(sit: Sit, demo: Demo) -> None:
    async with sit(160, 60) as seat:
        saved = (await demo.services.reports().savings(TODAY, TODAY)).saved
        assert saved is not None

        (line,) = [line for line in seat.screen_text.splitlines() if "Auto saved today" in line]
        assert f"≈{saved.show(2)}" in line


@pytest.mark.usefixtures("sample")
async def test_the_span_before_is_read_before_it_is_asked_for(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Span] = []
    report = ReportService.report

    async def noted(self: ReportService, span: Span) -> Report:
        asked.append(span)
        return await report(self, span)

    monkeypatch.setattr(ReportService, "report", noted)
    async with sit() as seat:
        await reviewed(seat)
        assert Span.of(Grain.DAY, TODAY).before() in asked

        await then(seat, "m")

        assert Span.of(Grain.MONTH, TODAY).before() in asked
