"""How the app ends when it must: by an exception that nobody foresaw, or by a signal. Knows no screen.

Textual prints a traceback with the values of local variables, which may be a key or a conversation. Here the turn on
its way is stopped, settled and saved, what was not sent is kept, the terminal is given back, and whoever started the
app says in a few lines what happened. There is no screen for it inside the app: what has just failed to draw itself,
or to handle a key, can't be trusted to do so.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.app import App
from textual.worker import WorkerFailed

from ralex_tui.ports.rescue import Rescue

_log = logging.getLogger(__name__)

_CLOSE_WAIT_S = 6.0
# A process that has not ended so long after a signal hangs, and is ended by the system.
_PATIENCE_S = 20
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Crash:
    """What ended the app, and what could be kept.

    Args:
        report: Where it is written down; None where that failed.
        is_draft_kept: None where nothing was unsent.
        is_answer_kept: None where no answer was on its way.
    """

    error: BaseException
    report: Path | None = None
    is_draft_kept: bool | None = None
    is_answer_kept: bool | None = None


class SteadfastApp(App[None]):
    """An app whose end costs nobody a word.

    Attributes:
        crash: What ended it; None where it ended as it should, or by a signal.
    """

    def __init__(self, rescue: Rescue | None = None) -> None:
        super().__init__()
        self.crash: Crash | None = None
        self._rescue = rescue
        self._is_ending = False

    # What the app tells of itself

    def unsent(self) -> str:
        """What the user has written and was not sent."""
        raise NotImplementedError

    def is_answering(self) -> bool:
        """Whether an answer is on its way that is neither settled nor saved."""
        raise NotImplementedError

    async def finish(self) -> None:
        """Stop the answer on its way and wait until it is settled and saved."""
        raise NotImplementedError

    async def let_go(self) -> None:
        """End child processes and let go of files. Called once the terminal is the user's again."""
        raise NotImplementedError

    # Exceptions

    def _handle_exception(self, error: Exception) -> None:
        # Read by Textual's pilot, which raises it again in tests.
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._return_code = 1
        if self.crash is None:
            self.crash = Crash(_cause(error))
            self._record(self.crash)
        self._close_messages_no_wait()

    def _record(self, crash: Crash) -> None:
        _log.critical("the app crashed", exc_info=crash.error)
        if self._rescue is None:
            return
        crash.report = self._rescue.report(crash.error, columns=self.size.width, rows=self.size.height)
        crash.is_draft_kept = self._keep_draft()
        if _holds(self.is_answering):
            crash.is_answer_kept = False  # until it is

    def _fatal_error(self) -> None:
        self._handle_exception(RuntimeError("an exception was not handed on"))

    def panic(self, *_renderables: object) -> None:
        """Called by Textual where the thread that reads keys has failed: mostly since the terminal is gone."""
        if _is_hung_up():
            self._leave(signal.SIGHUP)
        else:
            self._handle_exception(RuntimeError("the keyboard can't be read"))

    def _print_error_renderables(self) -> None:
        """Print nothing: whoever started the app does, with the terminal given back."""
        self._exit_renderables.clear()

    # The end

    async def run_async(self, **options: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_log_lost)

        def ask_to_leave(number: int, _frame: object) -> None:
            signal.alarm(_PATIENCE_S)
            loop.call_soon_threadsafe(self._leave, signal.Signals(number))

        before = {number: signal.signal(number, ask_to_leave) for number in _SIGNALS}
        try:
            return await super().run_async(**options)
        finally:
            await self._do(self.let_go(), "letting go of files and processes")
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.alarm(0)

    async def _process_messages_loop(self) -> None:
        try:
            await super()._process_messages_loop()
        finally:
            # Here, since Textual cancels all workers next, twice: one that is being settled would be left alone.
            await self._do(self.finish(), "finishing the answer on its way")
            if self.crash is not None and self.crash.is_answer_kept is not None:
                self.crash.is_answer_kept = not _holds(self.is_answering)

    async def _do(self, work: Any, what: str) -> None:
        try:
            async with asyncio.timeout(_CLOSE_WAIT_S):
                await work
        except Exception:  # noqa: BLE001 - the app's end: nothing may keep the rest of it from being done
            _log.exception("%s failed", what)

    def _leave(self, number: signal.Signals) -> None:
        """End because of a signal, without a word; a second one changes nothing."""
        if self._is_ending:
            return
        self._is_ending = True
        _log.warning("ended by %s", number.name)
        if number is signal.SIGHUP:
            self._draw_no_more()
        if self.crash is None:
            self._keep_draft()
            self._return_code = 128 + number
        self._close_messages_no_wait()

    def _keep_draft(self) -> bool | None:
        """Keep what was not sent; None where there is nothing."""
        try:
            text = self.unsent()
        except Exception:  # noqa: BLE001 - a broken widget: the rest must be done all the same
            _log.exception("what was not sent could not be read")
            return False
        if not text.strip() or self._rescue is None:
            return None
        return self._rescue.keep_draft(text)

    def _draw_no_more(self) -> None:
        # The terminal is gone, and Textual's writer (8.2.8) with it: once its queue is full the app would hang.
        if self._driver is not None:
            self._driver.write = lambda data: None  # type: ignore[method-assign]


def _holds(question: Any) -> bool:
    try:
        return bool(question())
    except Exception:  # noqa: BLE001 - a broken widget: the rest must be done all the same
        _log.exception("the screen could not be asked")
        return False


def _cause(error: BaseException) -> BaseException:
    return error.error if isinstance(error, WorkerFailed) else error


def _is_hung_up() -> bool:
    try:
        termios.tcgetattr(0)
    except (termios.error, OSError):
        return True
    return not os.isatty(0)


def _log_lost(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio would print about tasks that failed unseen."""
    _log.error("a task failed unseen: %s", context.get("message", ""), exc_info=context.get("exception"))
