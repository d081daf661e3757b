"""config.yaml: the defaults, the user's values over them, and a sentence for each mistake."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ralex_tui.adapters.endpoints import KEY_VARIABLES, reachable
from ralex_tui.config.load import foreign_config_notice, load_settings
from ralex_tui.config.policy import budget_policy, local_zone
from ralex_tui.config.schema import AutoSettings, BudgetSettings, LocalSettings, Settings, UiSettings
from ralex_tui.config.strict_yaml import read_yaml
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.paths import Paths, bundled, find_paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(str(tmp_path / "home"))
    paths.config.mkdir(parents=True)
    return paths


def load(paths: Paths, text: str) -> Settings:
    paths.config_file.write_text(text)
    return load_settings(paths)


def error_of(paths: Paths, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(paths, text)
    return caught.value


def test_defaults_hold_when_the_user_has_no_file(paths: Paths) -> None:
    settings = load_settings(paths)

    assert settings.budget.daily == Usd.parse("5.00")
    assert settings.budget.warn_at == (50, 80, 96, 100)
    limits = {tier: (plan.max_tokens, plan.temperature) for tier, plan in settings.tiers.items()}
    assert limits == {
        Tier.CHEAP: (1_000, 0.3),
        Tier.SMART: (4_000, 0.1),
        Tier.YOLO: (500, 0.5),
        Tier.LOCAL: (1_000, None),
    }


def test_bundled_file_says_what_the_schema_has_as_defaults(paths: Paths) -> None:
    settings, default = load_settings(paths), Settings()

    assert (settings.budget, settings.auto, settings.ui, settings.local) == (
        default.budget,
        default.auto,
        default.ui,
        default.local,
    )


@pytest.mark.parametrize("variable", KEY_VARIABLES.values())
@pytest.mark.parametrize("tier", [Tier.CHEAP, Tier.SMART, Tier.YOLO])
def test_any_one_key_gives_each_tier_a_priced_model(paths: Paths, variable: str, tier: Tier) -> None:
    settings = load_settings(paths)

    ready = [ref for ref in settings.tiers[tier].models if reachable(ref, settings, {variable: "k"})]

    assert ready
    assert all(ref.id in settings.prices for ref in ready)


def _litellm_table() -> dict[str, Any]:
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    table: dict[str, Any] = json.loads((folder / "model_prices_and_context_window_backup.json").read_text())
    return table


def test_vendor_prices_are_those_of_litellms_table(paths: Paths) -> None:
    settings, table = load_settings(paths), _litellm_table()
    pinned = {model: price for model, price in settings.prices.items() if price.source == "litellm 1.106.2"}

    assert len(pinned) == 8
    for model, price in pinned.items():
        entry = table.get(model) or table[model.split("/", 1)[1]]
        for ours, theirs in (
            (price.rates.input, "input_cost_per_token"),
            (price.rates.output, "output_cost_per_token"),
            (price.rates.cache_read, "cache_read_input_token_cost"),
            (price.rates.cache_write, "cache_creation_input_token_cost"),
        ):
            expected = Usd.parse(Decimal(repr(entry[theirs])) * 1_000_000) if theirs in entry else None
            assert ours == expected, (model, theirs)
        over = [re.fullmatch(r"input_cost_per_token_above_(\d+)k_tokens", key) for key in entry]
        thresholds = [int(found[1]) * 1_000 for found in over if found]
        assert price.long_context_over == (thresholds[0] if thresholds else None), model


def test_prices_carry_their_source_and_the_newest_date(paths: Paths) -> None:
    settings = load_settings(paths)

    assert all(price.source for price in settings.prices.values())
    assert settings.prices_dated == max(price.dated for price in settings.prices.values() if price.dated)
    assert settings.prices["local/smollm2-135m-instruct"].is_free


def test_every_setting_of_the_bundled_file_has_a_comment_above_it() -> None:
    text = bundled("config.yaml").read_text()
    sections = [field for part in (BudgetSettings, AutoSettings, UiSettings, LocalSettings) for field in fields(part)]
    names = {field.name for field in sections} | {field.name for field in fields(Settings)}
    uncommented = re.compile(r"^(?! *#).*\n( {2})?([a-z_]+):", re.MULTILINE)

    undocumented = [found[2] for found in uncommented.finditer(text) if found[2] in names]

    assert undocumented == []


def test_sections_merge_key_by_key(paths: Paths) -> None:
    settings = load(paths, "budget:\n  daily: 7\n")

    assert settings.budget.daily == Usd.parse("7")
    assert settings.budget.low == Usd.parse("2.00")


def test_section_without_values_changes_nothing(paths: Paths) -> None:
    assert load(paths, "budget:\ntiers:\n  cheap:\n") == load_settings(find_paths(str(paths.config / "none")))


def test_tier_is_replaced_field_by_field(paths: Paths) -> None:
    settings = load(paths, "tiers:\n  cheap: {models: [openai/gpt-5.6-luna]}\n")

    assert settings.tiers[Tier.CHEAP].models == (ModelRef("openai/gpt-5.6-luna"),)
    assert settings.tiers[Tier.CHEAP].max_tokens == 1_000
    assert settings.tiers[Tier.CHEAP].temperature == 0.3


def test_null_takes_a_value_away(paths: Paths) -> None:
    assert load(paths, "tiers: {cheap: {temperature: null}}").tiers[Tier.CHEAP].temperature is None


def test_price_is_replaced_as_a_whole(paths: Paths) -> None:
    settings = load(paths, 'prices:\n  openai/gpt-5.6-luna: {input: "0.5", output: 2}\n')

    price = settings.prices["openai/gpt-5.6-luna"]
    assert (price.rates.input, price.rates.output) == (Usd.parse("0.5"), Usd.parse("2"))
    assert (price.rates.cache_read, price.long_context, price.source, price.dated) == (None, None, "own", None)


def test_price_has_all_its_parts(paths: Paths) -> None:
    text = """
