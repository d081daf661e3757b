"""Web addresses out of foreign text: what is refused, and that what is shown is where it leads."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.addresses import parse_address
from ralex_tui.domain.errors import UsageError


@pytest.mark.parametrize(
    ("given", "text", "host"),
    [
        ("https://example.org", "https://example.org", "example.org"),
        ("HTTP://Example.ORG:8080/a?b#c", "http://example.org:8080/a?b#c", "example.org"),
        ("https://münchen.de/straße?q=ü", "https://xn--mnchen-3ya.de/stra%C3%9Fe?q=%C3%BC", "xn--mnchen-3ya.de"),
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"),
        ("https://example。org/", "https://example.org/", "example.org"),
        ("http://[::1]:80/x", "http://[::1]:80/x", "::1"),
        ("http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1"),
        ("https://a.example/%20%zz", "https://a.example/%20%zz", "a.example"),
    ],
)
def test_an_address_is_written_in_ascii_with_its_host(given: str, text: str, host: str) -> None:
    address = parse_address(given)

    assert (address.text, address.host) == (text, host)


@pytest.mark.parametrize(
    "given",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "vscode://file/x",
        "mailto:a@example.org",
        "www.example.org",
        "",
        "\x1b]8;;https://example.org",
    ],
)
def test_other_schemes_are_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(UsageError, match="are not opened"):
        parse_address(given)


@pytest.mark.parametrize(
    "given",
    [
        "https://",
        "https:example.org",
        "https:///path",
        r"https://good.example\@evil.example/",
        "https://good.example /",
        "https://exa\nmple.org/",
        "https://example.org/\u202egpj.exe",
        "https://example.org:port/",
        "https://%65xample.org/",
        "https://[::1/",
        "https://exa<mple.org/",
        "https://a..b/",
        "https://a/\ud800",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="not well formed"):
        parse_address(given)


def test_a_login_before_the_host_is_noticed() -> None:
    address = parse_address("https://paypal.com@evil.example/x")

    assert address.host == "evil.example"
    assert address.has_login


def test_an_at_sign_in_the_path_is_no_login() -> None:
    assert not parse_address("https://medium.example/@someone").has_login


def test_punycode_is_known_as_such() -> None:
    assert parse_address("https://www.аррӏе.com/").is_punycode
    assert not parse_address("https://xn.example/").is_punycode


@pytest.mark.parametrize(
    ("words", "rival"),
    [
        ("paypal.com", "paypal.com"),
        ("see https://www.paypal.com/login", "www.paypal.com"),
        ("//paypal.com", "paypal.com"),
        ("the manual", ""),
        ("evil.example", ""),
        ("www.evil.example", ""),
        ("docs.evil.example", ""),
        ("notevil.example", "notevil.example"),
        ("README.md", ""),
        ("e.g. version 3.12", ""),
        ("раураl.com", "раураl.com"),
    ],
)
def test_words_that_name_another_host_are_noticed(words: str, rival: str) -> None:
    address = parse_address("https://evil.example/tree/main/README.md")

    assert address.rival(words) == rival


@given(st.text(), st.sampled_from(["", "https://", "http://", "https://example.org/", "https://a@"]))
def test_what_is_not_refused_is_plain_and_leads_to_the_host_that_is_shown(text: str, before: str) -> None:
    try:
        address = parse_address(before + text)
    except UsageError:
        return

    assert address.text.isascii()
    assert address.text.isprintable()
    assert " " not in address.text
    assert urlsplit(address.text).hostname == address.host
    assert urlsplit(address.text).scheme in ("http", "https")
    assert parse_address(address.text) == address
