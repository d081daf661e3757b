"""Opinions on answers: a tier up by one key, thumbs, what ledger and Auto keep of them, the hint to escalate."""

from __future__ import annotations

import pytest

from ralex_tui.adapters.scripted_engine import Fail, Finish, Hang
from ralex_tui.domain.conversation import Message, Role
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import ZERO
from ralex_tui.domain.remarks import Opinion
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import MODELS, NOW, Demo
from tests.ui.failure_demo import BROKEN

BAD_PYTHON = "Here it is:\n\n```python\ndef f(:\n    return 1\n```\n"
HINT = "^r asks Smart again: its Python does not parse"


async def entries(demo: Demo) -> list[Entry]:
    return await demo.ledger.entries(NOW.date(), NOW.date())


async def opinions(demo: Demo) -> list[list[Opinion]]:
    """What was said of each request, in the order in which they were made."""
    return [[verdict.opinion for verdict in entry.verdicts] for entry in await entries(demo)]


def shown(seat: Seat) -> list[Message]:
    return seat.chat._runner.shown.path


def header(seat: Seat) -> str:
    """The header of the last answer of Cheap's on the screen."""
    return [line for line in seat.screen_text.splitlines() if "flash-lite  " in line and " 0.0 s" in line][-1]


# A tier up


async def test_one_key_asks_a_tier_up_and_keeps_the_mode(sit: Sit, demo: Demo) -> None:
    demo.engine.script("A poor one.")
    demo.engine.script("A better one.")
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("ctrl+r")
        await seat.settled()

        assert "A better one." in seat.screen_text
        assert "A poor one." not in seat.screen_text
        assert [request.model for request in demo.engine.requests] == [MODELS[Tier.CHEAP].ref, MODELS[Tier.SMART].ref]
        assert demo.engine.requests[-1].messages == ((Role.USER, "hi"),)
        assert seat.chat._mode is Mode.AUTO


