"""`python -m tests.soak kills [SECONDS] [SEED]` and `python -m tests.soak long [TURNS]`; see the package."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.soak import kills, long_chat


def main(args: list[str]) -> int:
    what = args[0] if args else "kills"
    with tempfile.TemporaryDirectory(prefix="ralex-soak-") as folder:
        if what == "long":
            return long_chat.report(Path(folder), int(args[1]) if len(args) > 1 else 2_500)
        seconds = float(args[1]) if len(args) > 1 else 600.0
        seed = int(args[2]) if len(args) > 2 else int(time.time())
        told, faults, home = kills.play(Path(folder), seconds, seed)
        entries, billed = home.entries(), home.billed()
        killed = ", ".join(f"{what} {n}" for what, n in sorted(told.n_kills.items()))
        print(f"seed {seed}, {seconds:g} s; {len(told.asked)} questions seen sent, {len(told.answered)} seen answered")
        print(f"after each question one of: {killed}")
        charged = sum(entry.cost.amount.nano for entry in entries)
        due = sum(nano for _, nano in billed.values())
        print(f"{len(billed)} requests arrived, billed ${due / 1e9:.6f}")
        print(f"{len(entries)} requests in the ledger, charged ${charged / 1e9:.6f}")
        print("\n".join(faults) if faults else "nothing lost, nothing orphaned, the money right")
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
