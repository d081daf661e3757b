"""Messages as JSON objects and back. Empty fields are left out."""

from __future__ import annotations

from typing import Any

from ralex_tui.adapters.codec import Doc, figure_doc, figure_of, maybe, present, time_of, usage_doc, usage_of
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.models import Tier
from ralex_tui.domain.remarks import Opinion

_PLAIN_MESSAGE_FIELDS = (
    *("id", "role", "text", "parent", "state", "thinking", "tier", "model", "reason"),
    *("first_token_s", "duration_s", "finish_reason", "error", "error_hint", "note"),
)


def message_doc(message: Message) -> dict[str, Any]:
    """A message as its document."""
    fields = {name: getattr(message, name) or None for name in _PLAIN_MESSAGE_FIELDS}
    return present(
        {
            **fields,
            "at": message.at.isoformat(),
            "first_token_s": message.first_token_s,
            "duration_s": message.duration_s,
            "thumb": None if message.thumb is Opinion.NONE else message.thumb,
            "usage": None if message.usage is None else usage_doc(message.usage),
            "cost": None if message.cost is None else figure_doc(message.cost),
        }
    )


def message_of(doc: Doc) -> Message:
    """The message that a document holds."""
    fields = {name: doc[name] for name in _PLAIN_MESSAGE_FIELDS if name in doc}
    fields |= {"text": doc.get("text", ""), "role": Role(doc["role"]), "at": time_of(doc["at"])}
    fields |= {"state": MessageState(doc["state"]), "tier": maybe(Tier, doc.get("tier"))}
    fields |= {"usage": maybe(usage_of, doc.get("usage")), "cost": maybe(figure_of, doc.get("cost"))}
    fields |= {"thumb": Opinion(doc.get("thumb", Opinion.NONE))}
    return Message(**fields)
