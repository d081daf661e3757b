"""config.yaml as checked Settings: the bundled defaults with the user's file merged over them, and prices.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from ralex_tui.config.fields import Section, show
from ralex_tui.config.load_auto import auto_settings
from ralex_tui.config.load_prices import own_prices, read_prices
from ralex_tui.config.merge import merge
from ralex_tui.config.schema import (
    BudgetSettings,
    LocalSettings,
    ProviderSettings,
    Settings,
    TelemetrySettings,
    TierSettings,
    TimeoutSettings,
    UiSettings,
)
from ralex_tui.config.strict_yaml import Document, nearest, open_file, read_document
from ralex_tui.domain.budget import MIN_OUTPUT_TOKENS
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.local import FOUND_PROVIDERS
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import Paths, bundled

KINDS = ("openai", "anthropic", "gemini", "openrouter", "ollama_chat")
PICKS = ("order", "cost", "latency")
EMBEDDED_PROVIDER = "local"
_WELL_KNOWN = ("openrouter", "anthropic", "openai", "gemini", EMBEDDED_PROVIDER, *FOUND_PROVIDERS)
_SECTIONS = ("budget", "providers", "tiers", "prices", "auto", "ui", "local", "timeouts", "telemetry")

_LOOPBACK = ("127.0.0.1", "::1", "localhost")

_PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_THEME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_OUR_KEY = re.compile(rf"""^[\s{{"']*({"|".join(_SECTIONS)})["']?\s*:""", re.MULTILINE)


def load_settings(paths: Paths, explicit: Path | None = None) -> Settings:
    """The settings: the defaults that ship with the program under the user's own.

    Args:
        explicit: The file of --config; it takes the place of config.yaml in the config folder. The
            prices entered in prices.yaml there hold all the same.

    Raises:
        ConfigError: If a file can't be read or a value is wrong; names file, line and key. That
            the config folder holds no file is no error.
    """
    own = read_document(explicit) if explicit is not None else _read_if_there(paths.config_file)
    return settings_from(own, _read_if_there(paths.prices_file))


def settings_from(own: Document | None, prices_file: Document | None = None) -> Settings:
    """The defaults with `own`, and the prices of prices.yaml, over them. Raises as `load_settings`."""
    base = read_document(bundled("config.yaml"), where="the bundled config.yaml")
    content, place = merge(base, own)
    root = Section(content, (), place)
    root.refuse_others(_SECTIONS)
    providers = _providers(root.section("providers"))
    prices = dict(read_prices(root.section("prices")))
    if prices_file is not None:
        prices |= own_prices(prices_file)
    return Settings(
        budget=_budget(root.section("budget")),
        providers=providers,
        tiers=_tiers(root.section("tiers"), (*_WELL_KNOWN, *providers)),
        prices=prices,
        auto=auto_settings(root.section("auto")),
        ui=_ui(root.section("ui")),
        local=_local(root.section("local")),
        timeouts=_timeouts(root.section("timeouts")),
        telemetry=_telemetry(root.section("telemetry")),
        prices_dated=max((price.dated for price in prices.values() if price.dated), default=None),
    )


def foreign_config_notice(cwd: Path, paths: Paths) -> str | None:
    """What to tell when the current folder holds a config.yaml of ours that is not read; else None.

    A cloned repository must never set where a key is sent, so such a file is only read when it is
    named with --config. A file of another program's, without one of our sections, is no news.
    """
    found = cwd / "config.yaml"
    try:
        with open_file(found) as file:
            text = file.read(65_536).decode("utf-8", "replace")
        if any(found.samefile(known) for known in (paths.config_file, bundled("config.yaml")) if known.exists()):
            return None
    except OSError:
        return None
    if not _OUR_KEY.search(text):
        return None
    return f"./config.yaml was not read: settings come from {visible_line(str(paths.config_file))} or --config FILE"


def _read_if_there(path: Path) -> Document | None:
    try:
        return read_document(path)
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


def _budget(section: Section) -> BudgetSettings:
    section.refuse_others(BudgetSettings.__dataclass_fields__)
    default = BudgetSettings()
    low = section.money("low", can_be_zero=True)
    critical = section.money("critical", can_be_zero=True)
    reset_hour = section.integer("reset_hour", 0, 23)
    settings = BudgetSettings(
        daily=section.money("daily", can_be_zero=False) or default.daily,
        monthly=section.money("monthly", can_be_zero=False),
        conversation=section.money("conversation", can_be_zero=False),
        zone=_zone(section),
        reset_hour=reset_hour if reset_hour is not None else default.reset_hour,
        warn_at=_warn_at(section),
        low=low if low is not None else default.low,
        critical=critical if critical is not None else default.critical,
        critical_tokens=section.integer("critical_tokens", MIN_OUTPUT_TOKENS, 1_000_000) or default.critical_tokens,
    )
    if settings.critical > settings.low:
        raise section.error("critical", f"it is more than budget.low, which is {settings.low}")
    return settings


def _zone(section: Section) -> str:
    zone = section.text("zone") or "local"
    if zone == "local":
        return zone
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        hint = nearest(zone, available_timezones()) or "write local, or a name such as Europe/Paris"
        raise section.error("zone", f"no time zone called {show(zone)} is known here", hint=hint) from None
    return zone


def _warn_at(section: Section) -> tuple[int, ...]:
    if not section.has("warn_at"):
        return BudgetSettings().warn_at
    percents = section.items("warn_at")
    whole = [n for n in percents if isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= 100]
    if whole != percents or sorted(set(whole)) != whole:
        raise section.error("warn_at", "it lists whole percents from 1 to 100, each above the one before")
    return tuple(whole)


def _providers(section: Section) -> Mapping[str, ProviderSettings]:
    return {name: _provider(section, name) for name in section.keys}


def _provider(providers: Section, name: str) -> ProviderSettings:
    """One entry. Its values are never repeated in a message: a key may stand where it should not."""
    if not _PROVIDER_NAME.fullmatch(name):
        raise providers.error(name, "a provider's name is lower-case letters, digits, dots and hyphens")
    if name == EMBEDDED_PROVIDER:
        raise providers.error(name, "the name belongs to the embedded model", hint="give the provider another name")
    section = providers.section(name)
    section.refuse_others(ProviderSettings.__dataclass_fields__)
    kind = section.choice("kind", KINDS, "")
    if not kind:
        raise providers.error(name, "kind is missing", hint=f"add kind: one of {', '.join(KINDS)}")
    api_base = _api_base(section)
    is_local = section.boolean("local", False)
    # What is local is free, and goes on after the limit: a cloud's own address must never be.
    if is_local and api_base is None and kind != "ollama_chat":
        raise section.error("local", "only a server whose api_base is given here can be local")
    return ProviderSettings(kind, api_base, _key_variable(section), is_local)


def _api_base(section: Section) -> str | None:
    return _address(section, "api_base", "http://127.0.0.1:8080/v1", "use api_key_env")


def _address(section: Section, key: str, example: str, without_login: str) -> str | None:
    """An http or https address under `key`; errors name an example, and what to do in place of a login."""
    value = section.text(key, limit=500)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address or not value.isascii() or any(char.isspace() for char in value):
        raise section.error(key, f'it is an address such as "{example}", with http or https')
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise section.error(key, "an address holds no user, password, query or fragment", hint=without_login)
    return value.rstrip("/")


def _key_variable(section: Section) -> str | None:
    value = section.text("api_key_env", limit=500)
    if value is None:
        return None
    # Long and without an underscore is how a key in capitals looks, and no variable's name does.
    if not _VARIABLE.fullmatch(value) or (len(value) > 24 and "_" not in value):
        raise section.error(
            "api_key_env",
            "it is the name of an environment variable, in capitals; what stands there is none,"
            " and is not shown, as it may be a key",
            hint="put the key into the environment, and its variable's name here: api_key_env: LAN_KEY",
        )
    return value


def _tiers(section: Section, known_providers: tuple[str, ...]) -> Mapping[Tier, TierSettings]:
    section.refuse_others([tier.value for tier in Tier])
    return {tier: _tier(section.section(tier.value), known_providers) for tier in Tier if section.has(tier.value)}


def _tier(section: Section, known_providers: tuple[str, ...]) -> TierSettings:
    section.refuse_others(TierSettings.__dataclass_fields__)
    models = tuple(section.model("models", value) for value in section.items("models"))
    if not models or len(set(models)) != len(models):
        raise section.error("models", "it lists one or more models, each once")
    for ref in models:
        _check_provider(section, ref, known_providers)
    max_tokens = section.integer("max_tokens", 1, 1_000_000)
    if max_tokens is None:
        raise section.error("max_tokens", "it is missing", hint="add the longest answer in tokens, such as 1000")
    return TierSettings(models, max_tokens, section.number("temperature", 0, 2), section.choice("pick", PICKS, "order"))


def _check_provider(section: Section, ref: ModelRef, known: tuple[str, ...]) -> None:
    if ref.provider not in known:
        hint = nearest(ref.provider, known) or f"add it under providers:, or use one of {', '.join(known)}"
        raise section.error("models", f"{show(ref.id)} names a provider that is not known", hint=hint)


def _ui(section: Section) -> UiSettings:
    section.refuse_others(UiSettings.__dataclass_fields__)
    default = UiSettings()
    theme = section.text("theme") or default.theme
    if not _THEME.fullmatch(theme):
        raise section.error("theme", f"a theme's name is lower-case letters, digits and hyphens, not {show(theme)}")
    keymap = section.section("keymap")
    keys = {binding: keymap.text(binding, limit=60) for binding in keymap.keys}
    return UiSettings(
        theme=theme,
        keymap={binding: key for binding, key in keys.items() if key is not None},
        glyphs=section.choice("glyphs", ("unicode", "ascii"), default.glyphs),
    )


def _local(section: Section) -> LocalSettings:
    section.refuse_others(LocalSettings.__dataclass_fields__)
    return LocalSettings(
        gguf=section.text("gguf", limit=4_000),
        context=section.integer("context", 512, 1_048_576) or LocalSettings().context,
        threads=section.integer("threads", 1, 1_024),
        discover=section.boolean("discover", LocalSettings().discover),
    )


def _timeouts(section: Section) -> TimeoutSettings:
    section.refuse_others(TimeoutSettings.__dataclass_fields__)
    default = TimeoutSettings()
    return TimeoutSettings(
        first_token=section.number("first_token", 1, 3_600) or default.first_token,
        local_first_token=section.number("local_first_token", 1, 3_600) or default.local_first_token,
        between=section.number("between", 1, 3_600) or default.between,
        total=section.number("total", 1, 86_400) or default.total,
    )


def _telemetry(section: Section) -> TelemetrySettings:
    section.refuse_others(TelemetrySettings.__dataclass_fields__)
    hint = "a collector on this computer can add what another one needs"
    otlp = _address(section, "otlp", "http://127.0.0.1:4318", hint)
    if otlp is not None and urlsplit(otlp).scheme == "http" and urlsplit(otlp).hostname not in _LOOPBACK:
        raise section.error("otlp", "over http, models, times and costs could be read on the way", hint="use https")
    return TelemetrySettings(otlp)
