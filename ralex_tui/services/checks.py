"""Findings of the doctor: what a fact means, and what to do about it. Pure functions, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.events import Way
from ralex_tui.domain.local import FoundServer
from ralex_tui.domain.models import Catalogue, Tier, TierPlan
from ralex_tui.ports.engine import EngineStatus

# Prices change every few months; older ones than this are worth a look.
_PRICES_OLD_DAYS = 90
# What is fetched once a day has gone wrong for a while when it is older than this.
_LIST_OLD_DAYS = 7

# Releases that were withdrawn; 1.82.7 and 1.82.8 carried a credential stealer.
_WITHDRAWN_LITELLM = ("1.82.7", "1.82.8", "1.107.")


class CheckState(StrEnum):
    OK = "ok"
    WARNING = "warning"  # ralex works, with something less
    FAILED = "failed"  # something essential is missing
    SKIPPED = "not tried"


class Group(StrEnum):
    """What findings belong together, in the order in which they are told."""

    ANSWERS = "Answers"
    ENGINE = "Engine"
    LOCAL = "Local"
    KEYS = "Keys"
    MONEY = "Money"
    DISK = "Disk"
    TERMINAL = "Terminal"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Args:
        note: What else is worth knowing, to stand behind the detail; empty for nothing.
    """

    name: str
    state: CheckState
    detail: str
    hint: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MoneyFacts:
    """What the ledger and the clocks say.

    Args:
        n_open: Requests of today that are held and not settled.
        is_behind: Whether the clock was set back behind the newest day.
        doubted: The day that the clock names and that nobody has confirmed.
        is_synchronised: Whether a time server is known to steer the clock.
    """

    today: date
    n_open: int
    zone: str
    is_behind: bool = False
    doubted: date | None = None
    is_synchronised: bool = True


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """How old the fetched prices are.

    Args:
            fetched_at: When OpenRouter's list was fetched last; None where never.
        is_wanted: Whether it is fetched at all: its key is there.
        notice: What could not be read of what was fetched.
    """

    fetched_at: datetime | None = None
    is_wanted: bool = False
    notice: str = ""


def has_failed(checks: Sequence[Check]) -> bool:
    """Whether something essential is missing."""
    return any(check.state is CheckState.FAILED for check in checks)


def failure(name: str, error: RalexError) -> Check:
    """An essential thing that could not be done."""
    return Check(name, CheckState.FAILED, error.message, error.hint)


def warning(name: str, error: RalexError) -> Check:
    """A thing that could not be done, and without which ralex works."""
    return Check(name, CheckState.WARNING, error.message, error.hint)


def check_packages(versions: Mapping[str, str | None], extras: Mapping[str, str | None]) -> list[Check]:
    """A finding for each package that is needed, and for each that ralex can do without."""
    needed = [_package(name, version, CheckState.FAILED) for name, version in versions.items()]
    return needed + [_package(name, version, CheckState.WARNING) for name, version in extras.items()]


def check_keys(keys: Mapping[str, bool], hosts: Mapping[str, str]) -> list[Check]:
    """A finding for each variable that may hold a key: whether it is set, where it goes, and no more."""
    return [
        Check(name, CheckState.OK, "set" if is_set else "not set", note=hosts.get(name, ""))
        for name, is_set in keys.items()
    ]


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


def check_tiers(catalogue: Catalogue) -> list[Check]:
    """Who answers in each tier. A tier without a model is no fault where no key is wanted, and a hint tells of it."""
    return [_tier(tier, plan) for tier, plan in catalogue.tiers.items()]


def check_engine(status: EngineStatus) -> Check:
    """How requests are carried now."""
    if status.why:
        word = "direct mode carries requests" if status.way is Way.DIRECT else "LiteLLM does not"
        return Check("engine", CheckState.WARNING, f"{word}: {status.why}", status.hint)
    return Check("engine", CheckState.OK, "LiteLLM carries requests" if status.is_ready else "LiteLLM is being loaded")


def check_servers(servers: Sequence[FoundServer]) -> list[Check]:
    """A finding for each server on this computer."""
    return [_server(server) for server in servers]