prices:
  lan/qwen3:
    {input: "0.10", output: "0.40", cache_read: 0.01, cache_write: "0.2", reasoning: "0.5", request: "0.001",
     long_context: {over: 1000, input: 1, output: 4}, date: 2026-11-01, source: mine}
"""

    price = load(paths, text).prices["lan/qwen3"]

    assert price.rates.cache_read == Usd.parse("0.01")
    assert price.rates.cache_write == Usd.parse("0.2")
    assert price.rates.reasoning == Usd.parse("0.5")
    assert price.request_fee == Usd.parse("0.001")
    assert price.long_context is not None
    assert (price.long_context.output, price.long_context_over) == (Usd.parse("4"), 1_000)
    assert (str(price.dated), price.source) == ("2026-11-01", "mine")


@pytest.mark.parametrize(
    ("written", "nano"),
    [
        ('"5.00"', 5_000_000_000),
        ("5", 5_000_000_000),
        ("5.1", 5_100_000_000),
        ("0.1", 100_000_000),
        ("0.000000001", 1),
        ('"4.35"', 4_350_000_000),
        ("4.35", 4_350_000_000),
    ],
)
def test_money_is_read_digit_by_digit(paths: Paths, written: str, nano: int) -> None:
    assert load(paths, f"budget: {{daily: {written}, low: 0, critical: 0}}").budget.daily.nano == nano


@pytest.mark.parametrize(
    "written",
    [
        "-1",
        "-0.5",
        '"-1"',
        ".inf",
        ".nan",
        "nan",
        "1e3",
        '"1e3"',
        "five",
        "true",
        "[5]",
        '"$5"',
        '"5,00"',
        "10000000000",
        '"1_0"',
        '" 5"',
    ],
)
def test_money_that_is_no_plain_amount_is_refused(paths: Paths, written: str) -> None:
    error = error_of(paths, f"budget:\n  daily: {written}\n")

    assert error.message.startswith("config.yaml line 2: budget.daily: it is an amount of dollars")


def test_daily_limit_of_zero_is_refused(paths: Paths) -> None:
    assert "above zero" in error_of(paths, "budget: {daily: 0}").message


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("budgt: {}", "config.yaml line 1: budgt: there is no such setting", "did you mean 'budget'?"),
        ("budget:\n  daly: 5", "config.yaml line 2: budget.daly: there is no such setting", "did you mean 'daily'?"),
        ("budget: 5", "config.yaml line 1: budget: it holds keys and values, not 5", ""),
        (
            "budget: {zone: Europe/Pariss}",
            "budget.zone: no time zone called 'Europe/Pariss'",
            "did you mean 'Europe/Paris'?",
        ),
        ("budget: {zone: ../../etc/passwd}", "budget.zone: no time zone called", "write local"),
        ("budget: {zone: Europe}", "budget.zone: no time zone called 'Europe'", ""),
        ("budget: {reset_hour: 24}", "budget.reset_hour: it is a whole number from 0 to 23, not 24", ""),
        ("budget: {reset_hour: true}", "budget.reset_hour: it is a whole number from 0 to 23, not true", ""),
        ("budget: {warn_at: [80, 50]}", "budget.warn_at: it lists whole percents from 1 to 100", ""),
        ("budget: {warn_at: [0]}", "budget.warn_at: it lists whole percents", ""),
        ("budget: {warn_at: [50, 50]}", "budget.warn_at: it lists whole percents", ""),
        ("budget: {warn_at: 50}", "budget.warn_at: it is a list, written [one, two], not 50", ""),
        ("budget: {low: 1, critical: 2}", "budget.critical: it is more than budget.low", ""),
        ("tiers: {cheep: {}}", "tiers.cheep: there is no such setting", "did you mean 'cheap'?"),
        ("tiers: {cheap: {models: []}}", "tiers.cheap.models: it lists one or more models, each once", ""),
        ("tiers: {cheap: {models: [gpt]}}", "tiers.cheap.models: a model is written provider/name, not 'gpt'", ""),
        (
            "tiers: {cheap: {models: [opnrouter/x]}}",
            "'opnrouter/x' names a provider that is not known",
            "did you mean 'openrouter'?",
        ),
        (
            "tiers: {cheap: {max_tokens: 0}}",
            "tiers.cheap.max_tokens: it is a whole number from 1 to 1000000, not 0",
            "",
        ),
        ("tiers: {cheap: {max_tokens: null}}", "tiers.cheap.max_tokens: it is missing", "add the longest answer"),
        ("tiers: {cheap: {temperature: 2.1}}", "tiers.cheap.temperature: it is a number from 0 to 2, not 2.1", ""),
        (
            "tiers: {cheap: {pick: costs}}",
            "tiers.cheap.pick: it is one of order, cost, latency, not 'costs'",
            "did you mean 'cost'?",
        ),
        ("prices: {lan/x: {input: 1}}", "prices.lan/x.output: it is missing", 'and "0" if it is free'),
        ("prices: {lan/x: {input: 1, output: -2}}", "prices.lan/x.output: it is an amount of dollars", ""),
        (
            "prices: {lan/x: {input: 1, output: 2, date: soon}}",
            "prices.lan/x.date: it is a date such as 2026-11-01",
            "",
        ),
        (
            "prices: {lan/x: {inptu: 1, output: 2}}",
            "prices.lan/x.inptu: there is no such setting",
            "did you mean 'input'?",
        ),
        (
            "prices: {lan/x: {input: 1, output: 2, long_context: {input: 1, output: 2}}}",
            "long_context: over is missing",
            "",
        ),
        ("prices: {qwen3: {input: 1, output: 2}}", "prices.qwen3: a model is written provider/name", ""),
        ("auto: {quality: 2}", "auto.quality: it is a number from 0 to 1, not 2", ""),
        ("auto: {rules: [fast]}", "auto.rules: each rule holds keys and values", ""),
        ("auto: {rules: [{words: [a]}]}", "auto.rules.0.tier: the rule names no tier", "add tier: one of cheap"),
        ("auto: {rules: [{tier: smart}]}", "auto.rules.0.tier: the rule has no condition", "add one or more of words"),
        ("auto: {rules: [{tier: dear, words: [a]}]}", "auto.rules.0.tier: it is one of cheap", ""),
        ("auto: {rules: [{tier: smart, word: [a]}]}", "auto.rules.0.word: there is no such setting", "words"),
        ("auto: {rules: [{tier: smart, words: [1]}]}", "auto.rules.0.words: it lists texts", ""),
        ("auto: {rules: [{tier: smart, pattern: '('}]}", "auto.rules.0.pattern: it is no regular expression", ""),
        (
            "auto: {rules: [{tier: smart, pattern: '(a+)+'}]}",
            "auto.rules.0.pattern: a repetition without end",
            "for ever",
        ),
        (
            "auto: {rules: [{tier: smart, languages: [xx]}]}",
            "auto.rules.0.languages: 'xx' is none of them",
            "known here",
        ),
        ("auto: {rules: [{use: ralex-v3}]}", "auto.rules.0.use: it is one of ralex-v2", "ralex-v2"),
        ("auto: {rules: [{use: ralex-v2, also: [soon]}]}", "auto.rules.0.also: it has no words but now, quick", ""),
        ("ui: {theme: ../x}", "ui.theme: a theme's name is lower-case letters", ""),
        ("ui: {glyphs: emoji}", "ui.glyphs: it is one of unicode, ascii, not 'emoji'", ""),
        ("ui: {keymap: {send: 5}}", "ui.keymap.send: it is text of 1 to 60 characters, not 5", ""),
        ("local: {context: 10}", "local.context: it is a whole number from 512 to 1048576, not 10", ""),
        ("local: {threads: 0}", "local.threads: it is a whole number from 1 to 1024, not 0", ""),
        ("providers: {lan: {}}", "providers.lan: kind is missing", "openai"),
        ("providers: {lan: {kind: opnai}}", "providers.lan.kind: it is one of openai", "did you mean 'openai'?"),
        ("providers: {Lan x: {kind: openai}}", "a provider's name is lower-case letters", ""),
        (
            "providers: {local: {kind: openai}}",
            "providers.local: the name belongs to the embedded model",
            "another name",
        ),
        (
            "providers: {free: {kind: openrouter, local: true}}",
            "providers.free.local: only a server whose api_base",
            "",
        ),
        ("providers: {lan: {kind: openai, local: maybe}}", "providers.lan.local: it is true or false, not 'maybe'", ""),
    ],
)
def test_mistake_is_told_with_its_place_and_what_to_do(paths: Paths, text: str, said: str, hint: str) -> None:
    error = error_of(paths, text)

    assert error.message.startswith("config.yaml line ")
    assert said in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://x/",
        "127.0.0.1:8080",
        "http://",
        "http://u:p@x/v1",
        "http://x/?key=1",
        "http://x y/",
        "javascript:1",
        "http://x:99999/",
        "http://[::1",
    ],
)
def test_address_that_is_not_plain_http_is_refused(paths: Paths, address: str) -> None:
    error = error_of(paths, f'providers: {{lan: {{kind: openai, api_base: "{address}"}}}}')

    assert "providers.lan.api_base: " in error.message


def test_own_provider_is_read(paths: Paths) -> None:
    text = """
