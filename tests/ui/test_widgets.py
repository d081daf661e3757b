"""What the widgets draw, as lines of text: pure functions of values, without an app."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from textual.content import Content

from ralex_tui.domain.budget import BudgetPolicy, BudgetState, DayBudget
from ralex_tui.domain.conversation import ConversationSummary, Message, Role
from ralex_tui.domain.errors import BudgetExceeded, LedgerUnreadable, UsageError
from ralex_tui.domain.models import Catalogue, Mode, Tier, TierPlan
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.routing import Route
from ralex_tui.domain.usage import Sum
from ralex_tui.services.quote import DraftQuote, History, quote
from ralex_tui.ui import notices
from ralex_tui.ui.bindings import BY_ID, COMMANDS, actions_by_key, clashes, keys_of, show_key, unknown_ids
from ralex_tui.ui.commands import parse_slash
from ralex_tui.ui.glyphs import ASCII, UNICODE
from ralex_tui.ui.lines import cut, spread
from ralex_tui.ui.screens.help import help_text
from ralex_tui.ui.snapshot import ChatFigures, DayFigures, Snapshot, minutes_left
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.widgets.budget_panel import panel_lines
from ralex_tui.ui.widgets.quote_lines import Desk, price_line, who_line
from ralex_tui.ui.widgets.sidebar import Sidebar, age
from ralex_tui.ui.widgets.status_line import status_line
from ralex_tui.ui.widgets.tier_bar import answerer
from tests.autos import word_auto
from tests.palettes import palette
from tests.ui.conftest import Sit
from tests.ui.demo import MODELS, NOW, Demo

INK = Ink(palette("ralex-dark"))
POLICY = BudgetPolicy(daily=Usd.parse("5.00"), zone=UTC, zone_name="UTC")
CATALOGUE = Catalogue({tier: TierPlan(tier, (model,), (model.ref,), 1_000) for tier, model in MODELS.items()})
CHEAP = Route(Tier.CHEAP, MODELS[Tier.CHEAP], "nothing in it asks for more", is_auto=True)


def day(spent: str, held: str = "0", sums: Mapping[Tier, Sum] | None = None) -> DayFigures:
    figure = Figure(Usd.parse(spent), Accuracy.ESTIMATED)
    budget = DayBudget(date(2026, 11, 23), POLICY.daily, figure, Usd.parse(held))
    tiers = {tier: Sum() for tier in Tier} | dict(sums or {})
    return DayFigures(budget, POLICY.state(budget.left), NOW + timedelta(hours=9, minutes=28), tiers, POLICY)


def snapshot(spent: str, held: str = "0", sums: Mapping[Tier, Sum] | None = None) -> Snapshot:
    figures = day(spent, held, sums)
    return Snapshot(figures, left_s=minutes_left(figures, NOW))


def text(lines: list[Content]) -> str:
    return "\n".join(line.plain for line in lines)


def priced(draft: str, mode: Mode = Mode.AUTO, catalogue: Catalogue = CATALOGUE) -> DraftQuote:
    return quote(draft, mode, catalogue, BudgetState.HEALTHY, History(), {}, word_auto())


# Lines


def test_words_are_cut_and_figures_never() -> None:
    line = spread(Content("a very long title that can't stay"), Content("✓$1.2307"), 20)

    assert line.plain == "a very lon… ✓$1.2307"
    assert cut(Content("words"), 3).plain == "wo…"
    assert cut(Content("words"), 0).plain == ""


# The tier bar


@pytest.mark.parametrize(
    ("screen", "room", "expected"),
    [
        (160, 90, "◇ Auto picks ¢ Cheap  gemini-3.5-flash-lite  $0.30 in  $2.50 out per M"),
        (120, 60, "¢ gemini-3.5-flash-lite  $0.30/$2.50 per M"),
        (80, 34, "¢ gemini-3.5-flash-lite $0.30/2.50"),
        (80, 24, "¢ gemini-3.5-flash-lite"),
        (30, 12, "¢ gemini-3.…"),
        (20, 3, ""),
    ],
)
def test_the_answerer_keeps_what_fits(screen: int, room: int, expected: str) -> None:
    assert answerer(Mode.AUTO, CHEAP, room, screen, INK, UNICODE).plain == expected


def test_the_price_of_a_local_model_is_free_and_an_unknown_one_says_so() -> None:
    local = Route(Tier.LOCAL, MODELS[Tier.LOCAL], "your choice")
    unknown = Route(Tier.CHEAP, replace(MODELS[Tier.CHEAP], price=None), "your choice")

    assert answerer(Mode.LOCAL, local, 60, 120, INK, UNICODE).plain == "⌂ qwen3-8b  free"
    assert answerer(Mode.CHEAP, unknown, 60, 120, INK, UNICODE).plain.endswith("price unknown")


# The budget panel


def test_the_panel_says_first_what_is_left() -> None:
    said = text(panel_lines(snapshot("1.3742", "0.0081"), 36, 40, INK, UNICODE))

    assert "Today                     Mon 23 Nov" in said
    assert "left of $5.00, new day in 9 h 28 min" in said
    assert "━ spent               27 %  ≈$1.3742" in said
    assert "╍ held                 0 %   $0.0081" in said
    assert "─ left                72 %   $3.6177" in said


def test_the_panel_has_one_group_less_for_each_it_has_no_room_for() -> None:
    last = Message(
        "a",
        Role.ASSISTANT,
        "text",
        NOW,
        tier=Tier.CHEAP,
        usage=TokenUsage(1_200, 561),
        cost=Figure(Usd.parse("0.0014"), Accuracy.COMPUTED),
        first_token_s=0.4,
    )
    full = replace(
        snapshot("1"), chat=ChatFigures(4, Figure(Usd.parse("0.2"), Accuracy.EXACT), 18_200, 1_000_000, last)
    )

    titles = ("Today", "By tier", "This conversation", "Last answer")
    shown = {
        height: [title for title in titles if title in text(panel_lines(full, 36, height, INK, UNICODE))]
        for height in (40, 26, 20, 15)
    }

    assert shown == {40: list(titles), 26: list(titles[:3]), 20: list(titles[:2]), 15: ["Today"]}
    assert "18.2k of 1.0M" in text(panel_lines(full, 36, 40, INK, UNICODE))
    assert "1.2k in  561 out" in text(panel_lines(full, 36, 40, INK, UNICODE))


def test_left_gauge_spent_held_and_left_never_go() -> None:
    lines = panel_lines(snapshot("1.3742", "0.0081"), 30, 5, INK, UNICODE)

    assert len(lines) == 5
    assert "$3.62 left" in lines[0].plain
    assert "━" in lines[1].plain


@pytest.mark.parametrize(
    ("spent", "words"),
    [
        ("2.40", None),
        ("2.50", "50 % of today is gone."),
        ("4.00", "▲ 80 % of today is gone"),
        ("4.85", "■ 96 % of today is gone"),
        ("5.01", "■ Today's limit is reached"),
    ],
)
def test_thresholds_are_told_in_words_and_sign(spent: str, words: str | None) -> None:
    said = text(panel_lines(snapshot(spent), 36, 40, INK, UNICODE))

    if words is None:
        assert "gone" not in said
    else:
        assert words in said


def test_the_hero_is_plain_bold_where_glyphs_are_ascii() -> None:
    said = text(panel_lines(snapshot("1.3742"), 36, 40, INK, ASCII))

    assert said.isascii()
    assert "\n$3.63\n" in said


def test_an_overrun_is_shown_and_not_hidden() -> None:
    assert "-$0.2500" in text(panel_lines(snapshot("5.25"), 36, 40, INK, ASCII))


def test_nothing_spent_says_what_is_yours() -> None:
    said = text(panel_lines(snapshot("0"), 36, 40, INK, UNICODE))

    assert "Nothing spent today. $5.00 is yours." in said


def test_a_ledger_that_cannot_be_read_shows_why_and_no_figure() -> None:
    problem = LedgerUnreadable("the ledger of today can't be read", hint="restore it from a copy")
    said = text(panel_lines(Snapshot(problem=problem), 36, 40, INK, UNICODE))

    assert "the ledger of today can't be read" in said.replace("\n", " ")
    assert "$" not in said


def test_free_is_a_word_and_a_sum_bears_its_mark() -> None:
    sums = {Tier.LOCAL: Sum(9), Tier.SMART: Sum(17, Figure(Usd.parse("1.2307"), Accuracy.EXACT))}
    said = text(panel_lines(snapshot("1.2307", sums=sums), 36, 40, INK, UNICODE))

    assert "⌂ Local                 9       free" in said
    assert "◆ Smart                17   ✓$1.2307" in said


# The status line


@pytest.mark.parametrize("width", range(8, 120))
def test_the_status_line_keeps_left_and_never_cuts_a_figure(width: int) -> None:
    shot = replace(snapshot("1.3742", "0.0081"), chat=ChatFigures(2, Figure(Usd.parse("0.2184"), Accuracy.ESTIMATED)))

    line = status_line(shot, width, INK, UNICODE)

    assert line.cell_length <= width
    assert line.plain.startswith("$3.62 l") or width < 11
    for figure in ("$1.3742", "$0.0081", "$0.2184"):
        assert figure in line.plain or figure[:4] not in line.plain


# The quote


@pytest.mark.parametrize("width", range(9, 90))
def test_the_prices_of_a_draft_fit_and_are_never_cut(width: int) -> None:
    line = price_line(priced("hello"), width, INK, UNICODE)

    assert line.cell_length <= width
    assert "≈$0.0009" in line.plain
    assert "…" not in line.plain


def test_the_one_that_would_answer_is_bold() -> None:
    line = price_line(priced("refactor it"), 90, INK, UNICODE)

    bold = [line.plain[span.start : span.end] for span in line.spans if getattr(span.style, "bold", False)]
    assert bold == ["Smart", "$0.0035"]


def test_an_unknown_price_is_a_question_mark_and_a_missing_model_no_key() -> None:
    model = replace(MODELS[Tier.SMART], price=None)
    odd = Catalogue(
        {
            **CATALOGUE.tiers,
            Tier.SMART: TierPlan(Tier.SMART, (model,), (model.ref,), 1_000),
            Tier.YOLO: TierPlan(Tier.YOLO, (), (), 1_000),
        }
    )

    line = price_line(priced("hello", catalogue=odd), 90, INK, UNICODE)

    assert line.plain == "¢ Cheap ≈$0.0009   ◆ Smart ?   » Yolo no key   ⌂ Local free"


def test_the_line_above_the_prices_says_who_and_why() -> None:
    auto = Desk(quote=priced("refactor it"), is_empty=False)
    chosen = Desk(Mode.YOLO, priced("hi", Mode.YOLO), is_empty=False)
    stepped = replace(CHEAP, wanted=Tier.SMART, reason="the day is low")
    busy = Desk(quote=priced("hi"), busy=(Tier.CHEAP, "writing"), n_queued=2)

    assert who_line(auto, 78, INK, UNICODE).plain.startswith("◇ Auto picks ◆ Smart: it says “refactor”")
    assert who_line(auto, 78, INK, UNICODE).plain.endswith("10 tokens")
    assert who_line(chosen, 78, INK, UNICODE).plain.startswith("» Yolo is your choice for this message")
    assert "◇ Auto picks ¢ Cheap instead of Smart: the day is low" in (
        who_line(Desk(quote=replace(priced("hi"), route=stepped), is_empty=False), 78, INK, UNICODE).plain
    )
    assert who_line(busy, 50, INK, UNICODE).plain == "¢ Cheap is writing, esc stops it          2 queued"


# Commands and keys


def test_command_ids_and_slash_words_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    slashes = [command.slash for command in COMMANDS if command.slash]
    assert len(set(slashes)) == len(slashes)


def test_no_two_commands_share_a_key() -> None:
    assert clashes({}) == []
    assert clashes({"tier.next": "f4"}) == [("f4", ["tier.next", "budget.toggle"])]


def test_keys_are_written_as_people_write_them() -> None:
    assert [show_key(key) for key in ("ctrl+j", "f2", "shift+f4", "escape")] == ["^j", "F2", "shift+F4", "esc"]
    assert keys_of(BY_ID["tier.next"], {"tier.next": "ctrl+t"}) == ["^t"]
    assert unknown_ids({"tier.next": "f3", "tier.nxt": "f3"}) == ["tier.nxt"]


def test_the_keymap_moves_a_key() -> None:
    moved = actions_by_key("chat", {"tier.next": "ctrl+t"})

    assert moved["ctrl+t"] == "step_tier(1)"
    assert "f2" not in moved


@pytest.mark.parametrize("said", ["hello", "/usr/bin is full", "/a b c", " /new", "/new\nline", "1 / 2", "/"])
def test_text_is_no_command(said: str) -> None:
    assert parse_slash(said) is None


def test_a_command_becomes_the_action_of_its_owner() -> None:
    tier, theme, new = parse_slash("/tier smart"), parse_slash("/theme ralex-light"), parse_slash("/NEW ")

    assert tier is not None
    assert tier.action == "set_tier('smart')"
    assert theme is not None
    assert theme.action == "app.choose_theme('ralex-light')"
    assert new is not None
    assert new.action == "new_chat"


@pytest.mark.parametrize(("said", "hint"), [("/thme", "'theme'"), ("/xyzzy", "F1"), ("/new chat", "a blank before")])
def test_a_wrong_command_says_what_to_do(said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_slash(said)

    assert hint in caught.value.hint


def test_the_help_page_has_every_command() -> None:
    page = help_text(INK, UNICODE, {"tier.next": "ctrl+t"}).plain

    assert [command.says for command in COMMANDS if command.says not in page] == []
    assert "^t" in page


# Notices


def test_a_refusal_for_money_is_a_limit_and_says_what_to_do() -> None:
    notice = notices.refused(BudgetExceeded("it costs too much; nothing was sent", hint="wait"), NOW)

    assert (notice.level, notice.text, notice.hint) == ("limit", "It costs too much; nothing was sent.", "Wait.")


def test_stepping_down_says_why_and_the_way_out() -> None:
    route = replace(CHEAP, wanted=Tier.SMART, reason="the day is low")

    notice = notices.stepped_down(route, day("4.00"), NOW)

    assert notice.heading == "Stepped down: Smart to Cheap"
    assert notice.text == "$1.00 is left today, so Auto keeps to Cheap, Yolo and Local."


# The list of conversations


@pytest.mark.parametrize(
    ("days", "group"), [(-1, "Today"), (0, "Today"), (1, "Yesterday"), (2, "Last week"), (7, "Last week"), (8, "Older")]
)
def test_conversations_are_grouped_by_age(days: int, group: str) -> None:
    today = date(2026, 11, 23)

    assert age(today - timedelta(days=days), today) == group


async def test_a_thousand_conversations_are_listed_without_a_pause(sit: Sit, demo: Demo) -> None:
    rows = [
        ConversationSummary(f"{n:04}", f"Conversation {n} [/] with a long title", NOW, at(n), 4, cost_of(n))
        for n in range(1_000)
    ]
    async with sit(160, 48) as seat:
        sidebar = seat.chat.query_one(Sidebar)
        started = time.process_time()

        sidebar.show(rows, NOW.date(), "0500")
        await seat.pilot.pause()

        # On the slow side of what was measured (0.08 s), so that only a change of kind is caught.
        assert time.process_time() - started < 1.0
        assert "Conversation 500" in seat.screen_text


def at(n: int) -> datetime:
    return NOW - timedelta(minutes=37 * n)


def cost_of(n: int) -> Figure:
    return Figure(Usd(n * 1_000_000), Accuracy.COMPUTED)
