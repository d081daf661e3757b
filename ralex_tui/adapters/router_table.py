"""The shipped table of the router: read from, and written to, one small compressed file beside this module.

The file holds numbers only: no word and no prompt can be read out of it. It promises not to know how the
numbers came about (bench/routing does) nor what they mean (domain/difficulty.py does). How common words are was
taken from the frequency lists of zxcvbn-python (MIT, Copyright (c) 2016 Daniel Wolf).

Layout, little-endian, after zlib: a line of JSON (`version`, `weights`, `centres`, `calibration`,
`quality_curve`, `n_common`, `n_words`, `word_scale`); the CRC-32 of the common words, rising, as uint32;
their classes as uint8; those of the words with a weight as uint32; their weights as int8, times `word_scale`.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from itertools import accumulate, pairwise
from pathlib import Path

from ralex_tui.domain.difficulty import RouterTable, Scorer
from ralex_tui.domain.errors import ConfigError

TABLE_PATH = Path(__file__).with_name("router.table")
_MAGIC = b"RLXR1\n"


def load_scorer() -> Scorer:
    """The scorer over the table that ships with the program.

    Raises:
        ConfigError: If the file is missing or damaged, which only a broken installation explains.
    """
    try:
        return Scorer(decode_table(TABLE_PATH.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise ConfigError(
            "the router's table cannot be read", hint="install ralex-tui again; until then pick the tier by hand (F2)"
        ) from error


def encode_table(table: RouterTable) -> bytes:
    """A table as the bytes of its file: the same table gives the same bytes."""
    common = sorted(table.commonness.items())
    words = sorted(table.word_weights.items())
    scale = max((abs(weight) for _, weight in words), default=0.0) / 127 or 1.0
    head = {
        "version": table.version,
        "weights": table.weights,
        "centres": table.centres,
        "calibration": table.calibration,
        "quality_curve": table.quality_curve,
        "n_common": len(common),
        "n_words": len(words),
        "word_scale": scale,
    }
    body = b"".join(
        (
            json.dumps(head, sort_keys=True).encode() + b"\n",
            _packed([code for code, _ in common]),
            bytes(word_class for _, word_class in common),
            _packed([code for code, _ in words]),
            array("b", (round(weight / scale) for _, weight in words)).tobytes(),
        )
    )
    return _MAGIC + zlib.compress(body, 9)


def decode_table(content: bytes) -> RouterTable:
    """The table in the bytes of a file.

    Raises:
        ValueError: If they are no such file (or zlib.error, KeyError or TypeError where damage hides).
    """
    if not content.startswith(_MAGIC):
        raise ValueError("not a router table")
    line, _, rest = zlib.decompress(content[len(_MAGIC) :]).partition(b"\n")
    head = json.loads(line)
    n_common, n_words, scale = head["n_common"], head["n_words"], head["word_scale"]
    if len(rest) != 5 * (n_common + n_words):
        raise ValueError("a router table of the wrong length")
    words = rest[5 * n_common :]
    weights = array("b", words[4 * n_words :])
    return RouterTable(
        version=head["version"],
        weights=tuple(head["weights"]),
        centres=tuple(head["centres"]),
        commonness=dict(zip(_unpacked(rest[: 4 * n_common]), rest[4 * n_common : 5 * n_common], strict=True)),
        word_weights={
            code: weight * scale for code, weight in zip(_unpacked(words[: 4 * n_words]), weights, strict=True)
        },
        calibration=(head["calibration"][0], head["calibration"][1]),
        quality_curve=tuple((quality, score) for quality, score in head["quality_curve"]),
    )


def _packed(codes: list[int]) -> bytes:
    # Steps between sorted numbers have few high bits, which zlib then finds in their own plane.
    return _swapped(array("I", (after - before for before, after in pairwise([0, *codes])))).tobytes()


def _unpacked(content: bytes) -> list[int]:
    return list(accumulate(_swapped(array("I", content))))


def _swapped(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