providers:
  lan: {kind: openai, api_base: "http://127.0.0.1:8080/v1/", api_key_env: LAN_KEY, local: true}
tiers:
  cheap: {models: [lan/qwen3]}
"""

    settings = load(paths, text)

    lan = settings.providers["lan"]
    assert (lan.kind, lan.api_base, lan.api_key_env, lan.local) == (
        "openai",
        "http://127.0.0.1:8080/v1",
        "LAN_KEY",
        True,
    )
    assert settings.tiers[Tier.CHEAP].models == (ModelRef("lan/qwen3"),)


KEYS = [
    "sk-or-v1-0123456789abcdef0123456789abcdef",
    "sk-ant-api03-AbCdEf-123",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "0123456789ABCDEF0123456789ABCDEF",
    "ABCDEF0123456789ABCDEF0123456789",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "text",
    [
        "providers: {{lan: {{kind: openai, api_key_env: {key}}}}}",
        "providers: {{lan: {{kind: openai, api_key: {key}}}}}",
        "providers: {{lan: {{kind: openai, api_base: {key}}}}}",
        "providers: {{lan: {{kind: {key}}}}}",
        "providers: {{lan: {key}}}",
        "budget: {{daily: {key}}}",
        "budget: {{zone: {key}}}",
        "ui: {{theme: {key}}}",
        "tiers: {{cheap: {{models: [{key}]}}}}",
        "tiers: {{cheap: {{pick: {key}}}}}",
    ],
)
def test_pasted_key_is_refused_and_never_repeated(paths: Paths, text: str, key: str) -> None:
    error = error_of(paths, text.format(key=key))

    assert key not in error.message + error.hint
    assert key[8:24] not in error.message + error.hint


@pytest.mark.parametrize("name", ["LAN_KEY", "OPENAI_API_KEY", "K", "MY_SERVER_2_TOKEN"])
def test_name_of_a_variable_is_accepted(paths: Paths, name: str) -> None:
    settings = load(paths, f"providers: {{lan: {{kind: openai, api_key_env: {name}}}}}")

    assert settings.providers["lan"].api_key_env == name


def test_explicit_file_takes_the_place_of_the_users(paths: Paths, tmp_path: Path) -> None:
    paths.config_file.write_text("budget: {daily: 7}")
    other = tmp_path / "other.yaml"
    other.write_text("budget: {reset_hour: 4}")

    settings = load_settings(paths, other)

    assert (settings.budget.daily, settings.budget.reset_hour) == (Usd.parse("5.00"), 4)


def test_explicit_file_must_be_there(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml can't be read: No such file"):
        load_settings(paths, tmp_path / "none.yaml")


def test_error_names_the_explicit_file(paths: Paths, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("tiers:\n  cheap:\n    max_tokens: x\n")

    with pytest.raises(ConfigError, match=r"^other\.yaml line 3: tiers\.cheap\.max_tokens: "):
        load_settings(paths, other)


def test_config_of_the_current_folder_is_told_of_and_not_read(paths: Paths, tmp_path: Path) -> None:
    folder = tmp_path / "cloned"
    folder.mkdir()
    (folder / "config.yaml").write_text('providers: {openai: {kind: openai, api_base: "http://evil.example"}}')

    notice = foreign_config_notice(folder, paths)

    assert notice is not None
    assert "./config.yaml was not read" in notice
    assert load_settings(paths).providers == {}


@pytest.mark.parametrize("text", ["baseURL: https://example.org/\ntitle: a site\n", "# budget\n", ""])
def test_config_of_another_program_is_no_news(paths: Paths, tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text)

    assert foreign_config_notice(tmp_path, paths) is None


def test_own_config_folder_is_not_foreign(paths: Paths) -> None:
    paths.config_file.write_text("budget: {daily: 7}")

    assert foreign_config_notice(paths.config, paths) is None
    assert foreign_config_notice(bundled("config.yaml").parent, paths) is None


def test_folder_without_a_config_is_no_news(paths: Paths, tmp_path: Path) -> None:
    assert foreign_config_notice(tmp_path, paths) is None


def test_policy_counts_days_in_the_named_zone(paths: Paths) -> None:
    settings = load(paths, "budget: {zone: Asia/Tokyo, reset_hour: 4, daily: 3}")

    policy = budget_policy(settings)

    assert (policy.zone_name, policy.daily) == ("Asia/Tokyo", Usd.parse("3"))
    assert str(policy.day_of(datetime(2026, 11, 23, 18, 59, tzinfo=UTC))) == "2026-11-23"
    assert str(policy.day_of(datetime(2026, 11, 23, 19, 1, tzinfo=UTC))) == "2026-11-24"


def test_models_of_servers_that_are_found_can_be_named_without_an_entry(paths: Paths) -> None:
    settings = load(paths, "tiers: {local: {models: [ollama/qwen3:8b]}}\nlocal: {discover: false}")

    assert settings.tiers[Tier.LOCAL].models == (ModelRef("ollama/qwen3:8b"),)
    assert not settings.local.discover


def test_local_zone_follows_tz(tmp_path: Path) -> None:
    for value in ("Europe/Paris", ":Europe/Paris", "/usr/share/zoneinfo/Europe/Paris"):
        name, zone = local_zone({"TZ": value}, tmp_path)
        assert name == "Europe/Paris"
        assert zone.utcoffset(datetime(2026, 7, 1)) == timedelta(hours=2)
        assert zone.utcoffset(datetime(2026, 12, 1)) == timedelta(hours=1)


def test_local_zone_follows_the_link_of_localtime(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/America/Argentina/Salta")
    (tmp_path / "timezone").write_text("Europe/Paris\n")

    assert local_zone({}, tmp_path)[0] == "America/Argentina/Salta"


def test_local_zone_follows_the_timezone_file_where_localtime_is_a_copy(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")
    (tmp_path / "timezone").write_text("Europe/Paris\n")

    assert local_zone({}, tmp_path)[0] == "Europe/Paris"


def test_local_zone_is_an_offset_where_no_name_is_told(tmp_path: Path) -> None:
    name, zone = local_zone({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}, tmp_path)

    assert re.fullmatch(r"UTC[+-]\d\d:\d\d", name)
    assert zone.utcoffset(None) == datetime.now(UTC).astimezone().utcoffset()


def test_bundled_themes_and_config_are_within_the_readers_limits() -> None:
    assert read_yaml(bundled("config.yaml")).keys() == {
        "budget",
        "providers",
        "tiers",
        "prices",
        "auto",
        "ui",
        "local",
        "timeouts",
        "telemetry",
    }


def test_entered_prices_come_over_those_of_the_configuration(paths: Paths) -> None:
    paths.prices_file.write_text(
        '# mine\nlan/small: {input: "0.10", output: "0.40", date: 2026-11-23, source: a page}\n'
    )

    settings = load(paths, "prices: {lan/small: {input: 1, output: 2}, lan/large: {input: 3, output: 4}}")

    small, large = settings.prices["lan/small"], settings.prices["lan/large"]
    assert (small.rates.input, small.source) == (Usd.parse("0.10"), "own")
    assert large.rates.input == Usd.parse("3")
    assert settings.prices_dated == small.dated


def test_entered_prices_hold_with_another_configuration_too(paths: Paths, tmp_path: Path) -> None:
    paths.prices_file.write_text("lan/small: {input: 1, output: 2}")
    other = tmp_path / "other.yaml"
    other.write_text("budget: {daily: 1}")

    assert "lan/small" in load_settings(paths, other).prices


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_empty_file_of_prices_changes_nothing(paths: Paths, text: str) -> None:
    before = load_settings(paths)
    paths.prices_file.write_text(text)

    assert load_settings(paths) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lan/small: {input: 1}", "prices.yaml line 1: lan/small.output: it is missing"),
        ("# a\nlan/small: {input: 1, output: 2, outptu: 3}", "prices.yaml line 2: lan/small.outptu: there is no such"),
        ("prices: {lan/small: {input: 1, output: 2}}", "prices.yaml line 1: prices: a model is written provider/name"),
        ("lan/small: 3", "prices.yaml line 1: lan/small: it holds keys and values"),
        ("lan/small: {", "prices.yaml line 2: did not find"),
    ],
)
def test_mistake_in_the_file_of_prices_is_told_with_file_and_key(paths: Paths, text: str, said: str) -> None:
    paths.prices_file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_settings(paths)

    assert said in caught.value.message


@pytest.mark.parametrize("address", ["http://127.0.0.1:4318", "http://[::1]:4318", "https://collector.example/otlp"])
def test_telemetry_goes_to_this_computer_or_over_https(paths: Paths, address: str) -> None:
    assert load(paths, f'telemetry: {{otlp: "{address}"}}').telemetry.otlp == address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://collector.example:4318", "could be read on the way"),
        ("HTTP://collector.example:4318", "could be read on the way"),
        ("http://127.0.0.1.example:4318", "could be read on the way"),
        ("https://me:secret@collector.example", "holds no user, password"),
        ("ftp://127.0.0.1", "it is an address such as"),
        ("collector", "it is an address such as"),
    ],
)
def test_telemetry_goes_nowhere_else(paths: Paths, address: str, said: str) -> None:
    assert said in error_of(paths, f'telemetry: {{otlp: "{address}"}}').message
