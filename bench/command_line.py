"""`ralex --version` and `ralex spend` as whole processes, beside `python -c pass` in the same run."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.home import environment, home, ralex
from bench.table import ratio, show, spread

_RUNS = 15


def main() -> None:
    """Measure and print."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "ralex --version": ralex("--version"),
        "ralex spend": ralex("spend"),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    with home() as folder:
        for run in range(_RUNS + 1):
            for name, command in commands.items():
                started = time.perf_counter()
                subprocess.run(command, env=environment(folder), check=True, capture_output=True)
                if run:
                    times[name].append(time.perf_counter() - started)
    floor = times["python -c pass"]
    rows = [(name, spread(values), f"{ratio(values, floor):.1f}") for name, values in times.items()]
    show("Command line (least, median, most)", ("", "wall time", "ratio to python -c pass"), rows)


if __name__ == "__main__":
    main()
