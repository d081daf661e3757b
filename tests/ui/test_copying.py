"""What copying says, and never more than is known; and following a link, which is shown whole first."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot

from ralex_tui.ports.clipboard import Copied, Terminal
from ralex_tui.ui.copying import Copier, for_screen
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.links import Links
from ralex_tui.ui.screens.link import LinkScreen
from ralex_tui.ui.themes import Ink
from tests.clipboards import ScriptedBrowser, ScriptedClipboard
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo
from tests.ui.transcript_demo import palette

IN_DOUBT = Copied(hint="Install xclip.")


class Desk:
    """A copier on an app of its own, with all that it says and sends."""

    def __init__(self, pilot: Pilot[None], clipboard: ScriptedClipboard) -> None:
        self.app = app = pilot.app
        self._pilot = pilot
        self.clipboard = clipboard
        self._copier = Copier(app, clipboard)
        self.sent: list[str] = []
        driver = app._driver
        assert driver is not None
        driver.write = self.sent.append  # type: ignore[assignment, method-assign]  # what would go to the terminal

    async def copy(self, text: str, what: str) -> None:
        await self._copier.copy(text, what)
        await self._pilot.pause()

    @property
    def said(self) -> list[str]:
        return [each.message for each in self.app._notifications]

    @property
    def sequences(self) -> list[str]:
        """The texts that the terminal was given to copy."""
        return [b64decode(each).decode() for each in re.findall(r"\x1b\]52;c;([^\a]*)\a", "".join(self.sent))]


@asynccontextmanager
async def desk(copied: Copied | None = None, terminal: Terminal | None = None) -> AsyncGenerator[Desk]:
    app: App[None] = App()
    async with app.run_test(notifications=True) as pilot:
        yield Desk(pilot, ScriptedClipboard(copied, terminal))


async def test_a_program_that_took_the_text_is_believed() -> None:
    async with desk() as it:
        await it.copy("x" * 1_204, "the message")

        assert it.said == ["Copied the message: 1,204 characters."]
        assert it.clipboard.texts == ["x" * 1_204]
        assert it.sequences == ["x" * 1_204]


async def test_one_character_is_no_characters() -> None:
    async with desk() as it:
        await it.copy("ü", "the selection")

        assert it.said == ["Copied the selection: 1 character."]


async def test_what_only_the_terminal_may_have_taken_is_not_called_copied() -> None:
    async with desk(IN_DOUBT) as it:
        await it.copy("text", "the block")

        (said,) = it.said
        assert said.startswith("Sent the block, 4 characters, to the terminal.")
        assert "can't be known" in said
        assert "Copied" not in said
        assert it.sequences == ["text"]


async def test_the_hint_is_given_once() -> None:
    async with desk(IN_DOUBT) as it:
        await it.copy("text", "the block")
        await it.copy("text", "the block")

        assert ["Install xclip." in each for each in it.said] == [True, False]


async def test_what_tmux_has_is_said_to_be_in_its_buffer() -> None:
    async with desk(Copied("tmux")) as it:
        await it.copy("text", "the block")

        (said,) = it.said
        assert "into the buffer of tmux" in said
        assert "can't be known" in said


async def test_a_program_that_failed_is_named() -> None:
    async with desk(Copied(trouble="xclip ended with code 1")) as it:
        await it.copy("text", "the block")

        (said,) = it.said
        assert "Xclip ended with code 1." in said
        assert "can't be known" in said


@pytest.mark.parametrize(("length", "is_told"), [(74_994, False), (74_995, True)])
async def test_a_text_longer_than_many_terminals_take_is_called_so(length: int, is_told: bool) -> None:
    async with desk(IN_DOUBT) as it:
        await it.copy("x" * length, "the message")

        assert ("74,994 bytes" in it.said[0]) is is_told
        assert it.sequences == ["x" * length]


async def test_a_text_too_long_for_every_terminal_is_not_sent_and_not_called_copied() -> None:
    async with desk(Copied()) as it:
        await it.copy("x" * 750_001, "the message")

        assert it.said == ["The message was not copied: 750,001 characters are too many for a terminal."]
        assert it.sent == []
        assert it.app.clipboard == "x" * 750_001  # for pasting into the prompt


async def test_a_terminal_without_a_clipboard_gets_nothing_and_is_named() -> None:
    async with desk(IN_DOUBT, Terminal(has_clipboard=False)) as it:
        await it.copy("text", "the message")

        assert it.said == ["The message was not copied: this terminal has no clipboard. Install xclip."]
        assert it.sent == []


async def test_nothing_is_not_copied() -> None:
    async with desk() as it:
        await it.copy("", "the block")

        assert it.said == ["There is nothing to copy in the block."]
        assert it.clipboard.texts == []


async def test_what_is_copied_is_harmless() -> None:
    async with desk() as it:
        await it.copy("rm -rf\x1b[31m\u202e\ud800", "the block")

        assert it.clipboard.texts == ["rm -rf␛[31m<U+202E>\ufffd"]
        assert it.sequences == it.clipboard.texts


async def test_a_toast_reads_no_markup() -> None:
    async with desk(Copied(trouble="xclip [/] failed")) as it:
        await it.copy("[/] [@click=app.quit]x[/]", "the block")

        assert "[/]" in it.said[0]
        assert not any(each.markup for each in it.app._notifications)


async def test_gnu_screen_is_given_wrapped_pieces_only() -> None:
    text = "Grüße " * 1_000
    async with desk(Copied(), Terminal(is_screen=True)) as it:
        await it.copy(text, "the message")

        assert "".join(it.sent) == for_screen(text)
        assert it.app.clipboard == text


def test_pieces_for_gnu_screen_are_short_and_make_one_sequence() -> None:
    text = "Grüße " * 1_000

    wrapped = for_screen(text)

    pieces = re.findall(r"\x1bP(.*?)\x1b\\", wrapped, re.DOTALL)
    assert max(map(len, pieces)) <= 250
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == wrapped
    assert "".join(pieces) == f"\x1b]52;c;{b64encode(text.encode()).decode()}\a"


async def test_the_toast_waits_for_the_program_and_the_terminal_does_not(sit: Sit, demo: Demo) -> None:
    demo.clipboard.answers.clear()
    async with sit() as seat:
        await seat.type("copy me")
        seat.prompt.select_all()
        await seat.press("ctrl+c")
        before = seat.screen_text

        demo.clipboard.answers.set()
        await seat.settled()

        assert seat.app.clipboard == "copy me"
        assert "Copied" not in before
        assert "Copied the selection: 7 characters." in seat.screen_text


async def test_what_is_cut_from_the_prompt_is_copied_and_can_be_pasted(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("move me")
        seat.prompt.select_all()
        await seat.press("ctrl+x")
        await seat.settled()
        emptied = seat.prompt.text

        await seat.press("ctrl+v")

        assert demo.clipboard.texts == ["move me"]
        assert emptied == ""
        assert seat.prompt.text == "move me"


# Links

LONG = "https://user:word@docs.example.org:8443/" + "a-long/path%20with/" * 12 + "?q=" + "x" * 80 + "#end"


def follow(seat: Seat, demo: Demo, address: str, words: str = "the manual") -> None:
    links = Links(seat.app, demo.browser, Copier(seat.app, demo.clipboard), UNICODE, {})
    links.follow(address, words, "auto", Ink(palette("ralex-dark")))


async def ask(seat: Seat, demo: Demo, address: str, words: str = "the manual") -> None:
    follow(seat, demo, address, words)
    await seat.until(lambda: isinstance(seat.app.screen, LinkScreen) and "leads to" in seat.screen_text)
    await seat.settled()


def question(seat: Seat) -> list[str]:
    """The rows of the question, without what lies beside it."""
    rows = [row.partition("▌")[2].strip() for row in seat.screen_text.splitlines() if "▌" in row]
    return rows[: rows.index("A page learns your network address and when you opened it.")]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (50, 18)])
async def test_a_link_is_shown_whole_before_it_is_opened(sit: Sit, demo: Demo, size: tuple[int, int]) -> None:
    async with sit(*size) as seat:
        await ask(seat, demo, LONG)
        screen = seat.app.screen
        assert isinstance(screen, LinkScreen)
        width = screen.query_one("#question-facts").content_size.width

        shown = [line.plain for line in screen.facts(width)]

        assert "".join(shown).startswith(LONG)
        assert max(map(len, shown)) <= width
        assert "docs.example.org" in [line.plain for line in screen.heading(width)]
        assert "docs.example.org" in seat.screen_text
        assert demo.browser.opened == []


async def test_o_opens_the_address_that_was_shown(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await ask(seat, demo, "https://münchen.example/straße")
        await seat.press("o")
        await seat.settled()

        assert demo.browser.opened == ["https://xn--mnchen-3ya.example/stra%C3%9Fe"]
        assert "The browser was asked to open xn--mnchen-3ya.example." in seat.screen_text


async def test_y_copies_the_address(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await ask(seat, demo, "https://example.org/a")
        await seat.press("y")
        await seat.settled()

        assert demo.clipboard.texts == ["https://example.org/a"]
        assert "Copied the address: 21 characters." in seat.screen_text
        assert demo.browser.opened == []


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_enter_and_esc_open_nothing(sit: Sit, demo: Demo, key: str) -> None:
    async with sit() as seat:
        await ask(seat, demo, "https://example.org/a")
        await seat.press(key)
        await seat.settled()

        assert not isinstance(seat.app.screen, LinkScreen)
        assert demo.browser.opened == []
        assert demo.clipboard.texts == []


@pytest.mark.parametrize(
    ("address", "words", "warning"),
    [
        ("https://evil.example/", "https://paypal.com/login", "name paypal.com"),
        ("https://paypal.com@evil.example/", "pay", "before the @"),
        ("https://аррӏе.com/", "fruit", "other alphabets"),
    ],
)
async def test_a_link_that_pretends_is_warned_of(sit: Sit, demo: Demo, address: str, words: str, warning: str) -> None:
    async with sit() as seat:
        await ask(seat, demo, address, words)

        assert warning in seat.screen_text


async def test_an_honest_link_has_no_warning(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await ask(seat, demo, "https://example.org/a", "https://example.org/a")

        shown = question(seat)
        assert "example.org" in shown
        assert not any("▲" in row for row in shown)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "vscode://x", "https://a\\@b.example"]
)
async def test_other_addresses_are_refused_in_one_toast(sit: Sit, demo: Demo, address: str) -> None:
    async with sit() as seat:
        follow(seat, demo, address)
        await seat.settled()

        assert not isinstance(seat.app.screen, LinkScreen)
        assert "not opened" in seat.screen_text


async def test_without_a_browser_only_copying_is_offered(sit: Sit, demo: Demo) -> None:
    demo.browser = ScriptedBrowser("Over SSH there is no browser here.")
    async with sit() as seat:
        await ask(seat, demo, "https://example.org/a")
        await seat.press("o")
        await seat.settled()

        assert "Over SSH there is no browser here." in seat.screen_text
        assert "Open it" not in seat.screen_text
        assert demo.browser.opened == []


async def test_a_browser_that_took_nothing_is_told(sit: Sit, demo: Demo) -> None:
    demo.browser.is_broken = True
    async with sit() as seat:
        await ask(seat, demo, "https://example.org/a")
        await seat.press("o")
        await seat.settled()

        assert "No browser took the address" in seat.screen_text
