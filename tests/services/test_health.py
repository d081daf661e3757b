"""What the doctor's findings mean."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ralex_tui.domain.errors import KeyRefused, LedgerUnreadable, StorageError
from ralex_tui.services.checks import Check, CheckState, check_prices, has_failed
from ralex_tui.services.health import Facts, check_all

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def answering(name: str) -> str:
    return f"{name} answered"


async def loading() -> str:
    return "loaded in 1.2 s"


HEALTHY = Facts(
    versions=lambda: {"litellm": "1.106.2"},
    extras=lambda: {"xllamacpp": "2026.10"},
    keys=lambda: {"OPENROUTER_API_KEY": True, "OPENAI_API_KEY": False},
    write=lambda: "writable",
    read_ledger=lambda: 3,
    embedded=lambda: "/models/tiny.gguf",
    providers=("openrouter",),
    reach=answering,
    start_local=loading,
    prices_dated=date(2026, 10, 20),
)


async def check(facts: Facts, *, with_local: bool = False) -> dict[str, Check]:
    groups = await check_all(facts, NOW, TODAY, with_local=with_local)
    return {found.name: found for findings in groups for found in findings.checks}


async def refusing(name: str) -> str:
    raise KeyRefused(f"{name} refused the key", hint="make a new one")


async def test_healthy_machine_has_no_failure() -> None:
    found = await check(HEALTHY)

    assert not has_failed(list(found.values()))
    assert found["OPENROUTER_API_KEY"].detail == "set"
    assert found["OPENAI_API_KEY"].detail == "not set"
    assert found["ledger"].detail == "readable, 3 days"
    assert found["answers"].detail == "come from openrouter"


async def test_embedded_model_is_started_only_when_asked_for() -> None:
    assert (await check(HEALTHY))["embedded model"].state is CheckState.SKIPPED
    assert (await check(HEALTHY, with_local=True))["embedded model"].detail == "loaded in 1.2 s"


async def test_missing_package_is_a_failure_and_a_missing_extra_a_warning() -> None:
    found = await check(replace(HEALTHY, versions=lambda: {"litellm": None}, extras=lambda: {"xllamacpp": None}))

    assert found["litellm"].state is CheckState.FAILED
    assert found["xllamacpp"].state is CheckState.WARNING


@pytest.mark.parametrize("version", ["1.82.7", "1.82.8", "1.107.0"])
async def test_withdrawn_release_is_a_failure(version: str) -> None:
    found = await check(replace(HEALTHY, versions=lambda: {"litellm": version}))

    assert found["litellm"].state is CheckState.FAILED


async def test_folder_and_ledger_that_fail_are_failures_with_their_hint() -> None:
    def write() -> str:
        raise StorageError("nothing can be written", hint="free some space")

    def read() -> int:
        raise LedgerUnreadable("the ledger is broken")

    found = await check(replace(HEALTHY, write=write, read_ledger=read))

    assert (found["data folder"].state, found["data folder"].hint) == (CheckState.FAILED, "free some space")
    assert found["ledger"].state is CheckState.FAILED


async def test_refused_key_is_a_warning_while_something_else_answers() -> None:
    found = await check(replace(HEALTHY, reach=refusing))

    assert found["openrouter"].state is CheckState.WARNING
    assert found["answers"].state is CheckState.OK


async def test_nothing_that_answers_is_a_failure() -> None:
    found = await check(replace(HEALTHY, reach=refusing, embedded=lambda: None))

    assert found["answers"].state is CheckState.FAILED
    assert "ralex local install" in found["answers"].hint


@pytest.mark.parametrize(
    ("dated", "state"),
    [
        (date(2026, 11, 23), CheckState.OK),
        (date(2026, 8, 25), CheckState.OK),
        (date(2026, 8, 24), CheckState.WARNING),
        (None, CheckState.WARNING),
    ],
)
def test_old_prices_are_a_warning(dated: date | None, state: CheckState) -> None:
    assert check_prices(dated, TODAY).state is state
