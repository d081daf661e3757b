"""GET requests to servers on this computer: bounded in time and size, without proxies, redirects or cookies.

The standard library alone: httpx would take a tenth of a second to import. Knows nothing of models.
"""

from __future__ import annotations

import io
import os
import socket
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path

import orjson

HOSTS = ("127.0.0.1", "::1")
"""The only addresses there are for this module: literal ones, which no name service can bend."""

_CONNECT_S = 0.3
_MAX_BYTES = 1_000_000
# Where distributions begin to number people; below are services.
_FIRST_PERSON = 1_000
_NOBODY = 65_534
_LISTENING = "0A"


class NotThere(Exception):
    """Nothing listens, or it does not speak HTTP as it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's status, and its body as JSON; None where that is none."""

    status: int
    content: object


class Loopback:
    """One server on this computer, to be asked a few things within one time limit.

    Args:
        host: One of `HOSTS`.
        total_s: Seconds for all requests together, counted from here.
        key: Sent with each request; empty for none.

    Raises:
        ValueError: If `host` is another address.
    """

    def __init__(self, host: str, port: int, *, total_s: float = 1.3, key: str = "") -> None:
        if host not in HOSTS:
            raise ValueError(f"{host!r} is not this computer's own address")
        self.host = host
        self.port = port
        self._key = key
        self._deadline = time.monotonic() + total_s

    @property
    def address(self) -> str:
        """As it stands in an address: [::1]:8080."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def get(self, path: str) -> Answer:
        """Ask once. Blocks until the time limit at most.

        Raises:
            NotThere: If there is no answer of HTTP in time, or one of more than a megabyte.
        """
        key = f"Authorization: Bearer {self._key}\r\n" if self._key else ""
        request = f"GET {path} HTTP/1.1\r\nHost: {self.address}\r\nAccept: application/json\r\n{key}Connection: close"
        try:
            with socket.create_connection((self.host, self.port), self._left(_CONNECT_S)) as connection:
                connection.settimeout(self._left())
                connection.sendall(f"{request}\r\n\r\n".encode("ascii"))
                return self._read(connection)
        except (OSError, HTTPException, ValueError) as error:
            raise NotThere(f"{self.address}: {type(error).__name__}") from error

    def _read(self, connection: socket.socket) -> Answer:
        # HTTPResponse asks its socket for a file and nothing else.
        response = HTTPResponse(_Opened(connection, self._deadline))  # type: ignore[arg-type]
        response.begin()
        body = response.read(_MAX_BYTES + 1)
        if len(body) > _MAX_BYTES:
            raise NotThere(f"{self.address}: more than a megabyte")
        try:
            return Answer(response.status, orjson.loads(body))
        except orjson.JSONDecodeError:
            return Answer(response.status, None)

    def _left(self, most: float = 60.0) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, most)


class _Opened:
    """A connection as HTTPResponse wants it."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._bytes = _Bounded(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._bytes)


class _Bounded(io.RawIOBase):
    """What comes through a connection until a moment, and twice what an answer may have at most."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._n_left = 2 * _MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = self._deadline - time.monotonic()
        # A server that sends a byte now and then would hold a time limit of each read for ever.
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        n_bytes = self._connection.recv_into(buffer)
        self._n_left -= n_bytes
        if self._n_left < 0:
            raise ValueError("too much")
        return n_bytes


def is_another_persons(port: int, proc: Path = Path("/proc/net")) -> bool:
    """Whether a person other than this process's user listens on a port; false where nobody tells.

    Any user of a computer can listen on a usual port, and would be sent what is asked. Services of the
    system, below user id 1000, and root's are trusted, as they are elsewhere. Linux alone tells.
    """
    owners = {owner for name in ("tcp", "tcp6") for owner in _listeners(proc / name, port)}
    return any(owner >= _FIRST_PERSON and owner not in (_NOBODY, os.getuid()) for owner in owners)


def _listeners(table: Path, port: int) -> list[int]:
    """The user ids of those who listen on a port at any address; see proc(5)."""
    try:
        rows = [line.split() for line in table.read_text("ascii", "replace").splitlines()[1:]]
    except OSError:
        return []
    ending = f":{port:04X}"
    return [
        int(row[7])
        for row in rows
        if len(row) > 7 and row[3] == _LISTENING and row[1].endswith(ending) and row[7].isdigit()
    ]
