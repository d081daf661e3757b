"""Web addresses from foreign text: what of them may be opened, and where they really lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.text import visible_line

_SCHEMES = ("http", "https")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.ASCII)
_IPV6 = re.compile(r"[0-9a-f:.]+", re.ASCII)
# Left as they stand in an address; all else is written as %XX, so that what is shown is what is opened.
_PLAIN = "%/:?#[]@!$&'()*+,;=-._~|^`{}\""
# What looks like a host in the words of a link, with or without a scheme before it.
_NAMED = re.compile(r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?((?:[\w-]+\.)+[^\W\d_]{2,})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address in plain ASCII: as it is shown, so it is opened.

    Args:
        text: The whole address.
        host: Where it leads, as punycode where it has letters beyond ASCII; without a port.
        has_login: Whether a name or password stands before the host, where hosts are faked.
    """

    text: str
    host: str
    has_login: bool

    @property
    def is_punycode(self) -> bool:
        """Whether the host's own letters are not those that are shown."""
        return any(label.startswith("xn--") for label in self.host.split("."))

    def rival(self, words: str) -> str:
        """Another host that the words of the link name; empty where they name none."""
        path = self.text.split("//", 1)[1].casefold()
        for found in _NAMED.finditer(words):
            named = found[1].casefold()
            if not _is_same_site(_in_ascii(named) or named, self.host) and named not in path:
                return visible_line(found[1])
        return ""


def parse_address(text: str) -> Address:
    """Read an address strictly: where browsers and this parser could disagree, it is refused.

    Raises:
        UsageError: If it is not http or https, or not well formed.
    """
    scheme, colon, _ = text.partition(":")
    if not colon or scheme.lower() not in _SCHEMES:
        named = f"{visible_line(scheme, 20)}:" if colon and scheme.isascii() and scheme.isalnum() else "such"
        raise UsageError(f"links of the kind {named} are not opened", hint="only http and https are")
    # Browsers read a backslash as a slash and drop blanks and controls; which host is meant would be a guess.
    if "\\" in text or any(char <= " " or not char.isprintable() for char in text):
        raise UsageError("this address is not well formed, so it is not opened", hint=_SHOW_IT)
    try:
        parts = urlsplit(text)
        host, port = _host(parts.hostname or "", parts.netloc), parts.port
    except ValueError as error:
        raise UsageError("this address is not well formed, so it is not opened", hint=_SHOW_IT) from error
    login, at, _ = parts.netloc.rpartition("@")
    place = f"[{host}]" if ":" in host else host
    netloc = f"{quote(login, safe=_PLAIN)}{at}{place}{'' if port is None else f':{port}'}"
    rest = text[text.index("//") + 2 + len(parts.netloc) :]
    return Address(f"{parts.scheme}://{netloc}{quote(rest, safe=_PLAIN)}", host, bool(at))


_SHOW_IT = "copying the message shows it as it was written"


def _host(host: str, netloc: str) -> str:
    """The host in ASCII.

    Raises:
        ValueError: If it is none.
    """
    if "[" in netloc and _IPV6.fullmatch(host):
        return host
    found = _in_ascii(host)
    if not found:
        raise ValueError(f"{host!r} is no host")
    return found


def _in_ascii(host: str) -> str:
    """A host as punycode; empty where it is none."""
    try:
        found = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return found if _HOST.fullmatch(found) else ""


def _is_same_site(named: str, host: str) -> bool:
    """Whether one is the other, or a part of it: www.example.org and docs.example.org are both example.org's."""
    first, second = named.removeprefix("www."), host.removeprefix("www.")
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")
