"""prices.yaml: a price is added, the user's comments stay, and the file can always be read."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.adapters.own_prices import OwnPriceFile, with_price
from ralex_tui.config.load_prices import own_prices
from ralex_tui.config.strict_yaml import parse_document, read_document
from ralex_tui.domain.errors import ConfigError, StorageError
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price
from tests.adapters.failing_disk import FailingDisk
from tests.prices import price

OWN = price("0.10", "0.40", "own", date(2026, 11, 23))
LINE = 'openrouter/x-ai/grok-4.5: {input: "0.10", output: "0.40", date: 2026-11-23}\n'
MODEL = "openrouter/x-ai/grok-4.5"

amounts = st.integers(0, 10**15).map(Usd)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "prices.yaml"


def file_of(path: Path, disk: Disk = REAL_DISK) -> OwnPriceFile:
    return OwnPriceFile(path, path.parent.parent / "own.lock", disk=disk)


def held(path: Path) -> dict[str, Price]:
    return dict(own_prices(read_document(path)))


def test_first_price_makes_a_file_for_its_owner_alone(path: Path) -> None:
    file_of(path).put(MODEL, OWN)

    assert held(path) == {MODEL: OWN}
    assert path.read_text().startswith("# Prices you entered")
    assert path.stat().st_mode & 0o777 == 0o600


def test_price_is_added_below_what_is_there(path: Path) -> None:
    path.parent.mkdir()
    text = "# mine\nlan/small: {input: 1, output: 2} # by hand\n\n# the end"
    path.write_text(text)

    file_of(path).put(MODEL, OWN)

    assert path.read_text() == f"{text}\n{LINE}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"# a\n{LINE}# b\nlan/x: {{input: 1, output: 2}}\n", "# a\n# b\nlan/x: {input: 1, output: 2}\n"),
        (f'# a\n{MODEL}:\n  input: "1"\n  # why\n  output: "2"\n\n# b\n', "# a\n\n# b\n"),
        (f'"{MODEL}":\n  input: 1\n  output: 2', ""),
        (f"lan/x: {{input: 1, output: 2}}\r\n{LINE}", "lan/x: {input: 1, output: 2}\r\n"),
    ],
)
def test_price_takes_the_place_of_the_old_one_and_comments_stay(path: Path, text: str, left: str) -> None:
    path.parent.mkdir()
    path.write_bytes(text.encode())

    file_of(path).put(MODEL, OWN)

    assert path.read_bytes().decode() == left + LINE


@pytest.mark.parametrize("text", ["{lan/x: {input: 1, output: 2}}", "---\nlan/x: {input: 1, output: 2}\n...\n"])
def test_file_to_which_nothing_can_be_added_is_written_anew_with_all_its_prices(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)

    file_of(path).put(MODEL, OWN)

    assert held(path) == {"lan/x": price("1", "2", "own"), MODEL: OWN}


@pytest.mark.parametrize("text", ["lan/x: [", "lan/x: {input: 1}", "lan/x: {input: 1, outptu: 2}", "- 1\n", "\x00"])
def test_file_that_can_not_be_read_is_told_and_left_as_it_is(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"prices\.yaml"):
        file_of(path).put(MODEL, OWN)

    assert path.read_text() == text


@pytest.mark.parametrize("model", ["grok", "a/b c", "a/b: {x", "a/b\nc/d", "a/\x1b", "a/#b"])
def test_name_that_is_no_models_is_refused(path: Path, model: str) -> None:
    with pytest.raises(ConfigError):
        file_of(path).put(model, OWN)

    assert not path.exists()


def test_link_to_a_file_elsewhere_stays_one(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    target = tmp_path / "dotfiles.yaml"
    target.write_text("# mine\n")
    path.symlink_to(target)

    file_of(path).put(MODEL, OWN)

    assert path.is_symlink()
    assert target.read_text() == f"# mine\n{LINE}"


def test_prices_entered_at_once_are_all_kept(path: Path) -> None:
    path.parent.mkdir()
    models = [f"lan/m{n}" for n in range(8)]

    threads = [threading.Thread(target=file_of(path).put, args=(model, OWN)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert held(path) == dict.fromkeys(models, OWN)


def test_full_disk_leaves_the_file_as_it_was(path: Path) -> None:
    file_of(path).put(MODEL, OWN)
    text = path.read_text()

    with pytest.raises(StorageError, match="No space left"):
        file_of(path, disk=FailingDisk(2)).put("lan/x", OWN)

    assert path.read_text() == text


@given(
    st.builds(price, st.just("1"), st.just("2"), st.just("own"), st.none() | st.dates()),
    amounts,
    amounts,
    st.none() | amounts,
    st.booleans(),
)
def test_whatever_price_is_written_is_read_back_to_the_last_digit(
    plain: Price, first: Usd, second: Usd, third: Usd | None, is_long: bool
) -> None:
    rates = replace(plain.rates, input=first, output=second, cache_write=third, cache_write_1h=third)
    wanted = replace(plain, rates=rates, request_fee=second)
    if is_long:
        wanted = replace(wanted, long_context=rates, long_context_over=1_000)

    text = with_price("# mine\n", "openrouter/a/b:free", wanted, "prices.yaml")

    assert own_prices(parse_document(text, "prices.yaml")) == {"openrouter/a/b:free": wanted}
    assert text.startswith("# mine\n")
