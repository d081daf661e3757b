"""One value, one checked line: JSON behind its CRC-32, so that a damaged line is never taken for a record."""

from __future__ import annotations

from zlib import crc32

import orjson

from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.text import visible_line


def encode(value: object) -> bytes:
    """JSON, with NaN and infinity as null and lone surrogates as U+FFFD, for neither could be read back.

    Raises:
        StorageError: If it is none: another type, an integer beyond 64 bits, nested too deep.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        pass
    try:
        return orjson.dumps(_without_surrogates(value))
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise StorageError(f"this can't be saved: {visible_line(str(error))}", hint="report it as a bug") from error


def line_of(body: bytes) -> bytes:
    """`body` as a line, newline included."""
    return b"%08x %s\n" % (crc32(body), body)


def checked(line: bytes) -> bytes | None:
    """What a line (without its newline) holds; None where its checksum says otherwise."""
    body = line[9:]
    return body if line[:9] == b"%08x " % crc32(body) else None


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            # A pair of surrogates becomes the character it stands for.
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_surrogates(item) for item in value]
    return value