def check_money(facts: MoneyFacts) -> list[Check]:
    """What is held, and whether the clock can be believed."""
    held = f"{facts.n_open} on their way" if facts.n_open > 1 else "one on its way" if facts.n_open else "none"
    zone = f"time zone {facts.zone}"
    return [Check("held requests", CheckState.OK, held, note=f"of {facts.today}"), _clock(facts, zone)]


def check_prices(dated: date | None, today: date) -> Check:
    """How old the pinned prices are."""
    if dated is None:
        return Check("prices", CheckState.WARNING, "none is pinned", "enter yours under prices: in config.yaml")
    age = (today - dated).days
    if age > _PRICES_OLD_DAYS:
        hint = "compare them with your provider's, and enter new ones under prices: in config.yaml"
        return Check("prices", CheckState.WARNING, f"of {dated}, {age} days old", hint)
    return Check("prices", CheckState.OK, f"of {dated}, {max(0, age)} days old")


def check_price_list(facts: PriceFacts, now: datetime) -> list[Check]:
    """How old the fetched prices are; nothing where none are wanted."""
    name, refresh = "OpenRouter's prices", "run `ralex prices --refresh`"
    if facts.notice:
        return [Check(name, CheckState.WARNING, facts.notice, refresh)]
    if not facts.is_wanted and facts.fetched_at is None:
        return []
    if facts.fetched_at is None:
        return [Check(name, CheckState.WARNING, "never fetched", refresh)]
    age = (now - facts.fetched_at).days
    detail = f"fetched {_days_ago(age)}"
    if age > _LIST_OLD_DAYS and facts.is_wanted:
        return [Check(name, CheckState.WARNING, detail, refresh)]
    return [Check(name, CheckState.OK, detail)]


def _days_ago(n_days: int) -> str:
    return "today" if n_days < 1 else "a day ago" if n_days == 1 else f"{n_days} days ago"


def _package(name: str, version: str | None, if_missing: CheckState) -> Check:
    if version is None:
        extra = "the embedded model needs it: pip install 'ralex-tui[local]'"
        hint = "install ralex-tui anew" if if_missing is CheckState.FAILED else extra
        return Check(name, if_missing, "not installed", hint)
    if name == "litellm" and version.startswith(_WITHDRAWN_LITELLM):
        return Check(name, CheckState.FAILED, f"{version} was withdrawn, as unsafe", "install ralex-tui anew")
    return Check(name, CheckState.OK, version)


def _tier(tier: Tier, plan: TierPlan) -> Check:
    if not plan.models:
        if tier is Tier.LOCAL:
            return Check(tier.label, CheckState.SKIPPED, "no model", "run `ralex local install`, or start Ollama")
        hint = "set one of their keys, or name models that you can reach under tiers: in config.yaml"
        return Check(tier.label, CheckState.SKIPPED, f"none of its {len(plan.candidates)} models has its key", hint)
    more = f", then {len(plan.models) - 1} more" if len(plan.models) > 1 else ""
    return Check(tier.label, CheckState.OK, f"{plan.models[0].ref.name}{more}")


def _server(server: FoundServer) -> Check:
    note = server.address
    if server.trouble:
        hint = (
            "name it under providers: in config.yaml, with local: true and its key" if "key" in server.trouble else ""
        )
        return Check(server.provider, CheckState.WARNING, server.trouble, hint, note)
    n_models, n_loaded = len(server.models), sum(model.is_loaded for model in server.models)
    if not n_models:
        return Check(server.provider, CheckState.WARNING, "no model that can chat", "have it load one", note)
    models = "one model" if n_models == 1 else f"{n_models} models"
    loaded = f", {n_loaded} of them loaded" if 0 < n_loaded < n_models else ", loaded" if n_loaded else ""
    return Check(server.provider, CheckState.OK, f"{models}{loaded}", note=f"{server.software} at {note}")


def _clock(facts: MoneyFacts, zone: str) -> Check:
    if facts.doubted is not None:
        detail = f"it names {facts.doubted}, far past the ledger's {facts.today}; nobody has confirmed it"
        return Check("clock", CheckState.WARNING, detail, "set the clock right, or send a message and confirm the day")
    if facts.is_behind:
        hint = "set the clock right; until then the newest day goes on"
        return Check("clock", CheckState.WARNING, f"it is behind {facts.today}, which has records", hint)
    sure = "steered by a time server" if facts.is_synchronised else "not known to follow a time server"
    return Check("clock", CheckState.OK, sure, note=zone)
