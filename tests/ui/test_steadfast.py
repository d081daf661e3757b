"""How the app ends when it must: the report, the draft, and what is left alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ralex_tui.adapters.crash import CrashFiles
from ralex_tui.adapters.scripted_engine import Hang
from ralex_tui.adapters.secret import Redactor, Secret
from ralex_tui.bootstrap.crash import farewell
from ralex_tui.config.palette import find_palettes
from ralex_tui.domain.conversation import MessageState
from ralex_tui.paths import bundled
from ralex_tui.ui.app import RalexApp
from ralex_tui.ui.steadfast import Crash
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo

KEY = "key-of-the-test-0123456789"


@pytest.fixture
def rescue(tmp_path: Path) -> CrashFiles:
    return CrashFiles(tmp_path, tmp_path / "draft.md", Redactor([Secret(KEY)]))


def app_with(demo: Demo, rescue: CrashFiles) -> RalexApp:
    palettes, _ = find_palettes([bundled("themes")])
    return RalexApp(demo.services, palettes, rescue=rescue)


def fail() -> None:
    raise ValueError("words of a conversation")


@asynccontextmanager
async def doomed(sit: Sit, app: RalexApp) -> AsyncGenerator[Seat]:
    """An app that is going to crash; Textual's pilot raises again what ended it."""
    with pytest.raises(ValueError, match="words of a conversation"):
        async with sit(app=app) as seat:
            yield seat


async def crashed(seat: Seat) -> Crash:
    """Let the screen fail, and wait until the app has ended."""
    seat.app.screen.call_later(fail)
    await seat.until(lambda: not seat.app.is_running)
    assert seat.app.crash is not None
    return seat.app.crash


async def test_a_crash_keeps_what_was_not_sent_and_settles_what_was(
    sit: Sit, demo: Demo, rescue: CrashFiles, tmp_path: Path
) -> None:
    demo.engine.script("Half of an answer", Hang())
    async with doomed(sit, app_with(demo, rescue)) as seat:
        await seat.type("the first")
        await seat.press("enter")
        await seat.until(lambda: "Half of an answer" in seat.screen_text)
        await seat.type("the queued")
        await seat.press("enter")
        await seat.type("the draft")

        crash = await crashed(seat)

        assert (crash.is_draft_kept, crash.is_answer_kept) == (True, True)

    assert (tmp_path / "draft.md").read_text() == "the queued\n\nthe draft"
    today = demo.ledger.today()
    (entry,) = demo.ledger_store.read(today).entries.values()
    assert not entry.is_open
    (row,) = demo.conversations.summaries()
    answer = demo.conversations.load(row.id).path()[-1]
    assert (answer.text, answer.state) == ("Half of an answer", MessageState.STOPPED)


async def test_without_a_draft_nothing_is_claimed(sit: Sit, demo: Demo, rescue: CrashFiles, tmp_path: Path) -> None:
    async with doomed(sit, app_with(demo, rescue)) as seat:
        crash = await crashed(seat)

        assert (crash.is_draft_kept, crash.is_answer_kept) == (None, None)

    said = farewell(crash, tmp_path)
    assert "Your draft" not in said
    assert "The answer" not in said
    assert "words of a conversation" not in said
    assert str(crash.report) in said
    assert not (tmp_path / "draft.md").exists()


async def test_what_could_not_be_kept_is_said(
    sit: Sit, demo: Demo, rescue: CrashFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        return False

    monkeypatch.setattr(rescue, "keep_draft", broken)
    monkeypatch.setattr(rescue, "report", lambda *_, **__: None)
    async with doomed(sit, app_with(demo, rescue)) as seat:
        await seat.type("the draft")
        crash = await crashed(seat)

    said = farewell(crash, tmp_path)
    assert "Your draft could not be kept." in said
    assert f"The log is in {tmp_path}." in said


async def test_the_draft_of_a_crash_comes_back_and_goes_once_it_is_sent(
    sit: Sit, demo: Demo, rescue: CrashFiles, tmp_path: Path
) -> None:
    assert rescue.keep_draft("the draft\n\x1b[31m with a control code")
    async with sit(app=app_with(demo, CrashFiles(tmp_path, tmp_path / "draft.md", Redactor()))) as seat:
        assert seat.prompt.draft == "the draft\n\x1b[31m with a control code"
        assert "Your draft from before the crash is back." in seat.screen_text
        assert (tmp_path / "draft.md").exists()

        demo.engine.script("an answer")
        await seat.press("enter")
        await seat.settled()

        assert not (tmp_path / "draft.md").exists()


def test_the_draft_of_another_terminal_is_not_forgotten_with_ours(tmp_path: Path) -> None:
    ours, theirs = (CrashFiles(tmp_path, tmp_path / "draft.md", Redactor()) for _ in range(2))
    ours.keep_draft("ours")
    again = CrashFiles(tmp_path, tmp_path / "draft.md", Redactor())
    assert again.draft() == "ours"

    theirs.keep_draft("theirs")
    again.forget_draft()

    assert (tmp_path / "draft.md").read_text() == "ours\n\ntheirs"


def test_a_report_has_places_and_versions_and_no_words(rescue: CrashFiles, tmp_path: Path) -> None:
    def inner(secret: str) -> None:
        dict[str, str]()["words of a conversation"]

    try:
        try:
            inner(KEY)
        except KeyError as error:
            raise OSError(28, f"No space left on device {KEY}") from error
    except OSError as error:
        path = rescue.report(error, columns=80, rows=24)

    assert path is not None
    text = path.read_text()
    assert "OSError: No space left on device ***\n" in text
    assert "caused by KeyError\n" in text
    assert "in inner" in text
    assert "textual 8." in text
    assert ", 80 x 24" in text
    assert "words of" not in text
    assert KEY not in text
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_no_report_is_made_where_none_can_be_written(tmp_path: Path) -> None:
    rescue = CrashFiles(tmp_path / "gone", tmp_path / "gone" / "draft.md", Redactor())

    assert rescue.report(ValueError()) is None
    assert rescue.keep_draft("x") is False
    assert rescue.draft() == ""
    rescue.forget_draft()
