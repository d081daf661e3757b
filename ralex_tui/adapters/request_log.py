"""What became of each request, in the log: see `ports.request_log.RequestLog`."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from ralex_tui.adapters.log_reader import newest_lines
from ralex_tui.adapters.log_writer import LogWriter
from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.events import Way
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.log_lines import REQUEST, LogLine
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.text import visible_line

_log = logging.getLogger(__name__)

_MOST_READ = 5_000_000
# A request that took long is written after shorter ones that began later: lines are not quite in order.
_OUT_OF_ORDER = timedelta(minutes=5)


class LoggedRequests:
    """The requests in the log of a folder, which all its processes write."""

    def __init__(self, folder: Path, writer: LogWriter) -> None:
        self._folder = folder
        self._writer = writer
        self._has_written = False

    def write(self, attempt: Attempt) -> None:
        try:
            self._writer.write(REQUEST, at=attempt.at, level=_level_of(attempt), **fields_of(attempt))
            self._has_written = True
        except Exception:  # noqa: BLE001 - the log's edge: the answer is worth more than the line about it
            _log.exception("a request could not be logged")

    def recent(self, since: datetime) -> list[Attempt]:
        if self._has_written:
            self._writer.flush()
            self._has_written = False
        lines = newest_lines(
            self._folder, since=since - _OUT_OF_ORDER, has=f'"event":"{REQUEST}"'.encode(), most_bytes=_MOST_READ
        )
        attempts = [attempt for line in lines if (attempt := attempt_of(line)) is not None and attempt.at > since]
        return sorted(attempts, key=lambda attempt: attempt.at)


def fields_of(attempt: Attempt) -> dict[str, object]:
    """An attempt as the fields of its line, beside `at`; money in nano-dollars, times in seconds."""
    return {
        "id": attempt.id,
        "conversation": attempt.conversation,
        "turn": attempt.turn,
        "number": attempt.number,
        "tier": attempt.tier.value,
        "model": visible_line(attempt.model),
        "way": attempt.way.value if attempt.way else None,
        "outcome": attempt.outcome.value,
        "n_input": attempt.n_input,
        "n_output": attempt.n_output,
        "max_tokens": attempt.max_tokens,
        "held_nano": attempt.held.nano,
        "charged_nano": attempt.charged.amount.nano if attempt.charged else None,
        "accuracy": attempt.charged.accuracy.value if attempt.charged else None,
        "first_token_s": _rounded(attempt.first_token_s),
        "duration_s": _rounded(attempt.duration_s),
        "finish_reason": visible_line(attempt.finish_reason, 40) if attempt.finish_reason else None,
        "error": attempt.error,
        "message": visible_line(attempt.message, 500),
        "rest_s": attempt.rest_s,
    }


def attempt_of(line: LogLine) -> Attempt | None:
    """The attempt that a line tells of; None where it is none of ours, or damaged."""
    doc = line.fields
    try:
        return Attempt(
            id=_text(doc["id"]),
            at=line.at,
            conversation=_text(doc["conversation"]),
            turn=_text(doc["turn"]),
            number=_whole(doc["number"]),
            tier=Tier(_text(doc["tier"])),
            model=_text(doc["model"]),
            outcome=Outcome(_text(doc["outcome"])),
            held=Usd(_whole(doc["held_nano"])),
            way=Way(_text(doc["way"])) if doc.get("way") else None,
            charged=_charged(doc.get("charged_nano"), doc.get("accuracy")),
            n_input=_maybe_whole(doc.get("n_input")),
            n_output=_maybe_whole(doc.get("n_output")),
            first_token_s=_maybe_number(doc.get("first_token_s")),
            duration_s=_maybe_number(doc.get("duration_s")),
            finish_reason=_text(doc["finish_reason"]) if doc.get("finish_reason") else None,
            error=_text(doc.get("error", "")),
            message=_text(doc.get("message", "")),
            rest_s=_maybe_number(doc.get("rest_s")) or 0.0,
            max_tokens=_maybe_whole(doc.get("max_tokens")),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _level_of(attempt: Attempt) -> str:
    return "warning" if attempt.outcome is Outcome.FAILED else "info"


def _rounded(duration_s: float | None) -> float | None:
    return None if duration_s is None else round(duration_s, 3)


def _charged(nano: object, accuracy: object) -> Figure | None:
    return None if nano is None else Figure(Usd(_whole(nano)), Accuracy(_text(accuracy)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is wanted, not {type(value).__name__}")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"a whole number is wanted, not {type(value).__name__}")
    return value


def _maybe_whole(value: object) -> int | None:
    return None if value is None else _whole(value)


def _maybe_number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number is wanted, not {type(value).__name__}")
    return float(value)
