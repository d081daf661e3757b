"""`python -m bench.routing train DIR` writes the shipped table; `evaluate DIR` prints how good it is."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.routing.data import load
from ralex_tui.adapters.router_table import TABLE_PATH, encode_table


def main(arguments: list[str]) -> int:
    """Train or evaluate; the exit code."""
    if len(arguments) != 2 or arguments[0] not in ("train", "evaluate"):
        print(__doc__)
        return 2
    rows = load(Path(arguments[1]))
    if arguments[0] == "train":
        from bench.routing.training import train  # numpy is for those who train; the usage text needs none

        table = train(rows)
        content = encode_table(table)
        TABLE_PATH.write_bytes(content)
        print(f"{TABLE_PATH.name}: version {table.version}, {len(content):,} bytes, from {len(rows):,} prompts")
        return 0
    from bench.routing.report import report  # as above, and LiteLLM for its own router

    print(report(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
