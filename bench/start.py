"""First paint, first accepted key, memory and key echo of the app, beside a bare Textual app in the same run."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

from bench.home import environment, home, paced_provider, ralex
from bench.probe import LETTERS, Probe
from bench.table import ms, percentile, ratio, show, spread

_RUNS = 9
_BARE = [sys.executable, "-m", "bench.bare"]


def main() -> None:
    """Measure and print."""
    starts()
    echoes()
    memory()


def starts() -> None:
    """From fork to the first frame, and to the echo of a key typed as soon as that frame stands."""
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    with home() as folder:
        for run in range(_RUNS + 1):
            pair = _start(ralex(), folder, "Type below"), _start(_BARE, folder, "ype below")
            if run:  # the first warms the disk cache
                ours.append(pair[0])
                bare.append(pair[1])
    rows = []
    for name, at in (("first paint", 0), ("first key echoed", 1)):
        mine, theirs = [pair[at] for pair in ours], [pair[at] for pair in bare]
        rows.append((name, spread(mine), spread(theirs), f"{ratio(mine, theirs):.2f}", "1.5"))
    show("Start (least, median, most)", ("", "ralex", "bare Textual, one Input", "ratio", "aim"), rows)


def _start(command: list[str], folder: Path, marker: str) -> tuple[float, float]:
    started = time.perf_counter()
    with Probe(command, env=environment(folder), columns=120, rows=40) as probe:
        painted = probe.wait_bytes(marker, 10) - started
        probe.echo(LETTERS[0])
        return painted, time.perf_counter() - started


def echoes() -> None:
    """Key echo in the first 5 s, while LiteLLM is imported beside, and later. `bench.streaming` has it under load."""
    rows = []
    with home() as folder:
        with Probe(_BARE, env=environment(folder)) as probe:
            rows.append(("bare Textual, idle, first 5 s", *_figures(_first_keys(probe))))
        with Probe(ralex(), env=environment(folder)) as probe:
            rows.append(("ralex, first 5 s", *_figures(_first_keys(probe))))
        with Probe(ralex(), env=environment(folder)) as probe:
            probe.wait_bytes("ype below")
            probe.settle(6.0)
            rows.append(("ralex, idle", *_figures(probe.type_for(5.0))))
    show("Key echo", ("", "median", "p95", "most", "keys"), rows)


def _first_keys(probe: Probe) -> list[float]:
    while not probe.raw:
        probe.pump(1)
    return probe.type_for(5.0)


def _figures(waits: list[float]) -> tuple[str, str, str, str]:
    return ms(statistics.median(waits)), ms(percentile(waits, 0.95)), ms(max(waits)), str(len(waits))


def memory() -> None:
    """Resident memory of the app and of its children, at rest and after an answer."""
    rows = []
    with paced_provider(0, 2_000) as url, home(url) as folder, Probe(ralex(), env=environment(folder)) as probe:
        probe.wait_bytes("ype below")
        rows.append(("at the first paint", *_resident(probe.pid)))
        probe.settle(8.0)
        rows.append(("at rest, LiteLLM loaded", *_resident(probe.pid)))
        probe.type("explain\r")
        probe.wait_bytes("first token")
        probe.settle(1.0)
        rows.append(("after an answer of 2,000 tokens", *_resident(probe.pid)))
    show("Resident memory", ("", "app", "its children"), rows)


def _resident(pid: int) -> tuple[str, str]:
    children = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _parent(int(entry)) == pid]
    return f"{_rss_mb(pid):.0f} MB", " + ".join(f"{_rss_mb(child):.0f} MB" for child in children) or "none"


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:  # it ended meanwhile
        return 0


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
