"""A conversation as a tree of messages, so that every edit and fork is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import Figure
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Opinion

TITLE_LIMIT = 60


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class MessageState(StrEnum):
    """Where a message stands. A question is done as soon as it is saved."""

    PENDING = "pending"  # on its way; found after a crash it means: interrupted
    DONE = "done"
    STOPPED = "stopped"  # by the user
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One question or answer.

    Args:
        parent: The message it follows; None for the first.
        text: As it came, raw: cleaned by `visible()` only where it is shown.
        model: The full id of the model that answered.
        reason: Why this tier was picked, in words; `note`: what the limit made of it, if anything.
        cost: What it was charged; None for questions and for answers without a charge yet.
        duration_s: From sending to the last token; `first_token_s`: to the first.
        error: What went wrong, for a failed answer; one sentence.
        thumb: UP, DOWN or NONE: what the user thinks of it. The ledger has it too, and all that was said before.
    """

    id: str
    role: Role
    text: str
    at: datetime
    parent: str | None = None
    state: MessageState = MessageState.DONE
    thinking: str = ""
    tier: Tier | None = None
    model: str | None = None
    reason: str = ""
    usage: TokenUsage | None = None
    cost: Figure | None = None
    first_token_s: float | None = None
    duration_s: float | None = None
    finish_reason: str | None = None
    error: str = ""
    error_hint: str = ""
    note: str = ""
    thumb: Opinion = Opinion.NONE

    @property
    def tokens_per_second(self) -> float | None:
        """Output speed after the first token; None where it can't be told."""
        if self.usage is None or self.duration_s is None or self.first_token_s is None:
            return None
        writing_s = self.duration_s - self.first_token_s
        return self.usage.output / writing_s if writing_s > 0 and self.usage.output > 1 else None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A tree of messages and the branch being shown, which ends at `head`."""

    id: str
    created: datetime
    title: str = ""
    mode: Mode = Mode.AUTO
    messages: dict[str, Message] = field(default_factory=dict)
    head: str | None = None

    def path(self, head: str | None = None) -> list[Message]:
        """The branch that ends at `head` (or at the conversation's own), first message first."""
        branch: list[Message] = []
        at = self.head if head is None else head
        while at is not None and at in self.messages and len(branch) <= len(self.messages):
            branch.append(self.messages[at])
            at = self.messages[at].parent
        return branch[::-1]

    def with_message(self, message: Message) -> Conversation:
        """The same with `message` added or replaced, and the branch ending at it."""
        return replace(self, messages={**self.messages, message.id: message}, head=message.id)

    @property
    def cost(self) -> Figure:
        """What all its answers cost, those on other branches included."""
        return Figure.total(m.cost for m in self.messages.values() if m.cost is not None)

    @property
    def updated(self) -> datetime:
        return max((m.at for m in self.messages.values()), default=self.created)


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A row of the list of conversations."""

    id: str
    title: str
    created: datetime
    updated: datetime
    n_messages: int
    cost: Figure
    mode: Mode = Mode.AUTO


def title_from(text: str) -> str:
    """A title made from the first question: its first line with words in it, cut at a word."""
    line = next((line.strip() for line in text.splitlines() if any(c.isalnum() for c in line)), "")
    line = " ".join(line.lstrip("#>*- ").split())
    if len(line) <= TITLE_LIMIT:
        return line.rstrip(" .:,;") or "Untitled"
    cut = line[:TITLE_LIMIT].rsplit(" ", 1)[0] if " " in line[:TITLE_LIMIT] else line[: TITLE_LIMIT - 1]
    return cut.rstrip(" .:,;") + "…"


def chat_history(path: Iterable[Message]) -> list[tuple[Role, str]]:
    """What of a branch is sent again: all text that the user has seen, that of answers that broke off included."""
    return [(message.role, message.text) for message in path if message.text]
