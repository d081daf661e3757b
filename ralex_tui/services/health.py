"""What `ralex doctor` looks at, and what its findings mean. Knows no file, key or connection: it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ralex_tui.domain.errors import EngineError, RalexError

# Prices change every few months; older ones than this are worth a look.
_PRICES_OLD_DAYS = 90

# Releases that were withdrawn; 1.82.7 and 1.82.8 carried a credential stealer.
_WITHDRAWN_LITELLM = ("1.82.7", "1.82.8", "1.107.")


class CheckState(StrEnum):
    OK = "ok"
    WARNING = "warning"  # ralex works, with something less
    FAILED = "failed"  # something essential is missing
    SKIPPED = "not tried"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    state: CheckState
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """How the checks learn what is so.

    Args:
        versions: The packages that ralex needs, and their versions; None for one that is missing.
        extras: The same for packages that it can do without.
        keys: The variables that may hold a key, and whether they do. Never a key.
        write: Writes a file where data is kept, and removes it; what to say. Raises StorageError.
        read_ledger: Reads all of it; how many days it has. Raises StorageError.
        embedded: The embedded model's file, or None where it is not installed.
        providers: The providers that have their key.
        reach: Asks a provider for something free; what to say. Raises EngineError.
        start_local: Loads the embedded model and ends it; what to say. Raises EngineError.
        prices_dated: The date of the newest price.
    """

    versions: Callable[[], Mapping[str, str | None]]
    extras: Callable[[], Mapping[str, str | None]]
    keys: Callable[[], Mapping[str, bool]]
    write: Callable[[], str]
    read_ledger: Callable[[], int]
    embedded: Callable[[], str | None]
    providers: Sequence[str]
    reach: Callable[[str], Awaitable[str]]
    start_local: Callable[[], Awaitable[str]]
    prices_dated: date | None


async def check_all(facts: Facts, today: date, *, with_local: bool) -> list[Check]:
    """All findings, in the order in which things depend on each other.

    Args:
        with_local: Whether the embedded model may be started, which takes seconds and memory.
    """
    providers = await asyncio.gather(*(_check_provider(facts, name) for name in facts.providers))
    local = await _check_local(facts, with_local=with_local)
    return [
        *check_packages(facts),
        *check_keys(facts),
        _check_call("data folder", facts.write),
        _check_call("ledger", lambda: _days(facts.read_ledger())),
        *providers,
        local,
        check_answers([*providers, local]),
        check_prices(facts.prices_dated, today),
    ]


def check_packages(facts: Facts) -> list[Check]:
    """A finding for each package."""
    checks = [_package(name, version, CheckState.FAILED) for name, version in facts.versions().items()]
    return checks + [_package(name, version, CheckState.WARNING) for name, version in facts.extras().items()]


def check_keys(facts: Facts) -> list[Check]:
    """A finding for each variable that may hold a key: whether it is set, and no more."""
    return [Check(name, CheckState.OK, "set" if is_set else "not set") for name, is_set in facts.keys().items()]


def check_answers(models: Sequence[Check]) -> Check:
    """Whether anything can answer at all."""
    usable = [check.name for check in models if check.state is CheckState.OK]
    untried = [check.name for check in models if check.state is CheckState.SKIPPED]
    if usable:
        return Check("answers", CheckState.OK, f"come from {', '.join(usable)}")
    if untried:
        return Check("answers", CheckState.OK, f"should come from {', '.join(untried)}, which was not tried")
    hint = "run `ralex local install`, or set OPENROUTER_API_KEY, ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY"
    return Check("answers", CheckState.FAILED, "no model can be reached", hint)


def check_prices(dated: date | None, today: date) -> Check:
    """How old the pinned prices are."""
    if dated is None:
        return Check("prices", CheckState.WARNING, "none is pinned", "enter yours under prices: in config.yaml")
    age = (today - dated).days
    if age > _PRICES_OLD_DAYS:
        hint = "compare them with your provider's, and enter new ones under prices: in config.yaml"
        return Check("prices", CheckState.WARNING, f"of {dated}, {age} days old", hint)
    return Check("prices", CheckState.OK, f"of {dated}, {max(0, age)} days old")


def has_failed(checks: Sequence[Check]) -> bool:
    """Whether something essential is missing."""
    return any(check.state is CheckState.FAILED for check in checks)


def failure(name: str, error: RalexError) -> Check:
    """An essential thing that could not be done."""
    return Check(name, CheckState.FAILED, error.message, error.hint)


def _package(name: str, version: str | None, if_missing: CheckState) -> Check:
    if version is None:
        extra = "the embedded model needs it: pip install 'ralex-tui[local]'"
        hint = "install ralex-tui anew" if if_missing is CheckState.FAILED else extra
        return Check(name, if_missing, "not installed", hint)
    if name == "litellm" and version.startswith(_WITHDRAWN_LITELLM):
        return Check(name, CheckState.FAILED, f"{version} was withdrawn, as unsafe", "install ralex-tui anew")
    return Check(name, CheckState.OK, version)


def _check_call(name: str, call: Callable[[], str]) -> Check:
    try:
        return Check(name, CheckState.OK, call())
    except RalexError as error:
        return failure(name, error)


def _days(n_days: int) -> str:
    return "readable, one day" if n_days == 1 else f"readable, {n_days} days"


async def _check_provider(facts: Facts, name: str) -> Check:
    """A provider out of reach is a warning: others may answer, and `answers` says whether any does."""
    try:
        return Check(name, CheckState.OK, await facts.reach(name))
    except EngineError as error:
        return Check(name, CheckState.WARNING, error.message, error.hint)


async def _check_local(facts: Facts, *, with_local: bool) -> Check:
    name, file = "embedded model", facts.embedded()
    if file is None:
        return Check(name, CheckState.WARNING, "not installed", "run `ralex local install`")
    if not with_local:
        return Check(name, CheckState.SKIPPED, f"installed, not tried: {file}", "`ralex doctor --local` starts it")
    try:
        return Check(name, CheckState.OK, await facts.start_local())
    except EngineError as error:
        return Check(name, CheckState.WARNING, error.message, error.hint)
