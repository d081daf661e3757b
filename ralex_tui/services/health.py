"""What the doctor and the health screen look at, all at once. Knows no file, key or connection: it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ralex_tui.domain.errors import EngineError, RalexError
from ralex_tui.domain.local import FoundServer
from ralex_tui.domain.models import Catalogue
from ralex_tui.ports.computer import DiskFacts, TerminalFacts
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.services.checks import (
    Check,
    CheckState,
    Group,
    MoneyFacts,
    PriceFacts,
    check_answers,
    check_engine,
    check_keys,
    check_money,
    check_packages,
    check_price_list,
    check_prices,
    check_servers,
    check_tiers,
    failure,
    warning,
)
from ralex_tui.services.computer_checks import check_disk, check_terminal
from ralex_tui.services.deployment_rows import DeploymentRow


@dataclass(frozen=True, slots=True)
class Facts:
    """How the checks learn what is so. What blocks is called in a thread; what is None is left out.

    Args:
        versions: The packages that ralex needs, and their versions; None for one that is missing. Blocks.
        extras: The same for packages that it can do without. Blocks.
        keys: The variables that may hold a key, and whether they do. Never a key.
        write: Writes a file where data is kept, and removes it; what to say. Raises StorageError. Blocks.
        read_ledger: Reads it; how many days it has. Raises StorageError. Blocks.
        embedded: The embedded model's file, or None where it is not installed. Blocks.
        providers: The providers that have their key.
        reach: Asks a provider for something free; what to say. Raises EngineError.
        start_local: Loads the embedded model and ends it; what to say. Raises EngineError.
        prices_dated: The date of the newest price of config.yaml.
        key_hosts: Where the key of each variable goes, in words.
        catalogue: What can answer, once `look` has ended.
        look: Looks for servers on this computer.
        engine: How requests are carried, found out for certain; may take seconds.
        money: Of today. Raises StorageError.
        prices: Of the list that is fetched.
        disk: Of the data folder. Raises StorageError. Blocks.
        terminal: As far as it can be told. Blocks.
        is_embedded_running: Whether the embedded model is loaded here.
        deployments: How each model of each tier has fared in the last day; to be asked once `look` has ended.
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
    key_hosts: Mapping[str, str] | None = None
    catalogue: Callable[[], Catalogue] | None = None
    look: Callable[[], Awaitable[Sequence[FoundServer]]] | None = None
    engine: Callable[[], Awaitable[EngineStatus]] | None = None
    money: Callable[[], Awaitable[MoneyFacts]] | None = None
    prices: Callable[[], PriceFacts] | None = None
    disk: Callable[[], DiskFacts] | None = None
    terminal: Callable[[], TerminalFacts] | None = None
    is_embedded_running: Callable[[], bool] | None = None
    deployments: Callable[[], Awaitable[Sequence[DeploymentRow]]] | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one group."""

    group: Group
    checks: tuple[Check, ...]


async def examine(facts: Facts, now: datetime, today: date, *, with_local: bool = False) -> AsyncGenerator[Findings]:
    """Each group's findings as soon as they are there; all are looked for at once.

    Args:
        now: In UTC; `today`: the budget's day.
        with_local: Whether the embedded model may be started, which takes seconds and memory.
    """
    embedded = asyncio.create_task(_check_embedded(facts, with_local=with_local))
    servers = asyncio.create_task(_look(facts))
    looks: dict[Group, Coroutine[None, None, list[Check]]] = {
        Group.ANSWERS: _answers(facts, embedded, servers),
        Group.ENGINE: _engine(facts),
        Group.LOCAL: _local(embedded, servers),
        Group.KEYS: _keys(facts),
        Group.MONEY: _money(facts, now, today),
        Group.DISK: _disk(facts),
        Group.TERMINAL: _terminal(facts),
    }
    running = {asyncio.create_task(look): group for group, look in looks.items()}
    waiting = set(running)
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=lambda each: list(Group).index(running[each])):
                yield Findings(running[task], tuple(task.result()))
    finally:
        everything = (*running, embedded, servers)
        for each in everything:
            each.cancel()
        await asyncio.gather(*everything, return_exceptions=True)


async def check_all(facts: Facts, now: datetime, today: date, *, with_local: bool = False) -> list[Findings]:
    """All findings, group by group in their usual order."""
    found = [findings async for findings in examine(facts, now, today, with_local=with_local)]
    return sorted(found, key=lambda findings: list(Group).index(findings.group))


async def _answers(
    facts: Facts, embedded: asyncio.Task[Check], servers: asyncio.Task[Sequence[FoundServer]]
) -> list[Check]:
    providers = await asyncio.gather(*(_check_provider(facts, name) for name in facts.providers))
    local = await embedded
    found = [check for check in check_servers(await servers) if check.name not in facts.providers]
    tiers = check_tiers(facts.catalogue()) if facts.catalogue is not None else []
    return [check_answers([*providers, *found, local]), *tiers, *providers]


async def _check_provider(facts: Facts, name: str) -> Check:
    """A provider out of reach is a warning: others may answer, and `answers` says whether any does."""
    try:
        return Check(name, CheckState.OK, await facts.reach(name))
    except EngineError as error:
        return warning(name, error)


async def _engine(facts: Facts) -> list[Check]:
    versions, extras = await asyncio.to_thread(lambda: (facts.versions(), facts.extras()))
    packages = check_packages(versions, extras)
    if facts.engine is None:
        return packages
    try:
        return [check_engine(await facts.engine()), *packages]
    except EngineError as error:
        return [warning("engine", error), *packages]


async def _local(embedded: asyncio.Task[Check], servers: asyncio.Task[Sequence[FoundServer]]) -> list[Check]:
    return [await embedded, *check_servers(await servers)]


async def _look(facts: Facts) -> Sequence[FoundServer]:
    return await facts.look() if facts.look is not None else ()


async def _check_embedded(facts: Facts, *, with_local: bool) -> Check:
    name, file = "embedded model", await asyncio.to_thread(facts.embedded)
    if file is None:
        return Check(name, CheckState.WARNING, "not installed", "run `ralex local install`")
    if facts.is_embedded_running is not None and facts.is_embedded_running():
        return Check(name, CheckState.OK, "running")
    if not with_local:
        return Check(name, CheckState.SKIPPED, f"installed, not tried: {file}", "`ralex doctor --local` starts it")
    try:
        return Check(name, CheckState.OK, await facts.start_local())
    except EngineError as error:
        return warning(name, error)


async def _keys(facts: Facts) -> list[Check]:
    return check_keys(facts.keys(), facts.key_hosts or {})


async def _money(facts: Facts, now: datetime, today: date) -> list[Check]:
    checks = [await _ledger(facts)]
    if facts.money is not None:
        try:
            checks += check_money(await facts.money())
        except RalexError as error:
            checks.append(failure("held requests", error))
    checks.append(check_prices(facts.prices_dated, today))
    return checks + (check_price_list(facts.prices(), now) if facts.prices is not None else [])


async def _ledger(facts: Facts) -> Check:
    try:
        n_days = await asyncio.to_thread(facts.read_ledger)
    except RalexError as error:
        return failure("ledger", error)
    return Check("ledger", CheckState.OK, "readable, one day" if n_days == 1 else f"readable, {n_days} days")


async def _disk(facts: Facts) -> list[Check]:
    try:
        checks = [Check("data folder", CheckState.OK, await asyncio.to_thread(facts.write))]
    except RalexError as error:
        checks = [failure("data folder", error)]
    if facts.disk is None:
        return checks
    try:
        return [*checks, *check_disk(await asyncio.to_thread(facts.disk))]
    except RalexError as error:
        return [*checks, warning("disk", error)]


async def _terminal(facts: Facts) -> list[Check]:
    return check_terminal(await asyncio.to_thread(facts.terminal)) if facts.terminal is not None else []
