"""What is taken out of a text before it is written down: known keys in every spelling, and what looks like a key."""

from __future__ import annotations

import json
import pickle
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from time import perf_counter
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.adapters.secret import Redactor, Secret, is_secret_name, redact

VALUE = 'p4ss/w?rd "of+the&test" é'
KEY = "key-of-the-test-0123456789"


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(KEY)

    assert (repr(secret), str(secret), f"{secret:>5}") == ("***", "***", "***")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    "spelled",
    [
        VALUE,
        quote(VALUE),
        quote(VALUE, safe=""),
        quote_plus(VALUE),
        quote(VALUE, safe="")
        .replace("%2F", "%2f")
        .replace("%3F", "%3f")
        .replace("%2B", "%2b")
        .replace("%C3%A9", "%c3%a9"),
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE)[1:-1].replace("/", "\\/"),
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        repr(VALUE)[1:-1],
    ],
)
def test_a_known_secret_goes_however_it_is_spelled(spelled: str) -> None:
    assert Redactor([Secret(VALUE)])(f"before {spelled} after") == "before *** after"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_known_secret_goes_out_of_base64_wherever_it_stands_in_it(
    before: str, encode: Callable[[bytes], bytes]
) -> None:
    encoded = encode(f"{before}{VALUE}:rest".encode()).decode()

    cleaned = Redactor([Secret(VALUE)])(encoded)

    assert "***" in cleaned
    # Six bits at each end are shared with what stands around, and say next to nothing.
    assert len(cleaned.replace("***", "")) <= len(encoded) - len(VALUE)


@pytest.mark.parametrize(
    "text",
    [
        "sk-or-v1-0a1b2c3d4e5f",
        "pk-abcdefgh12345",
        "AIzaSyA1234567890abcdefghijkl",
        "xai-abcdefgh12345678",
        "gsk_abcdefgh12345678",
        "hf_abcdefgh12345678",
        "ghp_abcdefgh12345678",
        "github_pat_11ABC_defgh",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ],
)
def test_what_looks_like_a_key_goes(text: str) -> None:
    assert redact(f"the key ({text}) was refused") == "the key (***) was refused"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("authorization: basic dXNlcjpwYXNzMTIz", "authorization: basic ***"),
        ("GET https://me:hunter2@host/v1", "GET https://***@host/v1"),
        ("/v1?alt=sse&key=abc123&x=1", "/v1?alt=sse&key=***&x=1"),
        ('{"api_key": "0123456789abcdef"}', '{"api_key": "***"}'),
        ('{\\"x-api-key\\":\\"0123456789abcdef\\"}', '{\\"x-api-key\\":\\"***\\"}'),
        ("TOKEN=0123456789abcdef", "TOKEN=***"),
    ],
)
def test_what_stands_where_a_key_stands_goes(text: str, cleaned: str) -> None:
    assert redact(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "a risk-free and long-winded sentence about task-oriented desks",
        "set OPENROUTER_API_KEY in the environment; api_key: OPENROUTER_API_KEY",
        "see https://example.org/a/b?page=2#part, or mail me@example.org",
        "basic authentication and bearer of bad news",
        "the token limit: 1000 of 4096",
        "key-value",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_short_value_tears_no_holes() -> None:
    assert redact("no-key is no-key", [Secret("no-key")]) == "no-key is no-key"


def test_of_two_secrets_the_longer_one_goes_as_a_whole() -> None:
    redactor = Redactor([Secret("abcdefgh"), Secret("abcdefgh-and-more")])

    assert redactor("abcdefgh-and-more abcdefgh") == "*** ***"


def test_the_lines_of_a_long_secret_go_each_for_itself() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----"

    assert redact("at line 2: MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", [Secret(key)]) == "at line 2: ***"


@pytest.mark.parametrize(
    "name",
    ["OPENAI_API_KEY", "KEY", "LAN_KEY2", "GITHUB_TOKEN", "DB_PASSWORD", "AUTH", "SESSION_COOKIE", "SENTRY_DSN"],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["PATH", "PWD", "OLDPWD", "GIT_AUTHOR_NAME", "SSH_AUTH_SOCK", "LAN_KEY_FILE", "KEYBOARD", "AUTH_PROVIDER"]
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


def test_the_environment_tells_what_is_secret() -> None:
    environ = {"ODD_NAME": "value-of-the-odd-name", "LAN_KEY": KEY, "EDITOR": "some-editor"}

    redactor = Redactor.of_environment(environ, ["ODD_NAME"])

    assert redactor(" ".join(environ.values())) == "*** *** some-editor"


@given(st.text(st.characters(codec="utf-8"), min_size=8, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_known_secret_survives_in_any_text(value: str, before: str, after: str) -> None:
    cleaned = Redactor([Secret(value)])(f"{before}{value}{after}")

    assert value not in cleaned or value in "***"


@pytest.mark.parametrize(
    "text",
    [
        "a word and another, with a key and a token here and there. " * 17_000,
        "eyJ" * 330_000,
        "token=" * 160_000,
        "sk-" * 330_000,
        "://" + "a" * 1_000_000,
        "bearer " * 140_000,
        ("?" + "key" * 12) * 27_000,
    ],
)
def test_a_megabyte_costs_little_whatever_stands_in_it(text: str) -> None:
    redactor = Redactor(Secret(f"secret-number-{n}-0123456789") for n in range(20))
    redactor("warm")

    began = perf_counter()
    redactor(text)

    # 20 to 400 ms on 2 cores; what grows with the square of the length takes minutes.
    assert perf_counter() - began < 5
