"""The health screen's rows: findings, deployments, what to look at. Pure: facts and a width in, lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from textual.content import Content

from ralex_tui.domain.deployments import Condition
from ralex_tui.services.checks import Check, CheckState, Group
from ralex_tui.services.deployment_rows import DeploymentRow
from ralex_tui.ui.figures import seconds
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import cut
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_NAME = 20
_INDENT = "  "
# Cells that a last error needs to say anything.
_LEAST_ERROR = 24

Found = Mapping[Group, Sequence[Check]]


def trouble_lines(
    found: Found, rows: Sequence[DeploymentRow], width: int, zone: tzinfo, ink: Ink, glyphs: Glyphs
) -> list[Content]:
    """What is not as it should be, the worst first, and what to do about each; nothing where all is well."""
    checks = sorted(
        (check for group in Group for check in found.get(group, ()) if _is_trouble(check)),
        key=lambda check: check.state is not CheckState.FAILED,
    )
    lines: list[Content] = []
    for check in checks:
        said = check.detail if check.detail.startswith(check.name) else f"{check.name}: {check.detail}"
        lines += _trouble(_sign(check.state, ink, glyphs), said, check.hint, width, ink)
    seen: set[str] = set()
    for row in rows:
        if row.is_trouble and row.model.ref.id not in seen:
            seen.add(row.model.ref.id)
            said = f"{row.model.ref.name}: {row.health.last_message or row.word}"
            lines += _trouble(_condition_sign(row, ink, glyphs), said, _remedy(row, zone), width, ink)
    return lines


def n_troubles(found: Found, rows: Sequence[DeploymentRow]) -> int:
    """How many things are not as they should be."""
    n_checks = sum(_is_trouble(check) for checks in found.values() for check in checks)
    return n_checks + len({row.model.ref.id for row in rows if row.is_trouble})


def group_lines(checks: Sequence[Check] | None, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """A group's findings, a row each, those that are not well first; None is for what is still looked at."""
    if checks is None:
        return [Content.styled(f"{_INDENT}looking", ink("muted"))]
    if not checks:
        return [Content.styled(f"{_INDENT}nothing to tell", ink("muted"))]
    ordered = sorted(checks, key=lambda check: not _is_trouble(check))
    return [line for check in ordered for line in _check_lines(check, width, ink, glyphs)]


def deployment_table(
    rows: Sequence[DeploymentRow], width: int, zone: tzinfo, now: datetime, ink: Ink, glyphs: Glyphs
) -> list[Content]:
    """Those that can be reached, a row each; of the others their number."""
    there = [row for row in rows if row.is_reachable]
    columns = _Columns.of(there, width)
    lines = [cut(columns.head(ink), width)] if there else []
    for row in there:
        error = _last_error(row, zone, now, ink)
        lines.append(cut(columns.row(row, error, ink, glyphs), width))
        if error and not columns.last and not row.is_trouble:
            lines.append(cut(Content.assemble(" " * 16, error), width))
    n_away = len({row.model.ref.id for row in rows if not row.is_reachable})
    if n_away:
        models = "one more model has" if n_away == 1 else f"{n_away} more models have"
        lines.append(Content.styled(f"{_INDENT}{models} no key or no server here", ink("muted")))
    return lines or [Content.styled(f"{_INDENT}no tier has a model", ink("muted"))]


def _is_trouble(check: Check) -> bool:
    return check.state in (CheckState.FAILED, CheckState.WARNING)


def _trouble(sign: Content, said: str, hint: str, width: int, ink: Ink) -> list[Content]:
    lines = _wrapped(plain_line(said, 400, ink("text")), sign, width)
    if hint:
        lines += _wrapped(plain_line(hint, 400, ink("muted")), Content(" "), width)
    return lines


def _wrapped(text: Content, first: Content, width: int) -> list[Content]:
    """A text in as many rows as it takes, behind a sign of one cell in the first."""
    rows = text.wrap(max(20, width - 2))
    return [Content.assemble(Content(" ") if n else first, " ", row) for n, row in enumerate(rows)]


def _remedy(row: DeploymentRow, zone: tzinfo) -> str:
    if row.condition is Condition.RESTING and row.health.rests_until is not None:
        return f"others go first until {row.health.rests_until.astimezone(zone):%H:%M:%S}"
    return "it is asked again with the next message that comes to it"


