"""The budget's settings as the arithmetic wants them: with the zone that the days are counted in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from ralex_tui.config.schema import Settings
from ralex_tui.domain.budget import BudgetPolicy


def budget_policy(settings: Settings) -> BudgetPolicy:
    """The limits, thresholds and days of `settings.budget`."""
    budget = settings.budget
    name, zone = local_zone(os.environ) if budget.zone == "local" else (budget.zone, ZoneInfo(budget.zone))
    return BudgetPolicy(
        daily=budget.daily,
        zone=zone,
        zone_name=name,
        monthly=budget.monthly,
        conversation=budget.conversation,
        reset_hour=budget.reset_hour,
        warn_at=budget.warn_at,
        low=budget.low,
        critical=budget.critical,
        critical_tokens=budget.critical_tokens,
    )


def local_zone(environ: Mapping[str, str], etc: Path = Path("/etc")) -> tuple[str, tzinfo]:
    """The system's zone and its name.

    An IANA zone where TZ or /etc tells its name, so that summer time moves the days as it should;
    else the offset that holds now.
    """
    if "TZ" in environ:
        name = environ["TZ"].removeprefix(":")
        return _named(_below_zoneinfo(name) or name or "UTC") or _fixed()
    names = (_link_name(etc / "localtime"), _first_line(etc / "timezone"))
    zones = (_named(name) for name in names if name)
    return next((zone for zone in zones if zone is not None), None) or _fixed()


def _named(name: str) -> tuple[str, tzinfo] | None:
    try:
        return name, ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return None


def _link_name(path: Path) -> str | None:
    try:
        return _below_zoneinfo(os.readlink(path)) or _below_zoneinfo(os.path.realpath(path))
    except OSError:
        return None


def _below_zoneinfo(path: str) -> str | None:
    """Europe/Paris of /usr/share/zoneinfo/Europe/Paris; None for any other path."""
    _, found, name = path.rpartition("zoneinfo/")
    return name.removeprefix("posix/").removeprefix("right/") if found else None


def _first_line(path: Path) -> str | None:
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    return lines[0].strip() if lines else None


def _fixed() -> tuple[str, tzinfo]:
    offset = datetime.now(UTC).astimezone().utcoffset() or timedelta()
    sign, minutes = ("-" if offset < timedelta() else "+"), abs(offset) // timedelta(minutes=1)
    return f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}", timezone(offset)
