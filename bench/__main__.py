"""All benchmarks, one after the other: `python -m bench`, or `python -m bench NAME` for one."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from datetime import UTC, datetime

_ALL = (
    "start",
    "command_line",
    "first_token",
    "storage",
    "ledger",
    "review",
    "transcript",
    "long_conversation",
    "streaming",
)


def main(names: list[str]) -> None:
    """Run the named benchmarks; all where none is named."""
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}"
    )
    for name in [name for name in names if not name.startswith("-")] or _ALL:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
