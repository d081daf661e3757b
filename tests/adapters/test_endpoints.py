"""Which providers can be reached, with which key; and that a key can't be printed."""

from __future__ import annotations

import pickle

import pytest

from ralex_tui.adapters.endpoints import (
    EMBEDDED_REF,
    NO_KEY,
    Endpoint,
    endpoints,
    find_endpoint,
    has_openrouter_key,
    openrouter_address,
    reachable,
)
from ralex_tui.adapters.secret import Secret, redact
from ralex_tui.config.schema import ProviderSettings, Settings
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.models import ModelRef


def with_provider(name: str, entry: ProviderSettings) -> Settings:
    return Settings(providers={name: entry})


@pytest.mark.parametrize(
    ("variable", "provider"),
    [
        ("OPENROUTER_API_KEY", "openrouter"),
        ("ANTHROPIC_API_KEY", "anthropic"),
        ("OPENAI_API_KEY", "openai"),
        ("GEMINI_API_KEY", "gemini"),
    ],
)
def test_well_known_provider_is_reached_by_its_key(variable: str, provider: str) -> None:
    found = endpoints(Settings(), {variable: " k1 "})

    assert found == (Endpoint(provider, provider, Secret("k1")),)


@pytest.mark.parametrize("environ", [{}, {"OPENAI_API_KEY": ""}, {"OPENAI_API_KEY": "  "}, {"OTHER_API_KEY": "k"}])
def test_nothing_is_reached_without_a_key(environ: dict[str, str]) -> None:
    assert endpoints(Settings(), environ) == ()


def test_own_server_without_a_key_gets_a_stand_in() -> None:
    settings = with_provider("lan", ProviderSettings("openai", "http://127.0.0.1:8080/v1", local=True))

    (found,) = endpoints(settings, {})

    assert found == Endpoint("lan", "openai", NO_KEY, "http://127.0.0.1:8080/v1", is_local=True)
    assert found.litellm_model(ModelRef("lan/qwen3")) == "openai/qwen3"


def test_own_server_is_not_given_the_kinds_usual_key() -> None:
    settings = with_provider("lan", ProviderSettings("openai", "http://10.0.0.1/v1"))

    found = find_endpoint(ModelRef("lan/qwen3"), endpoints(settings, {"OPENAI_API_KEY": "sk-mine"}))

    assert found is not None
    assert found.key == NO_KEY


def test_own_server_with_a_named_key_needs_it() -> None:
    settings = with_provider("lan", ProviderSettings("openai", "http://10.0.0.1/v1", api_key_env="LAN_KEY"))

    assert endpoints(settings, {}) == ()
    assert endpoints(settings, {"LAN_KEY": "k"})[0].key == Secret("k")


def test_entry_without_address_takes_the_kinds_key_and_address() -> None:
    settings = with_provider("work", ProviderSettings("anthropic"))

    (work, own) = endpoints(settings, {"ANTHROPIC_API_KEY": "k"})

    assert work == Endpoint("work", "anthropic", Secret("k"))
    assert own.provider == "anthropic"


def test_entry_takes_the_place_of_a_well_known_provider() -> None:
    settings = with_provider("openrouter", ProviderSettings("openrouter", api_key_env="MY_KEY"))

    found = endpoints(settings, {"MY_KEY": "mine", "OPENROUTER_API_KEY": "other"})

    assert found == (Endpoint("openrouter", "openrouter", Secret("mine")),)


def test_ollama_is_on_this_computer_unless_told_otherwise() -> None:
    settings = with_provider("ollama", ProviderSettings("ollama_chat", local=True))

    assert endpoints(settings, {})[0].api_base == "http://127.0.0.1:11434"


def test_nobody_takes_the_embedded_models_name() -> None:
    with pytest.raises(ConfigError, match=r"providers\.local"):
        endpoints(with_provider("local", ProviderSettings("openai", "http://10.0.0.1/v1")), {})


def test_reachable_asks_for_a_key_or_an_address() -> None:
    settings = with_provider("lan", ProviderSettings("openai", "http://10.0.0.1/v1"))
    environ = {"GEMINI_API_KEY": "k"}

    assert reachable(ModelRef("gemini/gemini-3.8-flash"), settings, environ)
    assert reachable(ModelRef("lan/qwen3"), settings, environ)
    assert not reachable(ModelRef("openai/gpt-5-mini"), settings, environ)
    assert not reachable(ModelRef("nowhere/model"), settings, environ)


def test_embedded_model_is_reachable_where_it_is_installed() -> None:
    assert reachable(EMBEDDED_REF, Settings(), {}, has_embedded=True)
    assert not reachable(EMBEDDED_REF, Settings(), {}, has_embedded=False)


def test_openrouter_model_keeps_its_makers_name() -> None:
    endpoint = Endpoint("openrouter", "openrouter", Secret("k"))

    assert (
        endpoint.litellm_model(ModelRef("openrouter/google/gemini-3.5-flash")) == "openrouter/google/gemini-3.5-flash"
    )


def test_secret_shows_itself_to_nobody() -> None:
    secret = Secret("sk-very-secret-1")
    endpoint = Endpoint("openai", "openai", secret)

    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>20}", repr(endpoint), repr({"key": secret})]

    assert not any("very" in text for text in shown)
    assert secret.reveal() == "sk-very-secret-1"


def test_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(Secret("sk-very-secret-1"))


@pytest.mark.parametrize(
    "text",
    [
        "wrong key hunter2hunter2!",
        "wrong key sk-proj-abc_DEF-123",
        "wrong key AIzaSyA0123456789abcdefghij",
        "sent Authorization: Bearer abc.def",
    ],
)
def test_redact_takes_out_known_and_likely_keys(text: str) -> None:
    cleaned = redact(text, [Secret("hunter2hunter2!")])

    assert cleaned.endswith("***")
    assert cleaned.split("***")[0] in text


def test_redact_leaves_words_alone() -> None:
    assert redact("no-key is no key; ask-me-anything works", [NO_KEY]) == "no-key is no key; ask-me-anything works"


def test_openrouter_lists_its_models_at_its_own_address_or_where_an_entry_has_it() -> None:
    own = with_provider("openrouter", ProviderSettings("openrouter", "http://127.0.0.1:9/v1", "ROUTER_KEY"))

    assert openrouter_address(Settings()) == "https://openrouter.ai/api/v1"
    assert openrouter_address(with_provider("openrouter", ProviderSettings("openrouter"))) == openrouter_address(
        Settings()
    )
    assert openrouter_address(own) == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("settings", "environ", "has_key"),
    [
        (Settings(), {}, False),
        (Settings(), {"OPENROUTER_API_KEY": " "}, False),
        (Settings(), {"OPENROUTER_API_KEY": "k"}, True),
        (Settings(), {"OPENAI_API_KEY": "k"}, False),
        (with_provider("openrouter", ProviderSettings("openrouter", "http://127.0.0.1:9/v1")), {}, False),
        (with_provider("openrouter", ProviderSettings("openrouter", "http://127.0.0.1:9/v1", "A_KEY")), {}, False),
        (
            with_provider("openrouter", ProviderSettings("openrouter", "http://127.0.0.1:9/v1", "A_KEY")),
            {"A_KEY": "k"},
            True,
        ),
    ],
)
def test_openrouter_has_its_key(settings: Settings, environ: dict[str, str], has_key: bool) -> None:
    assert has_openrouter_key(settings, environ) is has_key
