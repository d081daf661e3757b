"""The first screen and its surroundings: sizes, themes, notices, what was wrong at the start."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import OptionList

from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Mode, Tier
from tests.ui.conftest import Sit
from tests.ui.demo import Demo


async def test_an_empty_chat_says_what_to_do(sit: Sit) -> None:
    async with sit() as seat:
        assert "Type below. Nothing is sent before enter." in seat.screen_text
        assert seat.prompt.has_focus


async def test_a_tier_without_a_model_says_no_key(sit: Sit, tmp_path: Path) -> None:
    few = Demo(tmp_path / "few", tiers=[Tier.LOCAL])
    async with sit(app=few.app()) as seat:
        assert "No key found: Local answers." in seat.screen_text
        assert "Smart no key" in seat.screen_text
        await few.close()


async def test_without_any_model_the_screen_says_what_to_do(sit: Sit, tmp_path: Path) -> None:
    none = Demo(tmp_path / "none", tiers=[])
    async with sit(app=none.app()) as seat:
        assert "ralex local install" in seat.screen_text

        await seat.send("hello")

        assert seat.prompt.draft == "hello"
        assert "Nothing was sent" in seat.screen_text
        await none.close()


async def test_spend_of_another_terminal_shows_within_a_second(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        assert "$3.8889" not in seat.screen_text

        demo.spend(Tier.SMART, ["1.1111"])

        await seat.until(lambda: "$3.8889" in seat.screen_text)


async def test_the_list_folds_below_140_columns_and_ctrl_s_lays_it_over(sit: Sit, demo: Demo) -> None:
    demo.shelf()
    async with sit(120, 40) as seat:
        assert "Slow query" not in seat.screen_text

        await seat.press("ctrl+s")
        await seat.until(lambda: "Slow query" in seat.screen_text)
        assert seat.chat.query_one(OptionList).has_focus
        await seat.press("escape")

        assert "Slow query" not in seat.screen_text
        assert seat.prompt.has_focus


async def test_a_hostile_title_is_only_text(sit: Sit, demo: Demo) -> None:
    title = "[/] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202egnp"
    demo.engine.script("An answer [/bold] \x1b[31m")
    async with sit(160, 48) as seat:
        await seat.send(title)

        assert "\x1b" not in seat.screen_text
        assert "\u202e" not in seat.screen_text
        assert "[/] [@click=app.quit]" in seat.screen_text


async def test_what_a_crash_left_open_is_told(sit: Sit, demo: Demo) -> None:
    demo.hold("0.0200", owner=new_id())
    async with sit() as seat:
        await seat.until(lambda: "cut off by a crash" in seat.screen_text)

        assert "1 request was cut off by a crash; charged ≈$0.0200 as an upward" in seat.screen_text


async def test_an_unreadable_ledger_is_one_sentence_and_no_figure(sit: Sit, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ledger").mkdir()
    (tmp_path / "broken" / "ledger" / "2026-11-23.journal").write_bytes(b"\x00 this is no ledger\n" * 3)
    broken = Demo(tmp_path / "broken")
    async with sit(app=broken.app()) as seat:
        assert "ledger" in seat.screen_text
        assert "$5.00" not in seat.screen_text
        await broken.close()


async def test_notices_of_the_start_are_shown(sit: Sit) -> None:
    async with sit(120, 40, "./config.yaml was ignored [/]") as seat:
        assert "./config.yaml was ignored [/]" in seat.screen_text


async def test_an_unknown_theme_is_told_and_another_used(sit: Sit, tmp_path: Path) -> None:
    odd = Demo(tmp_path / "odd", theme="ralex-dork")
    async with sit(app=odd.app()) as seat:
        assert "ralex-dork" in seat.screen_text
        assert seat.app.theme in seat.app.available_themes
        await odd.close()


async def test_every_size_keeps_prompt_and_what_is_left(sit: Sit) -> None:
    async with sit(200, 60) as seat:
        for size in ((140, 36), (100, 35), (80, 24), (60, 20), (40, 12), (20, 10), (20, 6), (250, 70)):
            await seat.pilot.resize_terminal(*size)
            await seat.until(lambda: seat.screen_text.count("\n") == seat.app.size.height - 1)
            assert "$5.00" in seat.screen_text, size
            assert seat.prompt.region.height >= 1, size


async def test_warm_up_runs_beside_the_first_paint(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.until(lambda: demo.engine.is_warm)


async def test_a_change_of_theme_keeps_what_is_on_the_screen(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")
        before = seat.screen_text

        seat.app.theme = "terminal"
        await seat.settled()

        assert seat.screen_text.splitlines()[1].split() == before.splitlines()[1].split()
        assert Mode.AUTO.label in seat.screen_text


async def test_what_is_done_at_the_start_is_done_once(sit: Sit, demo: Demo) -> None:
    async with sit(120, 40, "ui.glyphs is odd") as seat:
        assert seat.screen_text.count("ui.glyphs is odd") == 1
