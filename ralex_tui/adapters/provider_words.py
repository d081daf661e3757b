"""What a server says when it refuses: its own sentence out of JSON, web pages and LiteLLM's wrapping.

Also how long it asks to wait. Everything here is foreign: the words are cleaned and shortened by who shows them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

_LONGEST_WAIT_S = 86_400.0
# What LiteLLM puts in front of the server's words.
_PREFIX = re.compile(r"^(?:litellm\.\w+: )*(?:\w+Error - )?")
# What the Router adds behind the server's words about fallbacks that we never set.
_ADDED = re.compile(r"\n+(?:LiteLLM: model group|model=|Received Model Group=).*", re.DOTALL)
_PAGE = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.{1,400}?)</title>", re.IGNORECASE | re.DOTALL)
# Google's own way to say it, in the body.
_RETRY_DELAY = re.compile(r"\"retryDelay\"\s*:\s*\"(\d{1,6}(?:\.\d{1,9})?)s\"")
# Names that stand in an error's `code` or `type` in place of an HTTP status: OpenAI's, Anthropic's, OpenRouter's.
_STATUS_OF = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "insufficient_quota": 429,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "invalid_request_error": 400,
    "model_not_found": 404,
    "not_found_error": 404,
    "server_error": 500,
    "internal_error": 500,
    "api_error": 500,
    "overloaded_error": 529,
}
# A broker's sentence that says only that there is another one behind it.
_EMPTY_WORDS = ("provider returned error", "upstream error", "error")


def without_additions(raw: str) -> str:
    """An error of LiteLLM's as text, without what its Router adds."""
    return _ADDED.sub("", raw)


def words_of(raw: str) -> str:
    """The server's own sentence in the body of a refusal, or in LiteLLM's error made of it; empty for none.

    A body of an unknown form is given as it is.
    """
    text = _unquoted(_PREFIX.sub("", raw.split("Exception - ", 1)[-1]).strip())
    if _PAGE.search(text):
        title = _TITLE.search(text)
        return f"a web page came, {unescape(title[1]).strip()}" if title else "a web page came"
    start = text.find("{")
    if start >= 0:
        try:
            body, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            return _unwrapped(text)
        words = words_in(body)
        return _unwrapped(text) if words is None else words
    return _unwrapped(text)


def words_in(body: Any) -> str | None:
    """The sentence in a refusal's JSON; None where it is of another form."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(inner, str):
        return inner
    if not isinstance(inner, dict):
        return None
    named = (inner.get(name) for name in ("message", "detail", "msg"))
    words = next((each for each in named if isinstance(each, str)), None)
    if words is None:
        return None
    metadata = inner.get("metadata")
    behind = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(behind, str) and behind.strip() and words.strip().lower().rstrip(".") in ("", *_EMPTY_WORDS):
        return words_of(behind)
    return words


def code_in(error: Any) -> int | None:
    """The HTTP status that an error object within an answer stands for; None where it names none."""
    if not isinstance(error, dict):
        return None
    for value in (error.get("code"), error.get("type")):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and (value in _STATUS_OF or re.fullmatch(r"[45]\d\d", value, re.ASCII)):
            return _STATUS_OF.get(value) or int(value)
    return None


def wait_asked(headers: Mapping[str, str], raw: str = "", now: datetime | None = None) -> float | None:
    """For how many seconds a server asks to be left alone, a day at most; None where it does not say.

    Args:
        headers: Of its answer, with names in lower case or of any case by their own lookup.
        raw: Its body, where Google says it.
        now: Instead of this computer's time, for servers that name a date but not their own time.
    """
    ms = _seconds(headers.get("retry-after-ms"))
    if ms is not None:
        return min(ms / 1_000, _LONGEST_WAIT_S)
    value = headers.get("retry-after")
    wait = _seconds(value)
    if wait is None and value:
        until = _date(value)
        # By the server's own clock where it tells it: ours may be wrong.
        since = _date(headers.get("date")) or now or datetime.now(UTC)
        wait = (until - since).total_seconds() if until else None
    if wait is None and (found := _RETRY_DELAY.search(raw)):
        wait = float(found[1])
    return None if wait is None else min(max(wait, 0.0), _LONGEST_WAIT_S)


def _seconds(value: str | None) -> float | None:
    """A plain number of seconds; None for anything else, such as 1e9, -5 or nan."""
    if value is None or not re.fullmatch(r"\d{1,12}(?:\.\d{1,9})?", value.strip(), re.ASCII):
        return None
    return float(value)


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _unwrapped(text: str) -> str:
    return text.removeprefix("Message: ").split(", Metadata: {", 1)[0]


def _unquoted(text: str) -> str:
    """A text that stands as Python writes bytes, which is how LiteLLM hands on some servers' bodies."""
    if not text.startswith(("b'", 'b"')):
        return text
    try:
        body = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else text
