"""What a message asks for, by a simple heuristic: which kinds of request there are, and what they cost."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A kind of request, as the day review and the ledger call it."""

    CODE = "code"
    DEBUG = "debug"
    EXPLAIN = "explain"
    WRITE = "write"
    TRANSLATE = "translate"
    SUMMARISE = "summarise"
    DATA = "data"
    CHAT = "chat"