def _check_lines(check: Check, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """A finding: sign, name, detail, and behind it the note where there is room, else below."""
    left = Content.assemble(
        _sign(check.state, ink, glyphs), " ", _padded(plain_line(check.name, _NAME, ink("muted")), _NAME), " "
    )
    is_quiet = check.state is CheckState.SKIPPED or check.detail == "not set"
    detail = plain_line(check.detail, 200, ink("muted" if is_quiet else "text"))
    note = plain_line(check.note, 80, ink("muted"))
    room = max(12, width - left.cell_length)
    if note and detail.cell_length + 2 + note.cell_length <= room:
        rows = [Content.assemble(detail, "  ", note)]
    else:
        rows = [*detail.wrap(room), *(note.wrap(room) if note else [])]
    return [Content.assemble(Content(" " * left.cell_length) if n else left, row) for n, row in enumerate(rows)]


def _sign(state: CheckState, ink: Ink, glyphs: Glyphs) -> Content:
    match state:
        case CheckState.FAILED:
            return Content.styled(glyphs.failed, ink("error", bold=True))
        case CheckState.WARNING:
            return Content.styled(glyphs.warning, ink("warn"))
        case CheckState.OK:
            return Content.styled(glyphs.exact, ink("muted"))
        case _:
            return Content.styled(glyphs.left, ink("muted"))


def _condition_sign(row: DeploymentRow, ink: Ink, glyphs: Glyphs) -> Content:
    match row.condition:
        case Condition.HEALTHY:
            return Content.styled(glyphs.exact, ink("muted"))
        case Condition.FAILING:
            return Content.styled(glyphs.failed, ink("error", bold=True))
        case Condition.RESTING:
            return Content.styled(glyphs.limit, ink("warn"))
        case _:
            return Content.styled(glyphs.left, ink("muted"))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths of the table's columns; 0 for one that there is no room for."""

    model: int
    requests: int
    timeouts: int
    last: int

    @classmethod
    def of(cls, rows: Sequence[DeploymentRow], width: int) -> _Columns:
        timeouts, requests = 11 if width >= 86 else 0, 10 if width >= 74 else 0
        fixed = 2 + 14 + 8 + 13 + 8 + timeouts + requests
        longest = max((len(row.model.ref.name) for row in rows), default=0) + 1
        model = max(12, min(longest, 34, width - fixed))
        last = width - fixed - model - 2
        return cls(model, requests, timeouts, last if last >= _LEAST_ERROR else 0)

    def head(self, ink: Ink) -> Content:
        requests = f"{'requests':>{self.requests}}" if self.requests else ""
        timeouts = f"{'time-outs':>{self.timeouts}}" if self.timeouts else ""
        left = f"{_INDENT}{'condition':<14}{'tier':<8}{'model':<{self.model}}{'first token':>13}"
        last = "  last error" if self.last else ""
        return Content.styled(f"{left}{requests}{'errors':>8}{timeouts}{last}", ink("muted"))

    def row(self, row: DeploymentRow, error: Content, ink: Ink, glyphs: Glyphs) -> Content:
        health = row.health
        first = seconds(health.latency_s) if health.latency_s is not None else ""
        word = ink("strong" if row.is_trouble else "muted" if row.condition is Condition.UNTRIED else "text")
        return Content.assemble(
            _condition_sign(row, ink, glyphs),
            (f" {row.word:<14}", word),
            (f"{glyphs.mode(row.tier)} {row.tier.label:<6}", ink(row.tier.value)),
            _padded(plain_line(row.model.ref.name, self.model - 1, ink("text")), self.model),
            (f"{first:>13}", ink("text")),
            (f"{health.n_requests or '':>{self.requests}}" if self.requests else "", ink("muted")),
            (_share(row.error_percent, health.n_failures, 8), ink("text")),
            (_share(row.timeout_percent, health.n_timeouts, self.timeouts) if self.timeouts else "", ink("text")),
            Content.assemble("  ", error) if self.last else Content(""),
        )


def _last_error(row: DeploymentRow, zone: tzinfo, now: datetime, ink: Ink) -> Content:
    """When it failed last, and why; empty where it did not."""
    at = row.health.last_error_at
    if at is None:
        return Content("")
    local = at.astimezone(zone)
    when = f"{local:%H:%M}" if now - at < timedelta(hours=12) else f"{local:%a %H:%M}"
    return Content.assemble((f"{when} ", ink("muted")), plain_line(row.health.last_message, 200, ink("muted")))


def _share(percent: int | None, count: int, width: int) -> str:
    return f"{f'{percent} %' if count else '':>{width}}"


def _padded(content: Content, width: int) -> Content:
    return content.pad_right(max(0, width - content.cell_length))
