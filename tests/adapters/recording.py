"""Recorded answers: files that hold what a provider sends, what it asks for that, and what it bills.

`recorded/README.md` tells their form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage
from tests.adapters.provider import Reply

_FOLDER = Path(__file__).parent / "recorded"
_LINE = "\n--- answer ---\n"
_PER = Decimal(1_000_000)


@dataclass(frozen=True)
class Recording:
    """One answer as it went over the wire.

    Args:
        kind: The kind of API, as under `providers:` in config.yaml; `base` is the path of its `api_base`.
        path: Where the request must arrive.
        says: "reported" where the answer names its own cost, "published" where the provider's price
            list makes it, "nothing" where the answer breaks off before any count.
        billed: What the provider takes for it.
        bill: Tokens and dollars for a million, line by line; empty where the provider names a sum only.
        usage: The tokens in our terms; None where the answer breaks off.
        n_prompt: Tokens of what was asked.
        text: What is to be shown of the answer, and `thinking` of the thoughts.
        is_lost_by_litellm: Whether LiteLLM shows nothing of them.
    """

    name: str
    kind: str
    model: str
    base: str
    path: str
    says: str
    price: Price
    billed: Usd
    bill: tuple[tuple[int, Decimal], ...]
    usage: TokenUsage | None
    n_prompt: int
    text: str
    thinking: str
    reply: Reply
    is_lost_by_litellm: bool = False

    @property
    def provider(self) -> str:
        return self.name.partition("_")[0]

    @property
    def subject(self) -> str:
        """What is special about it: "cached", "cut quietly"."""
        return self.name.partition("_")[2].replace("_", " ")

    @property
    def is_whole(self) -> bool:
        return self.says != "nothing"

    @property
    def sum_of_bill(self) -> Usd:
        """The lines added up, rounded up to a nano-dollar."""
        return Usd.parse(sum((tokens * rate / _PER for tokens, rate in self.bill), Decimal(0)))


def recordings() -> list[Recording]:
    """All of them, by name."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.wire"))]


def _read(path: Path) -> Recording:
    head, _, body = path.read_text(encoding="utf-8").partition(_LINE)
    doc = json.loads(head)
    usage = TokenUsage(**doc["usage"]) if "usage" in doc else None
    return Recording(
        name=path.stem,
        kind=doc["kind"],
        model=doc["model"],
        base=doc.get("base", ""),
        path=doc["path"],
        says=doc["says"],
        price=_price(doc["price"]),
        billed=Usd.parse(doc["billed"]),
        bill=tuple((line["tokens"], Decimal(line["rate"])) for line in doc.get("bill", ())),
        usage=usage,
        n_prompt=doc["prompt"] if usage is None else usage.input,
        text=doc.get("text", ""),
        thinking=doc.get("thinking", ""),
        reply=_reply(doc, body),
        is_lost_by_litellm=doc.get("lost_by_litellm", False),
    )


def _reply(doc: Mapping[str, Any], body: str) -> Reply:
    """The body in the pieces in which it came: an event each, or a line each where lines are all there is."""
    is_events = doc.get("content_type", "text/event-stream") == "text/event-stream"
    end = "\n\n" if is_events else "\n"
    pieces = tuple(f"{piece}{end}".encode() for piece in body.rstrip("\n").split(end) if piece)
    headers = {"content-type": doc.get("content_type", "text/event-stream"), **doc.get("headers", {})}
    return Reply(wire=pieces, headers=headers, drop_after=len(pieces) if doc.get("ends") == "reset" else None)


def _price(doc: Mapping[str, Any]) -> Price:
    tier = doc.get("long_context")
    return Price(
        _rates(doc),
        source="recorded",
        long_context=None if tier is None else _rates(tier),
        long_context_over=None if tier is None else tier["over"],
    )


def _rates(doc: Mapping[str, Any]) -> Rates:
    kinds = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning")
    return Rates(**{kind: Usd.parse(doc[kind]) for kind in kinds if kind in doc})
