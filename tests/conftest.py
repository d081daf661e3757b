"""What holds for the whole suite: once it is over, no key that a test planted stands in a file it has left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

CANARIES = (b"sk-canary-5f2c9e7b41d84d0a", b"key-of-the-test-0123456789", b"q7-canary/5f2c+9e7b=41d8&4d0a")

# Where the program writes; a test's own files, such as a scripted provider's, may hold the key.
_OURS = frozenset({"logs", "conversations", "ledger", "state", "prices"})
_MOST_BYTES = 20_000_000


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session if a key is found: in the one process that began it, after all others have ended."""
    if hasattr(session.config, "workerinput"):
        return
    factory = getattr(session.config, "_tmp_path_factory", None)
    found = list(holding_a_key(factory.getbasetemp())) if factory is not None else []
    if found:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line("")
            for path in found:
                reporter.write_line(f"a planted key stands in {path}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def holding_a_key(root: Path) -> Iterator[Path]:
    """Files below `root` that the program has written, with a planted key in them."""
    for folder, _, names in os.walk(root):
        if not _OURS & set(Path(folder).parts):
            continue
        for name in names:
            path = Path(folder, name)
            if path.is_file() and path.stat().st_size <= _MOST_BYTES:
                data = path.read_bytes()
                if any(canary in data for canary in CANARIES):
                    yield path
