"""One thing in the transcript, built when it is first seen: what questions, answers and notices have in common."""

from __future__ import annotations

from ralex_tui.domain.text import visible
from ralex_tui.ui.markdown.leaves import DrawnLeaf, Leaf
from ralex_tui.ui.markdown.pens import MUTED
from ralex_tui.ui.markdown.wrap import wrap
from ralex_tui.ui.transcript.header import (
    Frame,
)
from ralex_tui.ui.transcript.heights import Heights


def guess_rows(source: str, width: int) -> int:
    """About how many rows a message takes: a header, blank rows, a row for each line and for what is too long."""
    return 3 + source.count("\n") + len(source) // max(1, width)


class Entry:
    """Leaves and their heights, incl. the blank rows before each; `gap` is that before the first.

    Until `prepare()` there are no leaves, only a guess at the height. `is_message`: a question or an
    answer, which has a text of its own.
    """

    is_raised = False
    is_message = False
    source = ""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.number = 0  # its place in the column
        self.gap = 1
        self.leaves: list[Leaf] = []
        self.heights = Heights()
        self.width: int | None = None
        self._is_built = False

    @property
    def height(self) -> int:
        return self.heights.total

    @property
    def is_ready(self) -> bool:
        """Whether its leaves are built."""
        return self._is_built

    @property
    def text(self) -> str:
        """The source of what was said, cleaned; empty for what is ours."""
        return ""

    @property
    def body(self) -> range:
        """Which leaves show `text`, once they are built; the others are ours."""
        return range(0)

    def block_of(self, leaf: int) -> range:
        """The leaves of the block that a leaf belongs to: it, and those that go on with it.

        Where nothing was said yet, the first leaf stands for it.
        """
        body = self.body
        if not body:
            return range(min(1, len(self.leaves)))
        start = max(body.start, min(leaf, body.stop - 1))
        while start > body.start and self.leaves[start].is_more:
            start -= 1
        stop = start + 1
        while stop < body.stop and self.leaves[stop].is_more:
            stop += 1
        return range(start, stop)

    def said(self) -> list[tuple[int, Leaf]]:
        """The leaves of `body` with their numbers; where they are not built, made for this once."""
        if not self._is_built:
            return self._said_anew()
        body = self.body
        return list(zip(body, self.leaves[body.start : body.stop], strict=True))

    def _said_anew(self) -> list[tuple[int, Leaf]]:
        return []

    def guess(self, width: int) -> int:
        """About how many rows it takes."""
        return guess_rows(self.source, width)

    def prepare(self, width: int) -> None:
        """Make sure there are leaves, with heights for this width, guessed where not laid out yet."""
        if not self._is_built:
            self.leaves = self._build()
            self._is_built = True
            self.width = None
        if self.width != width:
            self.width = width
            self.heights = Heights(self.gap_of(n) + leaf.estimate(width) for n, leaf in enumerate(self.leaves))

    def forget(self) -> None:
        """Drop what was built: the theme has changed in a way that changes rows."""
        self._is_built = False

    def release(self) -> None:
        """Give back the leaves of what nobody looks at any more; they are built again when somebody does."""
        self.forget()
        self.leaves = []
        self.heights = Heights()
        self.width = None

    def lay(self, n: int) -> int:
        """Lay out leaf `n`; its rows, the blank ones before it included."""
        assert self.width is not None
        height = self.gap_of(n) + self.leaves[n].lay(self.width)
        self.heights.set(n, height)
        return height

    def gap_of(self, n: int) -> int:
        """Blank rows before leaf `n`."""
        return self.leaves[n].gap if n else self.gap

    def cursor(self) -> tuple[int, int, int] | None:
        """Leaf, row and cell where the writing mark stands; None when nothing is being written."""
        return None

    def _build(self) -> list[Leaf]:
        raise NotImplementedError


class EmptyEntry(Entry):
    """The one line of a conversation without messages."""

    def __init__(self, text: str, frame: Frame) -> None:
        super().__init__(frame)
        self._text = visible(text)

    def _build(self) -> list[Leaf]:
        text = self._text
        return [
            drawn(self.frame, lambda width: [[(text[start:end], MUTED)] for start, end in wrap(text, max(2, width))])
        ]


def drawn(frame: Frame, draw: object, margin: int = 1) -> DrawnLeaf:
    """A leaf that `draw` draws for a width; again when theme or screen have changed."""
    return DrawnLeaf(frame.look, draw, margin, version=lambda: (frame.is_wide, frame.serial))  # type: ignore[arg-type]
