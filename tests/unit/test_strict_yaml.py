"""Files that a stranger may have written: what is read, what is refused, and how soon."""

import os
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.config.strict_yaml import MAX_BYTES, nearest, open_file, parse_document, parse_yaml, read_yaml
from ralex_tui.domain.errors import ConfigError


def problem_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, "f.yaml")
    return caught.value.message


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("5.1", Decimal("5.1")),
        ("5.10", Decimal("5.10")),
        ('"5.1"', "5.1"),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ('"null"', "null"),
        ("2026-11-01", date(2026, 11, 1)),
        ('"2026-11-01"', "2026-11-01"),
        ("2026-13-45", "2026-13-45"),
        ("[1, a, [b]]", [1, "a", ["b"]]),
        ("{b: 1}", {"b": 1}),
        ("plain words", "plain words"),
        ('"it\'s \\u00e9"', "it's \u00e9"),
    ],
)
def test_value_is_read_as_it_was_written(written: str, value: object) -> None:
    content = parse_yaml(f"a: {written}\n", "f.yaml")

    assert content == {"a": value}
    assert type(content["a"]) is type(value)


@pytest.mark.parametrize(
    "written", ["no", "on", "off", "yes", "010", "1e3", ".inf", ".nan", "1_000", "1:30", "0x10", "9" * 40]
)
def test_value_that_yaml_versions_read_differently_stays_text(written: str) -> None:
    assert parse_yaml(f"a: {written}", "f.yaml") == {"a": written}


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n", "---\n...\n"])
def test_empty_file_holds_nothing(text: str) -> None:
    assert parse_yaml(text, "f.yaml") == {}


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse_yaml("2026-11-01: a\n5: b\ntrue: c\n", "f.yaml") == {"2026-11-01": "a", "5": "b", "true": "c"}


def test_lines_of_keys_and_items_are_kept() -> None:
    document = parse_document("a:\n  b: 1\n  c:\n    - x\n    - y\n", "f.yaml")

    assert document.lines == {("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", "0"): 4, ("a", "c", "1"): 5}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limit: 1\nlimit: 1000000", "f.yaml line 2: limit: the key is there twice, first in line 1"),
        ("a:\n  b: 1\n  b: 2", "f.yaml line 3: a.b: the key is there twice, first in line 2"),
        ("a: &x 1", "f.yaml line 1: a: anchors (&name) are not allowed; write the value out"),
        ("&x a: 1", "f.yaml line 1: anchors (&name) are not allowed; write the value out"),
        ("a: *x", "f.yaml line 1: a: aliases (*name) are not allowed; write the value out"),
        ("*x : 1", "f.yaml line 1: aliases (*name) are not allowed; write the value out"),
        ("a:\n  <<: {b: 1}", "f.yaml line 2: a: merge keys (<<) are not allowed; write the values out"),
        ("a: !!python/object:os.system x", "f.yaml line 1: a: tags (!name) are not allowed"),
        ("a: ! x", "f.yaml line 1: a: tags (!name) are not allowed"),
        ("!!str a: 1", "f.yaml line 1: tags (!name) are not allowed"),
        ("a: 1\n---\nb: 2", "f.yaml line 2: a second document begins, and one is all a file may hold"),
        ("---\n---\nb: 2", "f.yaml line 2: a second document begins, and one is all a file may hold"),
        ("? [a]\n: b", "f.yaml line 1: a key must be plain text"),
        ('"": b', "f.yaml line 1: a key has between 1 and 200 characters"),
        ("- a\n- b", "f.yaml line 1: a file holds keys and values"),
        ("hello", "f.yaml line 1: a file holds keys and values"),
        ("a: [1\nb: 2", "f.yaml line 2: did not find expected"),
        ("a: b: c", "f.yaml line 1: mapping values are not allowed in this context"),
        ("a: 1\n\tb: 2", "f.yaml line 2: found a tab character"),
        ("a: 1\nb: \x07", "f.yaml line 2: a character that YAML does not allow"),
        ("a: \ud800", "f.yaml: this is not YAML text"),
        ("a: '" + "x" * MAX_BYTES, "f.yaml is longer than 64 kB"),
    ],
)
def test_hostile_or_broken_text_is_refused_with_its_place(text: str, said: str) -> None:
    assert problem_of(text).startswith(said)


def test_quoted_merge_key_is_an_ordinary_key() -> None:
    assert parse_yaml('"<<": 1', "f.yaml") == {"<<": 1}


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 60_000,
        "a: " + "{" * 60_000,
        "- " * 30_000,
        "? " * 30_000,
        "'" * 60_001,
        "\n".join(f"{'  ' * n}a:" for n in range(200)),
        "\n".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(30)),
    ],
)
def test_text_made_to_hang_the_parser_is_refused_at_once(text: str) -> None:
    began = time.process_time()

    problem_of(text)

    assert time.process_time() - began < 1


def test_nesting_is_limited() -> None:
    assert "deeper than 12 levels" in problem_of("a: " + "[" * 13 + "]" * 13)
    assert parse_yaml("a: " + "[" * 11 + "]" * 11, "f.yaml")


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    assert read_yaml(path) == {"a": 1, "b": 2}


def test_file_that_is_not_utf8_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: 1\nb: \xff\n")

    with pytest.raises(ConfigError, match=r"f\.yaml line 2: this is not UTF-8 text"):
        read_yaml(path)


def test_missing_file_and_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="Is a directory"):
        read_yaml(tmp_path)


def test_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)

    with pytest.raises(ConfigError, match="longer than 64 kB"):
        read_yaml(path)


def test_file_name_can_not_carry_escape_codes_into_a_message(tmp_path: Path) -> None:
    path = tmp_path / "f\x1b[31m.yaml"
    path.write_text("a: *x")

    with pytest.raises(ConfigError) as caught:
        read_yaml(path)

    assert "\x1b" not in caught.value.message


def test_a_named_pipe_is_refused_and_waited_for_by_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.yaml")

    with pytest.raises(ConfigError, match="it is a pipe and no file"):
        read_yaml(tmp_path / "f.yaml")


def test_a_pipe_of_the_shells_own_is_waited_for_until_it_is_written() -> None:
    read, write = os.pipe()

    with open_file(Path(f"/dev/fd/{read}")) as file:
        assert os.get_blocking(file.fileno())
        os.write(write, b"a: 1")
        os.close(write)
        assert file.read() == b"a: 1"
    os.close(read)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("daly", "did you mean 'daily'?"),
        ("Daily", "did you mean 'daily'?"),
        ("reset-hour", "did you mean 'reset_hour'?"),
        ("quux", ""),
        ("", ""),
    ],
)
def test_nearest_names_a_key_that_is_like_it(key: str, hint: str) -> None:
    assert nearest(key, ("daily", "monthly", "reset_hour")) == hint


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%@#?,~<\n\t 01.\x00\x1b\u202e"), max_size=60))
def test_any_text_is_either_read_or_refused_in_one_harmless_sentence(text: str) -> None:
    try:
        said = str(parse_yaml(text, "f.yaml").keys())
    except ConfigError as error:
        said = error.message

    assert said.isprintable()
