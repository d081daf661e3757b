"""The log screen's rows: a line of the log as a row, and all of its fields. Pure: a line and a width in, rows out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from textual.content import Content

from ralex_tui.domain.log_lines import LogLine
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.ui.figures import held, money, seconds, tokens
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside, cut, spread
from ralex_tui.ui.review_lines import model_name
from ralex_tui.ui.text import plain, plain_line
from ralex_tui.ui.themes import Ink

_NAME = 15
_TIER = 7
# From here on a row has room for tokens beside the money.
_ROOMY = 96
# What is told in words of its own, in the heading or as money.
_TOLD = frozenset({"at", "level", "event", "held_nano", "charged_nano", "accuracy", "exception"})
_LAST = ("logger", "pid", "version")
_NAMES = {
    "n_input": "tokens in",
    "n_output": "tokens out",
    "first_token_s": "first token",
    "duration_s": "took",
    "finish_reason": "ended by",
    "rest_s": "rests for",
}


def row(line: LogLine, width: int, zone: tzinfo, ink: Ink, glyphs: Glyphs, *, with_day: bool = False) -> Content:
    """One line of the log in one row.

    Args:
        with_day: Whether the day stands before the time; also where it is the line's own, so that columns stand.
    """
    at = line.at.astimezone(zone)
    when = f"{at:%d %b %H:%M:%S}" if with_day else f"{at:%H:%M:%S}"
    left = Content.assemble(_sign(line, ink, glyphs), (f" {when}  ", ink("muted")))
    room = width - left.cell_length
    body = _request(line, room, ink, glyphs) if line.is_request else _event(line, room, ink)
    return cut(Content.assemble(left, body), width)


def details(line: LogLine, width: int, zone: tzinfo, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Everything that a line holds, field by field; foreign text wrapped, never cut."""
    at = line.at.astimezone(zone)
    lines = [
        *plain(line.event, ink("strong")).wrap(width),
        Content.styled(f"{at:%a} {at.day} {at:%b %Y, %H:%M:%S}.{at.microsecond // 1_000:03d}", ink("muted")),
        Content(""),
    ]
    for name, value in _fields(line, ink, glyphs):
        for n, part in enumerate(value.wrap(max(12, width - _NAME - 1))):
            label = plain_line(name, _NAME, ink("muted")) if n == 0 else Content("")
            lines.append(Content.assemble(label, " " * (_NAME + 1 - label.cell_length), part))
    match line.fields.get("exception"):
        case [*links] if links:
            for link in links:
                lines += _link(link, width, ink)
    return lines


def _sign(line: LogLine, ink: Ink, glyphs: Glyphs) -> Content:
    if line.is_request:
        match line.text("outcome"):
            case "failed":
                return Content.styled(glyphs.failed, ink("error", bold=True))
            case "stopped":
                return Content.styled(glyphs.limit, ink("muted"))
            case "abandoned":
                return Content.styled(glyphs.warning, ink("warn"))
        return Content(" ")
    if line.is_at_least("error"):
        return Content.styled(glyphs.failed, ink("error", bold=True))
    return Content.styled(glyphs.warning, ink("warn")) if line.is_at_least("warning") else Content(" ")


def _request(line: LogLine, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """Tier, model, what went wrong; at the end how long it took and what it cost."""
    tier = line.tier
    sign = f"{glyphs.mode(tier)} {tier.label}" if tier else "?"
    name = plain_line(model_name(line.text("model")), 60, ink("text"))
    words = [Content.styled(sign.ljust(_TIER), ink(tier.value if tier else "muted")), Content("  "), name]
    if line.is_failure:
        # The sentence begins with the model's name, which stands there already.
        said = (line.text("message") or line.text("error")).removeprefix(f"{name.plain} ")
        words += [Content("  "), plain_line(said, 200, ink("error"))]
    elif line.text("outcome") != "done":
        words += [Content("  "), plain_line(line.text("outcome"), 20, ink("muted"))]
    elif line.text("way") == "direct":
        words += [Content("  "), Content.styled("direct", ink("muted"))]
    return spread(Content("").join(words), _measures(line, width, ink, glyphs), width)


def _measures(line: LogLine, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """Tokens where there is room, then the time, then the money, each in a column of its own."""
    parts = []
    n_input, n_output = line.number("n_input"), line.number("n_output")
    if width >= _ROOMY and not line.is_failure:
        has_tokens = n_input is not None and n_output is not None
        words = f"{tokens(int(n_input or 0))} in {tokens(int(n_output or 0)):>6} out" if has_tokens else ""
        parts.append(Content.styled(f"{words:>22}", ink("muted")))
    duration_s = line.number("duration_s")
    parts.append(Content.styled(f"{seconds(duration_s) if duration_s is not None else '':>8}", ink("muted")))
    cost = _cost(line, ink, glyphs)
    parts.append(Content.assemble(" " * max(0, 9 - cost.cell_length), cost))
    return beside(*parts, gap=2)


def _cost(line: LogLine, ink: Ink, glyphs: Glyphs) -> Content:
    figure = line.charged
    if line.tier is Tier.LOCAL and not figure.amount:
        return Content.styled("free", ink("text"))
    return money(figure, glyphs, ink)


def _event(line: LogLine, width: int, ink: Ink) -> Content:
    level = "error" if line.is_at_least("error") else "text"
    logger = plain_line(line.text("logger"), 40, ink("muted"))
    if width < _ROOMY or not logger:
        return plain_line(line.event, 400, ink(level))
    return spread(plain_line(line.event, 400, ink(level)), logger, width)


def _fields(line: LogLine, ink: Ink, glyphs: Glyphs) -> Iterator[tuple[str, Content]]:
    yield "level", Content.styled(line.level, ink("text"))
    fields = [(name, value) for name, value in line.fields.items() if name not in _TOLD and value not in (None, "", 0)]
    for name, value in fields:
        if name not in _LAST:
            yield _NAMES.get(name, name), _value(name, value, ink)
    if line.is_request:
        amount = line.fields.get("held_nano")
        if type(amount) is int and amount:
            yield "held", held(Usd(amount), glyphs, ink)
        yield "charged", _cost(line, ink, glyphs)
    for name, value in fields:
        if name in _LAST:
            yield name, _value(name, value, ink)


def _value(name: str, value: object, ink: Ink) -> Content:
    if name.endswith("_s") and isinstance(value, int | float):
        return Content.styled(seconds(value), ink("text"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Content.styled(f"{value:,}" if name != "pid" else str(value), ink("text"))
    return plain(str(value), ink("text"))


def _link(link: object, width: int, ink: Ink) -> list[Content]:
    """One exception of a chain, with the calls that led to it."""
    if not isinstance(link, Mapping):
        return []
    kind, says = str(link.get("type", "?")), str(link.get("says", ""))
    head = plain(f"{kind}: {says}" if says else kind, ink("error"))
    frames = link.get("frames")
    calls = [plain_line(str(frame), 200, ink("muted")) for frame in frames] if isinstance(frames, list) else []
    rows = [Content.assemble("  ", part) for call in calls for part in call.wrap(max(12, width - 2))]
    return [Content(""), *head.wrap(width), *rows]
