"""The router's table as a file: the same bytes for the same numbers, small, and without a word in it."""

from __future__ import annotations

import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui.adapters import router_table
from ralex_tui.adapters.router_table import TABLE_PATH, decode_table, encode_table, load_scorer
from ralex_tui.domain.difficulty import RARITY_NAMES, RouterTable
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.prompt_features import FEATURE_NAMES

N = len(FEATURE_NAMES) + len(RARITY_NAMES)
SMALL = RouterTable(
    version="1.test",
    weights=tuple(0.01 * place for place in range(N)),
    centres=tuple(0.5 for _ in range(N)),
    commonness={7: 0, 4_294_967_295: 1, 1_000_000: 1},
    word_weights={3: 1.27, 9: -0.5, 4_000_000_000: 0.0},
    calibration=(1.5, -2.0),
    quality_curve=((0.5, 0.7), (1.0, 0.0)),
)


def test_a_table_comes_back_as_it_was_written() -> None:
    back = decode_table(encode_table(SMALL))

    assert (back.version, back.weights, back.centres) == (SMALL.version, SMALL.weights, SMALL.centres)
    assert (back.commonness, back.calibration, back.quality_curve) == (
        SMALL.commonness,
        SMALL.calibration,
        SMALL.quality_curve,
    )
    assert back.word_weights == pytest.approx(SMALL.word_weights, abs=0.005)


def test_the_same_table_gives_the_same_bytes() -> None:
    turned = replace(
        SMALL,
        commonness=dict(sorted(SMALL.commonness.items(), reverse=True)),
        word_weights=dict(sorted(SMALL.word_weights.items(), reverse=True)),
    )

    assert encode_table(turned) == encode_table(SMALL)


def test_a_table_without_words_is_one_too() -> None:
    bare = RouterTable("bare", SMALL.weights, SMALL.centres, {}, {}, (1.0, 0.0), ())

    assert decode_table(encode_table(bare)) == bare


def test_the_shipped_file_is_small_and_fits_the_features() -> None:
    scorer = load_scorer()

    assert TABLE_PATH.stat().st_size <= 256 * 1024
    assert scorer.version == decode_table(TABLE_PATH.read_bytes()).version
    assert 0.0 < scorer.threshold(0.95) < 1.0


def test_no_word_can_be_read_out_of_the_shipped_file() -> None:
    head, _, rest = zlib.decompress(TABLE_PATH.read_bytes()[6:]).partition(b"\n")

    assert len(head) < 10_000
    assert not any(word in rest for word in (b"function", b"which", b"probability", b"write"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a table at all",
        encode_table(SMALL)[:40],
        encode_table(SMALL)[:6] + zlib.compress(b'{"version": "1"}\n'),
        encode_table(SMALL)[:6] + zlib.compress(b"[1, 2]\n"),
        encode_table(SMALL)[:6] + zlib.compress(zlib.decompress(encode_table(SMALL)[6:])[:-3]),
    ],
)
def test_a_damaged_file_is_said_to_be_one(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "router.table"
    path.write_bytes(content)
    monkeypatch.setattr(router_table, "TABLE_PATH", path)

    with pytest.raises(ConfigError, match="router's table cannot be read"):
        load_scorer()


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router_table, "TABLE_PATH", tmp_path / "nowhere")

    with pytest.raises(ConfigError) as caught:
        load_scorer()

    assert "install ralex-tui again" in str(caught.value.hint)


def test_judging_needs_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules);"
        "from ralex_tui.adapters.router_table import load_scorer; load_scorer().judge('prove it');"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(new - sys.stdlib_module_names))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert run.stdout.split() == ["ralex_tui"]