async def test_an_escalation_is_reserved_settled_and_written_into_the_ledger(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")
        await seat.press("ctrl+r")
        await seat.settled()

        first, second = await entries(demo)

        assert [first.reservation.tier, second.reservation.tier] == [Tier.CHEAP, Tier.SMART]
        assert not first.is_open
        assert not second.is_open
        assert second.cost.amount > ZERO
        assert first.was(Opinion.ESCALATED)
        assert second.verdicts == ()


async def test_the_answer_that_was_there_is_kept_on_its_branch(sit: Sit, demo: Demo) -> None:
    demo.engine.script("A poor one.")
    demo.engine.script("A better one.")
    async with sit() as seat:
        await seat.send("hi")
        await seat.press("ctrl+r")
        await seat.settled()
        chat = seat.chat._runner.shown
        assert chat.id is not None

        kept = await demo.library.open(chat.id)

        assert {message.text for message in kept.messages.values()} == {"hi", "A poor one.", "A better one."}
        assert [message.text for message in kept.path()] == ["hi", "A better one."]
        assert kept.mode is Mode.AUTO


async def test_an_escalation_teaches_auto_without_a_word_of_the_prompt(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("sesame")
        await seat.press("ctrl+r")
        await seat.settled()

        (label,) = await demo.learning.export()

        assert label["is_needed"] is True
        assert (label["source"], label["tier"]) == ("escalated", "cheap")
        assert b"sesame" not in (demo._folder / "labels.journal").read_bytes()


@pytest.mark.parametrize(
    ("mode", "tiers", "asked"),
    [
        (Mode.LOCAL, tuple(Tier), Tier.CHEAP),
        (Mode.LOCAL, (Tier.LOCAL, Tier.SMART), Tier.SMART),
        (Mode.CHEAP, tuple(Tier), Tier.SMART),
        (Mode.YOLO, tuple(Tier), Tier.SMART),
    ],
)
async def test_the_next_tier_up_that_has_a_model_is_asked(
    sit: Sit, demo: Demo, mode: Mode, tiers: tuple[Tier, ...], asked: Tier
) -> None:
    for tier in set(Tier) - set(tiers):
        demo.set_models(tier)
    async with sit() as seat:
        seat.chat._use_mode(mode)
        await seat.send("hi")

        await seat.press("ctrl+r")
        await seat.settled()

        assert demo.engine.requests[-1].model == MODELS[asked].ref
        assert seat.chat._mode is mode


async def test_above_smart_is_nothing(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        seat.chat._use_mode(Mode.SMART)
        await seat.send("hi")

        await seat.press("ctrl+r")
        await seat.settled()

        assert "Smart gave this answer, and there is no tier above it." in seat.screen_text
        assert len(demo.engine.requests) == 1


async def test_an_answer_on_its_way_is_not_escalated(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)

        await seat.press("ctrl+r")
        assert "There is no answer to be asked for again." in seat.screen_text

        await seat.press("escape")
        await seat.settled()
        assert len(demo.engine.requests) == 1
        assert await opinions(demo) == [[]]


async def test_a_refused_escalation_is_no_opinion(sit: Sit, demo: Demo) -> None:
    demo.set_limits(daily="0.0200")
    async with sit() as seat:
        seat.chat._use_mode(Mode.CHEAP)
        await seat.send("hi")
        demo.spend(Tier.SMART, ["0.0195"])
        await seat.until(lambda: "$0.0005" in seat.screen_text)

        await seat.press("ctrl+r")
        await seat.until(lambda: "This would pass today's limit" in seat.screen_text)
        await seat.press("escape")
        await seat.settled()

        assert len(demo.engine.requests) == 1
        assert (await opinions(demo))[0] == []


async def test_the_same_tier_again_is_written_down_and_teaches_nothing(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("up", "r")
        await seat.settled()

        assert await opinions(demo) == [[Opinion.AGAIN], []]
        assert await demo.learning.export() == []


async def test_a_failed_answer_is_asked_for_again_without_an_opinion(sit: Sit, demo: Demo) -> None:
    demo.engine.script("", Fail(BROKEN))
    demo.engine.script("At last.")
    async with sit() as seat:
        seat.chat._use_mode(Mode.CHEAP)
        await seat.send("hi")

        await seat.press("ctrl+r")
        await seat.settled()

        assert "At last." in seat.screen_text
        assert Opinion.ESCALATED not in [each for said in await opinions(demo) for each in said]


async def test_a_slash_command_escalates_too(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")

        await seat.send("/escalate")

        assert demo.engine.requests[-1].model == MODELS[Tier.SMART].ref


async def test_a_capital_r_in_the_messages_escalates(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("up", "R")
        await seat.settled()

        assert demo.engine.requests[-1].model == MODELS[Tier.SMART].ref


# Thumbs


@pytest.mark.parametrize(
    ("key", "slash", "word", "opinion"),
    [("plus", "/good", "+ good", Opinion.UP), ("minus", "/bad", "− bad", Opinion.DOWN)],
)
async def test_a_thumb_stands_in_the_header_and_the_same_key_takes_it_back(
    sit: Sit, demo: Demo, key: str, slash: str, word: str, opinion: Opinion
) -> None:
    async with sit() as seat:
        await seat.send("hi")
        await seat.press("up", key)
        await seat.settled()
        assert word in header(seat)

        await seat.press(key)
        await seat.settled()
        assert word not in header(seat)

        await seat.press("escape")
        await seat.send(slash)
        assert word in header(seat)
        assert await opinions(demo) == [[opinion, Opinion.NONE, opinion]]


async def test_two_quick_presses_give_a_thumb_and_take_it_back(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("up", "plus", "plus", "minus")
        await seat.settled()

        assert await opinions(demo) == [[Opinion.UP, Opinion.NONE, Opinion.DOWN]]
        assert "− bad" in header(seat)


async def test_a_thumb_is_for_the_answer_under_the_cursor(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("one")
        await seat.send("two")

        await seat.press("up", "g", "minus")
        await seat.settled()

        assert [message.thumb for message in shown(seat)] == [Opinion.NONE, Opinion.DOWN, Opinion.NONE, Opinion.NONE]


async def test_a_thumb_is_there_after_a_restart(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")
        await seat.send("/good")
        chat = seat.chat._runner.shown.id
        assert chat is not None

        seat.chat.action_new_chat()
        await seat.chat._open(chat)
        await seat.settled()

        assert "+ good" in header(seat)


async def test_what_auto_learns_follows_the_thumb(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")
        seen = []
        for key in ("plus", "minus", "minus"):
            await seat.press("up", key)
            await seat.settled()
            seen.append([label["is_needed"] for label in await demo.learning.export()])

        assert seen == [[False], [True], []]


async def test_thumbs_on_smart_teach_nothing(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        seat.chat._use_mode(Mode.SMART)
        await seat.send("hi")

        await seat.send("/bad")

        assert await demo.learning.export() == []
        assert await opinions(demo) == [[Opinion.DOWN]]


async def test_without_an_answer_there_is_nothing_to_judge(sit: Sit) -> None:
    async with sit() as seat:
        await seat.send("/good")

        assert "There is no answer to be judged here." in seat.screen_text


async def test_an_answer_on_its_way_is_not_judged(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)

        await seat.press("up", "plus")

        assert "This answer is still on its way." in seat.screen_text
        await seat.press("escape", "escape")
        await seat.settled()
        assert await opinions(demo) == [[]]


async def test_an_answer_of_which_the_ledger_knows_nothing_is_told_in_one_toast(sit: Sit, demo: Demo) -> None:
    chat = demo.shelf()
    async with sit(columns=160) as seat:
        await seat.chat._open(chat)
        await seat.settled()

        await seat.send("/bad")

        assert "Your opinion was not kept: the ledger knows no" in seat.screen_text
        assert shown(seat)[-1].thumb is Opinion.NONE


async def test_a_label_that_can_not_be_written_leaves_the_thumb(
    sit: Sit, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StorageError("data/labels.journal can't be written")

    async with sit() as seat:
        await seat.send("hi")
        monkeypatch.setattr(demo.learning, "heed", fail)

        await seat.send("/good")

        assert "Auto could not learn from it: data/labels" in seat.screen_text
        assert shown(seat)[-1].thumb is Opinion.UP


# The hint


async def test_the_empty_prompt_says_what_speaks_against_an_answer(sit: Sit, demo: Demo) -> None:
    demo.engine.script(BAD_PYTHON)
    async with sit() as seat:
        await seat.send("write it")

        assert HINT in seat.screen_text
        assert "^r tier up" in seat.screen_text


async def test_a_good_answer_is_not_doubted(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Here it is:\n\n```python\ndef f():\n    return 1\n```\n")
    async with sit() as seat:
        await seat.send("write it")

        assert "asks Smart" not in seat.screen_text


async def test_a_hint_goes_with_the_escalation(sit: Sit, demo: Demo) -> None:
    demo.engine.script(BAD_PYTHON)
    demo.engine.script(BAD_PYTHON)
    async with sit() as seat:
        await seat.send("write it")

        await seat.press("ctrl+r")
        await seat.settled()

        assert "asks Smart" not in seat.screen_text


async def test_nobody_is_hinted_at_whom_the_budget_forbids(sit: Sit, demo: Demo) -> None:
    demo.spend(Tier.SMART, ["4.10"])
    demo.engine.script(BAD_PYTHON)
    async with sit() as seat:
        await seat.send("write it")

        assert "asks Smart" not in seat.screen_text


async def test_without_a_tier_above_there_is_no_hint(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.SMART)
    demo.engine.script(BAD_PYTHON)
    async with sit() as seat:
        await seat.send("write it")

        assert "again: its Python" not in seat.screen_text


async def test_a_cut_answer_offers_both_keys(sit: Sit, demo: Demo) -> None:
    demo.engine.script("And so on and so", Finish("length"))
    async with sit() as seat:
        await seat.send("write it")

        assert "F8 goes on with gemini-3.5-flash-lite; ^r asks Smart." in seat.screen_text


@pytest.mark.parametrize("columns", [80, 120])
async def test_hint_and_thumb_are_whole_on_a_narrow_screen(sit: Sit, demo: Demo, columns: int) -> None:
    demo.engine.script(BAD_PYTHON)
    async with sit(columns, 24) as seat:
        await seat.send("write it")
        assert HINT in seat.screen_text

        await seat.send("/bad")

        assert "− bad" in header(seat)
