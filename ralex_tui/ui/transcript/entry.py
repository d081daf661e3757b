"""One thing in the transcript: a question, an answer, a notice. Built when it is first seen."""

from __future__ import annotations

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.transcript.blocks import parse_blocks, set_gap
from ralex_tui.ui.transcript.header import (
    Frame,
    LiveStatus,
    Notice,
    QuestionLeaf,
    answer_header,
    note_rows,
    notice_rows,
    outcome,
    thinking_line,
)
from ralex_tui.ui.transcript.heights import Heights
from ralex_tui.ui.transcript.leaves import DrawnLeaf, Leaf
from ralex_tui.ui.transcript.pens import MUTED, Row
from ralex_tui.ui.transcript.stream import Stream
from ralex_tui.ui.transcript.wrap import wrap


class Entry:
    """Leaves and their heights, incl. the blank rows before each; `gap` is that before the first.

    Until `prepare()` there are no leaves, only a guess at the height.
    """

    is_raised = False
    source = ""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
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

    def guess(self, width: int) -> int:
        """About how many rows it takes."""
        return self.gap + 2 + self.source.count("\n") + len(self.source) // max(1, width)

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


class QuestionEntry(Entry):
    def __init__(self, message: Message, frame: Frame) -> None:
        super().__init__(frame)
        self.message = message
        self.source = message.text

    @property
    def text(self) -> str:
        """The source, cleaned."""
        return visible(unix_lines(self.message.text))

    @property
    def is_raised(self) -> bool:  # type: ignore[override]
        return self.frame.look.has_edges

    def _build(self) -> list[Leaf]:
        return [QuestionLeaf(self.message, self.frame)]


class NoticeEntry(Entry):
    def __init__(self, notice: Notice, frame: Frame) -> None:
        super().__init__(frame)
        self._notice = notice
        self.source = notice.text

    def _build(self) -> list[Leaf]:
        return [_drawn(self.frame, lambda width: notice_rows(self._notice, self.frame, width))]


class EmptyEntry(Entry):
    """The one line of a conversation without messages."""

    def __init__(self, text: str, frame: Frame) -> None:
        super().__init__(frame)
        self._text = visible(text)

    def _build(self) -> list[Leaf]:
        text = self._text
        return [
            _drawn(self.frame, lambda width: [[(text[start:end], MUTED)] for start, end in wrap(text, max(2, width))])
        ]


class AnswerEntry(Entry):
    """An answer, finished or on its way. A pending one takes deltas until `finish()`."""

    def __init__(self, message: Message, frame: Frame) -> None:
        super().__init__(frame)
        self.message = message
        self.source = message.text
        self.status: LiveStatus | None = None
        self.stream: Stream | None = None
        self._thinking = message.thinking
        self._thinking_news: list[str] = []
        self._n_fixed = 0  # leaves that stay; those after are the stream's tail and the foot
        self._n_body = 0
        self._is_head_new = False
        if message.state is MessageState.PENDING:
            self.stream = Stream(frame.look)
            self.stream.feed(message.text)

    @property
    def text(self) -> str:
        """The source, cleaned."""
        return self.stream.source if self.stream is not None else visible(unix_lines(self.message.text))

    def write(self, delta: str) -> None:
        if self.stream is not None:
            self.stream.feed(delta)

    def write_thinking(self, delta: str) -> None:
        if self.stream is not None:
            self._thinking_news.append(delta)

    def set_status(self, status: LiveStatus) -> None:
        self.status = status
        self._is_head_new = True

    def advance(self) -> None:
        """Bring the leaves up to what was written since the last time."""
        if self._thinking_news:
            self._thinking += "".join(self._thinking_news)
            self._thinking_news.clear()
            self._is_head_new = True
        if not self._is_built or self.width is None:
            return
        if self._is_head_new:
            self._replace_head()
        if self.stream is not None and self.stream.has_news:
            self._show(self.stream.advance(), self.stream.live)

    def finish(self, message: Message) -> None:
        """The answer as it ended. Leaves already drawn stay, unless its text is not what was streamed."""
        self.message = message
        self.source = message.text
        self._thinking = message.thinking or self._thinking + "".join(self._thinking_news)
        self._thinking_news.clear()
        stream, self.stream = self.stream, None
        if stream is not None and self._is_built and self.width is not None:
            done = stream.close()
            if stream.source == self.text:
                self._replace_head()
                self._show(done, [])
                return
        self.forget()

    def forget(self) -> None:
        super().forget()
        if self.stream is not None:
            text = self.stream.source
            self.stream = Stream(self.frame.look)
            self.stream.feed(text)

    def cursor(self) -> tuple[int, int, int] | None:
        if self.stream is None or self._n_body == 0:
            return None
        n = len(self.leaves) - 1
        return (n, *self.leaves[n].end())

    def _build(self) -> list[Leaf]:
        if self.stream is not None:
            body, live = self.stream.advance(), self.stream.live
        else:
            body, live = parse_blocks(self.text, self.frame.look), []
        head = self._head()
        self._n_fixed = len(head) + len(body)
        self._n_body = len(body) + len(live)
        return [*head, *body, *live, *self._foot(body)]

    def _head(self) -> list[Leaf]:
        """The header, and the line of thinking, which has no row while there is none."""
        self._is_head_new = False
        return [
            _drawn(self.frame, self._header),
            _drawn(self.frame, lambda width: thinking_line(self.message, self._thinking, self.frame, width), margin=0),
        ]

    def _header(self, width: int) -> list[Row]:
        header = answer_header(self.message, self.status, self.frame, width)
        return [header, *note_rows(self.message, self.frame, width)]

    def _foot(self, body: list[Leaf]) -> list[Leaf]:
        if self.message.state not in (MessageState.STOPPED, MessageState.FAILED):
            return []
        foot = _drawn(self.frame, lambda width: outcome(self.message, width))
        set_gap(body[-1] if body else None, foot)
        return [foot]

    def _replace_head(self) -> None:
        assert self.width is not None
        self.leaves[:2] = self._head()
        for n in range(2):
            self.lay(n)

    def _show(self, done: list[Leaf], live: list[Leaf]) -> None:
        """Put finished leaves and the tail's in place of the old tail's."""
        assert self.width is not None
        fixed = self._n_fixed
        del self.leaves[fixed:]
        self.heights.cut(fixed)
        self.leaves += [*done, *live]
        self._n_fixed += len(done)
        self._n_body = len(self.leaves) - 2
        self.leaves += self._foot(self.leaves[2:])
        for n in range(fixed, len(self.leaves)):
            self.heights.append(self.gap_of(n) + self.leaves[n].estimate(self.width))


def _drawn(frame: Frame, draw: object, margin: int = 1) -> DrawnLeaf:
    return DrawnLeaf(frame.look, draw, margin, version=lambda: (frame.is_wide, frame.serial))  # type: ignore[arg-type]


def entry_for(message: Message, frame: Frame) -> QuestionEntry | AnswerEntry:
    """The entry of a question or an answer."""
    return QuestionEntry(message, frame) if message.role is Role.USER else AnswerEntry(message, frame)
