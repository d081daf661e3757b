"""What the screen says and offers when models fail: who was asked, what is kept, which key goes on."""

from __future__ import annotations

from ralex_tui.adapters.scripted_engine import Fail, Hang
from ralex_tui.domain.conversation import MessageState, Role
from ralex_tui.domain.errors import EngineBroken, EngineUnavailable, RateLimited
from ralex_tui.domain.events import Way
from ralex_tui.domain.models import Tier
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.services.fallbacks import GO_ON
from tests.ui.conftest import Sit
from tests.ui.demo import MODELS, Demo
from tests.ui.failure_demo import BROKEN, BUSY, OTHER, REFUSED


async def test_another_model_answers_and_the_header_says_so(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)
    demo.engine.script(Fail(BUSY))
    demo.engine.script("Here you are.")
    async with sit() as seat:
        await seat.send("hi")

        assert "Here you are." in seat.screen_text
        assert "has had too many requests: claude-haiku-5.5 answers" in seat.screen_text
        assert "▲" in seat.screen_text


async def test_the_new_model_stands_in_the_header_while_it_is_asked(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)
    demo.engine.script(Fail(BUSY))
    demo.engine.script(Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")

        await seat.until(lambda: "too many requests: claude-haiku-5.5 answers" in seat.screen_text)

        assert "waiting" in seat.screen_text
        await seat.press("escape")
        await seat.settled()
        assert "stopped" in seat.screen_text


async def test_one_key_goes_on_with_another_model_where_an_answer_broke_off(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)
    demo.engine.script("Half of it", Fail(BROKEN))
    demo.engine.script(" and the rest.")
    async with sit() as seat:
        await seat.send("hi")
        assert "Half of it" in seat.screen_text
        assert "F8 goes on with claude-haiku-5.5." in seat.screen_text
        assert "F8 go on" in seat.screen_text

        await seat.press("f8")
        await seat.settled()

        assert "and the rest." in seat.screen_text
        assert demo.engine.requests[-1].model == OTHER.ref
        assert demo.engine.requests[-1].messages == (
            (Role.USER, "hi"),
            (Role.ASSISTANT, "Half of it"),
            (Role.USER, GO_ON),
        )
        assert "F8" not in seat.screen_text


async def test_one_key_asks_again_where_nothing_came_at_all(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)
    # Cheap's key is refused, and Auto goes on to Local, which needs none.
    for _ in range(2):
        demo.engine.script(Fail(REFUSED))
    async with sit() as seat:
        await seat.send("hi")
        assert "Openrouter refused the key" in seat.screen_text
        assert "F8 asks again with" in seat.screen_text
        demo.engine.script("At last.")
        n_asked = len(demo.engine.requests)

        await seat.press("f8")
        await seat.settled()

        assert len(demo.engine.requests) == n_asked + 1
        assert demo.engine.requests[-1].messages == ((Role.USER, "hi"),)
        assert "At last." in seat.screen_text
        assert "failed" not in seat.screen_text
        chat = seat.chat._runner.shown
        assert [message.role for message in chat.path] == [Role.USER, Role.ASSISTANT]
        assert chat.conversation is not None
        assert MessageState.FAILED in {message.state for message in chat.conversation.messages.values()}


async def test_a_stopped_answer_goes_on_with_its_own_model(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)
        await seat.press("escape")
        await seat.settled()

        await seat.press("f8")
        await seat.settled()

        assert demo.engine.requests[-1].model == MODELS[Tier.CHEAP].ref


async def test_a_whole_answer_is_not_gone_on_with(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("f8")

        assert "The last answer is whole." in seat.screen_text
        assert len(demo.engine.requests) == 1


async def test_r_in_the_messages_answers_the_last_question_again(sit: Sit, demo: Demo) -> None:
    demo.engine.script("One way.")
    demo.engine.script("Another way.")
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("up", "r")
        await seat.settled()

        assert "Another way." in seat.screen_text
        assert "One way." not in seat.screen_text
        assert demo.engine.requests[-1].messages == ((Role.USER, "hi"),)


async def test_direct_mode_is_told_once_and_stands_in_the_header_until_it_ends(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        demo.engine_status = EngineStatus(Way.DIRECT, why="LiteLLM can't be imported (ModuleNotFoundError)")
        seat.chat._look()
        seat.chat._look()
        await seat.settled()
        assert seat.screen_text.count("Emergency direct mode") == 1
        assert "LiteLLM can't be imported (ModuleNotFoundError)." in seat.screen_text
        assert "▲ direct" in seat.screen_text

        demo.engine_status = EngineStatus(Way.LITELLM)
        seat.chat._look()
        await seat.settled()

        assert "LiteLLM is back" in seat.screen_text
        assert "▲ direct" not in seat.screen_text


async def test_the_money_of_all_tries_is_in_the_answer_and_in_the_day(sit: Sit, demo: Demo) -> None:
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)
    demo.engine.script(Fail(EngineUnavailable("it went away", may_be_billed=True)))
    demo.engine.script("Here.")
    async with sit() as seat:
        await seat.send("hi")

        spent = (await demo.ledger.day_budget()).spent.amount
        answer = seat.chat._runner.shown.path[-1]
        assert answer.cost is not None
        assert answer.cost.amount == spent
        assert spent.show() in seat.screen_text


async def test_a_broken_litellm_costs_the_user_nothing_but_a_word(sit: Sit, demo: Demo) -> None:
    demo.engine.script(Fail(EngineBroken("LiteLLM fell over", may_be_billed=False)))
    demo.engine.script("All the same.")
    async with sit() as seat:
        await seat.send("hi")

        assert "All the same." in seat.screen_text
        assert "could not be asked through LiteLLM: asked again" in seat.screen_text


async def test_the_wait_for_a_busy_model_can_be_stopped(sit: Sit, demo: Demo) -> None:
    for tier in (Tier.SMART, Tier.YOLO, Tier.LOCAL):
        demo.set_models(tier)
    demo.engine.script(Fail(RateLimited("slow", retry_after_s=15, may_be_billed=False)))
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "asked again" in seat.screen_text)

        await seat.press("escape")
        await seat.settled()

        assert "You stopped it." in seat.screen_text
        assert len(demo.engine.requests) == 1
