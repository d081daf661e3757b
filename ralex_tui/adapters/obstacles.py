"""Why no connection could be made, and where a redirect leads: read from exceptions of sockets, TLS and HTTP libraries.

Knows the libraries' classes by name only, and imports none of them.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from ralex_tui.adapters.refusals import Obstacle


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """An exception and what caused it, outermost first."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def obstacle_of(error: BaseException) -> Obstacle:
    """What stood in the way of a connection that could not be made."""
    chain = list(chain_of(error))
    names = {kind.__name__ for each in chain for kind in type(each).__mro__}
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in chain):
        return Obstacle.CERTIFICATE
    if any(isinstance(each, ssl.SSLError) for each in chain):
        return Obstacle.TLS
    if any(isinstance(each, socket.gaierror) for each in chain) or "ClientConnectorDNSError" in names:
        return Obstacle.NAME
    if names & {"ProxyError", "ClientProxyConnectionError", "ClientHttpProxyError"}:
        return Obstacle.PROXY
    if any(isinstance(each, ConnectionRefusedError) for each in chain) or _is_refused(chain):
        return Obstacle.REFUSED
    return Obstacle.UNKNOWN


def certificate_words(error: BaseException) -> str:
    """What is wrong with a certificate; empty where nothing is."""
    found = (each for each in chain_of(error) if isinstance(each, ssl.SSLCertVerificationError))
    # aiohttp's own class is one of them, without the words.
    return next((words for each in found if (words := getattr(each, "verify_message", ""))), "")


def host_in(address: str) -> str:
    """The host of an address, with its port where it names one; empty where it has none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def other_place(url: str, location: str) -> str:
    """The host that a redirect leads to, with scheme and port where only they differ; empty for the same place."""
    try:
        old, new = urlsplit(url), urlsplit(urljoin(url, location))
        host = new.hostname or ""
        if host == old.hostname and (new.scheme, new.port) == (old.scheme, old.port):
            return ""
        return host if host != old.hostname else f"{new.scheme}://{new.netloc.rpartition('@')[2]}"
    except ValueError:
        return ""


def _is_refused(chain: list[BaseException]) -> bool:
    """Of several addresses that were tried, each refused: anyio and asyncio hand on their words only."""
    return any("all connection attempts failed" in str(each).lower() for each in chain)
