"""An answer in the transcript, finished or on its way: header, thinking, what it says, how it ended."""

from __future__ import annotations

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.markdown.blocks import parse_blocks, set_gap
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import Row
from ralex_tui.ui.markdown.stream import Stream
from ralex_tui.ui.transcript.entry import Entry, drawn
from ralex_tui.ui.transcript.header import Frame, LiveStatus, answer_header, note_rows, outcome, thinking_line
from ralex_tui.ui.transcript.question import QuestionEntry

_N_HEAD = 2  # leaves before what an answer says: the header, and the line of thinking


class AnswerEntry(Entry):
    """An answer, finished or on its way. A pending one takes deltas until `finish()`."""

    is_message = True

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
        self._is_ended = False
        if message.state is MessageState.PENDING:
            self.stream = Stream(frame.look)
            self.stream.feed(message.text)

    @property
    def body(self) -> range:
        return range(_N_HEAD, _N_HEAD + self._n_body) if self._is_built else range(0)

    @property
    def text(self) -> str:
        return self.stream.source if self.stream is not None else visible(unix_lines(self.message.text))

    @property
    def trouble(self) -> str:
        """What failed, and what helps, for those who want to look it up; empty where nothing did."""
        return "\n".join(visible(unix_lines(each)) for each in (self.message.error, self.message.error_hint) if each)

    def write(self, delta: str) -> None:
        if self.stream is not None and not self._is_ended:
            self.stream.feed(delta)

    def write_thinking(self, delta: str) -> None:
        if self.stream is not None:
            self._thinking_news.append(delta)

    def set_status(self, status: LiveStatus) -> None:
        self.status = status
        self._is_head_new = True

    def renew(self, message: Message) -> None:
        """Change what the header of a pending answer says of its model."""
        self.message = message
        self._is_head_new = True

    @property
    def is_behind(self) -> bool:
        """Whether there is text that the leaves do not show yet."""
        return self.stream is not None and self._is_built and (self.stream.has_news or self._is_ended)

    def advance(self, deadline: float | None = None) -> None:
        """Bring the leaves up to what was written since the last time.

        Args:
            deadline: When to stop (time.monotonic) and leave the rest for the next time; None for all of it.
        """
        if self._thinking_news:
            self._thinking += "".join(self._thinking_news)
            self._thinking_news.clear()
            self._is_head_new = True
        if not self._is_built or self.width is None:
            return
        if self._is_head_new:
            self._replace_head()
        if self.stream is not None and self.is_behind:
            self._catch_up(self.stream, deadline)

    def _catch_up(self, stream: Stream, deadline: float | None) -> None:
        done = stream.advance(deadline)
        if self._is_ended and not stream.has_news:
            done += stream.close()
            self.stream = None
        self._show(done, stream.live)

    def finish(self, message: Message, deadline: float | None = None) -> None:
        """The answer as it ended. Leaves already drawn stay, unless its text is not what was streamed.

        Args:
            deadline: As in `advance()`: the rest of the text is shown by that.
        """
        self.message = message
        self.source = message.text
        self._thinking = message.thinking or self._thinking + "".join(self._thinking_news)
        self._thinking_news.clear()
        stream = self.stream
        if (
            stream is not None
            and self._is_built
            and self.width is not None
            and (stream.raw == message.text or stream.source == visible(unix_lines(message.text)))
        ):
            self._is_ended = self._is_head_new = True
            self.advance(deadline)
            return
        self.stream = None
        self.forget()

    def forget(self) -> None:
        super().forget()
        if self.stream is None or self._is_ended:
            self.stream = None
            return
        text = self.stream.raw
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

    def _said_anew(self) -> list[tuple[int, Leaf]]:
        return list(enumerate(parse_blocks(self.text, self.frame.look), _N_HEAD))

    def _head(self) -> list[Leaf]:
        """The header, and the line of thinking, which has no row while there is none."""
        self._is_head_new = False
        return [
            drawn(self.frame, self._header),
            drawn(self.frame, lambda width: thinking_line(self.message, self._thinking, self.frame, width), margin=0),
        ]

    def _header(self, width: int) -> list[Row]:
        header = answer_header(self.message, self.status, self.frame, width)
        return [header, *note_rows(self.message, self.frame, width)]

    def _foot(self, body: list[Leaf]) -> list[Leaf]:
        if self.message.state not in (MessageState.STOPPED, MessageState.FAILED):
            return []
        foot = drawn(self.frame, lambda width: outcome(self.message, width))
        set_gap(body[-1] if body else None, foot)
        return [foot]

    def _replace_head(self) -> None:
        assert self.width is not None
        self.leaves[:_N_HEAD] = self._head()
        for n in range(_N_HEAD):
            self.lay(n)

    def _show(self, done: list[Leaf], live: list[Leaf]) -> None:
        """Put finished leaves and the tail's in place of the old tail's."""
        assert self.width is not None
        fixed = self._n_fixed
        del self.leaves[fixed:]
        self.heights.cut(fixed)
        self.leaves += [*done, *live]
        self._n_fixed += len(done)
        self._n_body = len(self.leaves) - _N_HEAD
        self.leaves += self._foot(self.leaves[-1:] if self._n_body else [])
        for n in range(fixed, len(self.leaves)):
            self.heights.append(self.gap_of(n) + self.leaves[n].estimate(self.width))


def entry_for(message: Message, frame: Frame) -> QuestionEntry | AnswerEntry:
    """The entry of a question or an answer."""
    return QuestionEntry(message, frame) if message.role is Role.USER else AnswerEntry(message, frame)
