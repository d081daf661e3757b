"""The health screen: what is known at once, what comes in, and what to do about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.services.health import Facts
from ralex_tui.ui.screens.health import HealthScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import MODELS, Demo
from tests.ui.health_sample import a_bad_morning, attempt


async def opened(seat: Seat) -> None:
    await seat.press("f9")
    await seat.settled()


def row(seat: Seat, name: str) -> str:
    """The table's row of a model."""
    return next(line for line in seat.screen_text.splitlines() if f" {name} " in line and "s " in line)


async def test_f9_opens_it_and_esc_leads_back(sit: Sit) -> None:
    async with sit() as seat:
        await opened(seat)
        assert isinstance(seat.app.screen, HealthScreen)
        assert "all is well" in seat.screen_text

        await seat.press("escape")

        assert "To look at" not in seat.screen_text
        assert len(seat.app.screen_stack) == 1


async def test_the_slash_command_opens_it(sit: Sit) -> None:
    async with sit() as seat:
        await seat.send("/health")

        assert isinstance(seat.app.screen, HealthScreen)


async def test_what_is_wrong_comes_first_with_what_to_do(sit: Sit, demo: Demo) -> None:
    a_bad_morning(demo)
    async with sit() as seat:
        await opened(seat)

        lines = [line.strip() for line in seat.screen_text.splitlines()]
        first = lines.index("To look at")
        assert lines[first + 1 : first + 7] == [
            "▲ openrouter can't be reached (ConnectError)",
            "check the network and the address",
            "▲ engine: direct mode carries requests: LiteLLM could not be imported",
            "run `pip install --force-reinstall litellm`",
            "■ claude-sonnet-5.5: anthropic has had too many requests",
            "others go first until 14:35:40",
        ]
        assert first < lines.index("Answers")
        assert "3 things to look at" in lines[1]


async def test_a_deployment_is_told_with_word_latency_and_rates(sit: Sit, demo: Demo) -> None:
    a_bad_morning(demo)
    async with sit() as seat:
        await opened(seat)

        assert row(seat, "gemini-3.5-flash-lite").split() == [
            *("✓", "healthy", "¢", "Cheap", "gemini-3.5-flash-lite", "0.6", "s", "30")
        ]
        assert row(seat, "gpt-oss-120b").split()[6:14] == [*("s", "32", "4", "%", "4", "%", "13:42", "nothing")]
        assert "■ resting" in row(seat, "claude-sonnet-5.5")


async def test_one_that_fails_without_a_rest_says_so(sit: Sit, demo: Demo) -> None:
    failed = attempt(
        MODELS[Tier.CHEAP],
        Tier.CHEAP,
        demo.clock.now() - timedelta(minutes=1),
        outcome=Outcome.FAILED,
        first_token_s=None,
        error="EngineUnavailable",
        message="openrouter answered with HTTP 503",
    )
    demo.log.write(failed)
    async with sit() as seat:
        await opened(seat)

        assert "✕ gemini-3.5-flash-lite: openrouter answered with HTTP 503" in seat.screen_text
        assert "✕ failing" in seat.screen_text


async def test_looking_again_finds_what_has_changed(sit: Sit, demo: Demo) -> None:
    demo.out_of_reach = {"anthropic"}
    async with sit() as seat:
        await opened(seat)
        assert "anthropic can't be reached" in seat.screen_text

        demo.out_of_reach = set()
        demo.clock.move(seconds=65)
        await seat.press("r")
        await seat.settled()

        assert "all is well" in seat.screen_text
        assert "looked at 14:33:05" in seat.screen_text


async def test_findings_come_in_while_a_provider_is_slow(sit: Sit, demo: Demo) -> None:
    answered = asyncio.Event()
    sample = demo.facts

    async def reach(name: str) -> str:
        await answered.wait()
        return "reached"

    def slow() -> Facts:
        return replace(sample(), reach=reach)

    demo.facts = slow  # type: ignore[method-assign]
    async with sit(160, 48) as seat:
        await seat.press("f9")
        await seat.until(lambda: "OPENROUTER_API_KEY" in seat.screen_text)
        assert "gemini-3.5-flash-lite" in seat.screen_text
        assert "\n     looking" in seat.screen_text
        assert "looking" in seat.screen_text.splitlines()[1]

        answered.set()
        await seat.settled()

        assert "looked at 14:32:00" in seat.screen_text
        assert "come from openrouter, anthropic" in seat.screen_text


async def test_leaving_while_it_looks_does_no_harm(sit: Sit, demo: Demo) -> None:
    sample = demo.facts

    async def reach(name: str) -> str:
        await asyncio.Event().wait()
        return "never"

    demo.facts = lambda: replace(sample(), reach=reach)  # type: ignore[method-assign]
    async with sit() as seat:
        await seat.press("f9")
        await seat.press("escape")
        await seat.settled()

        assert seat.app.screen is seat.chat


async def test_words_of_providers_are_drawn_harmless(sit: Sit, demo: Demo) -> None:
    evil = "\x1b]52;c;AAAA\x07[/]\u202e[@click=app.quit]x[/]"
    failed = attempt(
        MODELS[Tier.CHEAP],
        Tier.CHEAP,
        demo.clock.now(),
        outcome=Outcome.FAILED,
        first_token_s=None,
        error="EngineUnavailable",
        message=evil,
    )
    demo.log.write(failed)
    async with sit() as seat:
        await opened(seat)

        assert "␛]52;c;AAAA␇[/]<U+202E>[@click=app.quit]x[/]" in seat.screen_text


async def test_keys_scroll_where_all_does_not_fit(sit: Sit, demo: Demo) -> None:
    async with sit(80, 24) as seat:
        await opened(seat)
        assert "Terminal\n" not in seat.screen_text

        await seat.press("pagedown", "pagedown", "pagedown", "pagedown")

        assert "xterm-256color" in seat.screen_text
        await seat.press("up")
        await seat.press("pageup", "pageup", "pageup", "pageup")
        assert "Deployments" in seat.screen_text


async def test_servers_on_this_computer_are_listed(sit: Sit, demo: Demo) -> None:
    a_bad_morning(demo)
    async with sit(160, 48) as seat:
        await opened(seat)

        assert "2 models, 1 of them loaded" in seat.screen_text
        assert "Ollama at 127.0.0.1:11434" in seat.screen_text


async def test_keys_are_told_by_name_and_host(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await opened(seat)

        assert "OPENROUTER_API_KEY   set  for openrouter.ai only" in seat.screen_text
        assert "OPENAI_API_KEY       not set  for api.openai.com only" in seat.screen_text


async def test_l_opens_the_log_and_esc_leads_back_to_health(sit: Sit) -> None:
    async with sit() as seat:
        await opened(seat)

        await seat.press("l")
        await seat.settled()

        assert len(seat.app.screen_stack) == 3
        await seat.press("escape")
        assert isinstance(seat.app.screen, HealthScreen)


async def test_beside_its_side_pane_the_table_s_heading_keeps_to_one_row(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await opened(seat)

        head = next(line for line in seat.screen_text.splitlines() if "condition" in line)
        assert "errors" in head
        assert not any(line.strip().startswith("last error") for line in seat.screen_text.splitlines())
