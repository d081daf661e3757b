"""Settings: one dataclass for each section of config.yaml, one docstring a field.

The docstrings are the reference: `config.yaml` carries them as comments. Knows nothing of YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.rules import Rule


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """`budget:` the limits."""

    daily: Usd = Usd(5_000_000_000)
    """USD a day, a string or a plain decimal; more than zero."""
    monthly: Usd | None = None
    """USD a calendar month, or null."""
    conversation: Usd | None = None
    """USD a conversation, or null."""
    zone: str = "local"
    """The zone whose calendar dates are the days: "local" or an IANA name."""
    reset_hour: int = 0
    """The hour at which a day begins, 0 to 23."""
    warn_at: tuple[int, ...] = (50, 80, 96, 100)
    """Percent of the day's limit at which to warn, ascending."""
    low: Usd = Usd(2_000_000_000)
    """Under this much left Auto keeps to Cheap and Yolo."""
    critical: Usd = Usd(500_000_000)
    """Under this much left Auto keeps to Yolo, and answers are short."""
    critical_tokens: int = 200
    """The longest answer then, in tokens, 64 or more."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """An entry of `providers:`. The well-known ones need none."""

    kind: str
    """The kind of API: openai, anthropic, gemini, openrouter or ollama_chat."""
    api_base: str | None = None
    """The address, http or https; None for the kind's own."""
    api_key_env: str | None = None
    """The name of the environment variable that holds the key; never the key itself."""
    local: bool = False
    """Whether it runs on this computer and costs nothing."""


@dataclass(frozen=True, slots=True)
class TierSettings:
    """An entry of `tiers:`."""

    models: tuple[ModelRef, ...]
    """Candidates in order; those whose key is there are used."""
    max_tokens: int
    """The longest answer, in tokens."""
    temperature: float | None = None
    """0 to 2, or null for the provider's own."""
    pick: str = "order"
    """How to choose among several: order, cost or latency."""


@dataclass(frozen=True, slots=True)
class AutoSettings:
    """`auto:` how Auto picks."""

    quality: float = 0.95
    """The share of the strong tier's quality to keep, 0 to 1."""
    rules: tuple[Rule, ...] = ()
    """Your own rules, tried in order before anything else."""


@dataclass(frozen=True, slots=True)
class UiSettings:
    """`ui:` how it looks."""

    theme: str = "ralex-dark"
    """The name of a file in themes/."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Binding ids and the keys they take."""
    glyphs: str = "unicode"
    """unicode or ascii."""


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """`local:` models on this computer: the embedded one, and servers."""

    gguf: str | None = None
    """A GGUF file to use in place of the installed one."""
    context: int = 4096
    """Tokens of context to keep for it."""
    threads: int | None = None
    """CPU threads; None for all but one."""
    discover: bool = True
    """Whether to look for servers such as Ollama on this computer, and use their models."""


@dataclass(frozen=True, slots=True)
class TimeoutSettings:
    """`timeouts:` how long to wait for a model, in seconds."""

    first_token: float = 120.0
    """From sending to the first word or thought."""
    local_first_token: float = 300.0
    """The same for models on this computer, which may have to be loaded first."""
    between: float = 60.0
    """From one word to the next, and for the connection itself."""
    total: float = 900.0
    """The longest that one answer may take in all."""


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """`telemetry:` what is told to a collector of your own."""

    otlp: str | None = None
    """The address of an OpenTelemetry collector, OTLP over HTTP: https, or http on this computer; or null."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of config.yaml, checked."""

    budget: BudgetSettings = field(default_factory=BudgetSettings)
    providers: Mapping[str, ProviderSettings] = field(default_factory=dict)
    tiers: Mapping[Tier, TierSettings] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    auto: AutoSettings = field(default_factory=AutoSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    local: LocalSettings = field(default_factory=LocalSettings)
    timeouts: TimeoutSettings = field(default_factory=TimeoutSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
    prices_dated: date | None = None
    """The newest date among the prices."""
