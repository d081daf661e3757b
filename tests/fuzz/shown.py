"""The program that shows hostile texts in a terminal: `python -m tests.fuzz.shown FIRST STOP STEP`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ralex_tui.domain.conversation import MessageState
from ralex_tui.ui.transcript import Notice
from tests.fuzz.hostile import hostile
from tests.ui.transcript_demo import AT, Demo, answer, palette, question


class Shown(Demo):
    """Shows one text after the other, each as soon as the one before is painted, and ends."""

    def __init__(self, seeds: Iterator[int]) -> None:
        super().__init__(palette("ralex-dark"))
        self._seeds = seeds

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self._next)

    def _next(self) -> None:
        seed = next(self._seeds, None)
        if seed is None:
            self.exit()
            return
        text = hostile(seed)
        failed = answer(text, state=MessageState.FAILED, model=text, error=text, hint=text)
        self.transcript.show([question(text), failed], "")
        self.transcript.notice(Notice("warning", f"seed {seed}", text, text, AT))
        self.call_after_refresh(self._up)

    def _up(self) -> None:
        """The middle of it."""
        self.transcript.scroll_to(y=self.transcript.max_scroll_y // 2, animate=False, immediate=True)
        self.call_after_refresh(self._next)


if __name__ == "__main__":
    first, stop, step = (int(argument) for argument in sys.argv[1:])
    Shown(iter(range(first, stop, step))).run()
