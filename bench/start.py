"""First paint, first accepted key, memory and key echo of the app, beside a bare Textual app in the same run."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

from bench.home import environment, home, paced_provider, ralex
from bench.table import ms, percentile, ratio, show, spread
from tests.e2e.terminal import Terminal

_RUNS = 9
_BARE = [sys.executable, "-m", "bench.bare"]

# Letters that no text of ours contains, so that their bytes in the output are the echo of a key.
_LETTERS = "ЖЩЮЯЭЫФЦЧШБДГИЛПЪЬЙЗжщюяэыфцчшбдгилпъьйз"


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
    with Terminal(command, env=environment(folder), columns=120, rows=40) as terminal:
        wanted = marker.encode()
        while wanted not in terminal.raw:
            if not terminal.pump(10):
                raise RuntimeError(f"{command[0]} painted no {marker!r}; the screen was:\n{terminal.screen}")
        painted = time.perf_counter() - started
        _echo(terminal, "Ж")
        return painted, time.perf_counter() - started


def echoes() -> None:
    """Key echo in the first 5 s, while LiteLLM is imported beside, and while an answer streams."""
    rows = []
    with home() as folder, paced_provider(200, 2_000) as url:
        with Terminal(_BARE, env=environment(folder)) as terminal:
            rows.append(("bare Textual, idle, first 5 s", *_figures(_type_for(terminal, 5.0))))
        with Terminal(ralex(), env=environment(folder)) as terminal:
            rows.append(("ralex, first 5 s", *_figures(_type_for(terminal, 5.0))))
        with Terminal(ralex(), env=environment(folder)) as terminal:
            terminal.wait_for("ype below")
            _let_settle(terminal, 6.0)
            rows.append(("ralex, idle", *_figures(_type_for(terminal, 5.0))))
        with home(url) as streaming, Terminal(ralex(), env=environment(streaming)) as terminal:
            terminal.wait_for("ype below")
            _let_settle(terminal, 6.0)
            terminal.type("explain\r")
            terminal.wait_for("planner")
            rows.append(("ralex, an answer at 200 tokens/s", *_figures(_type_for(terminal, 5.0))))
    show("Key echo", ("", "median", "p95", "most", "keys"), rows)


def _type_for(terminal: Terminal, duration_s: float) -> list[float]:
    """Type a letter every 50 ms and time its echo."""
    while not terminal.raw:
        terminal.pump(1)
    waits: list[float] = []
    end = time.perf_counter() + duration_s
    while time.perf_counter() < end:
        waits.append(_echo(terminal, _LETTERS[len(waits) % len(_LETTERS)]))
        _let_settle(terminal, 0.05)
        if len(waits) % 30 == 0:  # so that the prompt stays one line
            os.write(terminal.fd, b"\x7f" * 30)
            _let_settle(terminal, 0.05)
    return waits


def _echo(terminal: Terminal, letter: str) -> float:
    terminal.raw.clear()
    wanted = letter.encode()
    sent = time.perf_counter()
    terminal.type(letter)
    while wanted not in terminal.raw:
        if not terminal.pump(5):
            raise RuntimeError(f"no echo within 5 s; the screen was:\n{terminal.screen}")
    return time.perf_counter() - sent


def _let_settle(terminal: Terminal, duration_s: float) -> None:
    end = time.perf_counter() + duration_s
    while (left := end - time.perf_counter()) > 0:
        terminal.pump(left)


def _figures(waits: list[float]) -> tuple[str, str, str, str]:
    return ms(statistics.median(waits)), ms(percentile(waits, 0.95)), ms(max(waits)), str(len(waits))


def memory() -> None:
    """Resident memory of the app and of its children, at rest and after an answer."""
    rows = []
    with paced_provider(0, 2_000) as url, home(url) as folder, Terminal(ralex(), env=environment(folder)) as terminal:
        terminal.wait_for("ype below")
        rows.append(("at the first paint", *_resident(terminal.pid)))
        _let_settle(terminal, 8.0)
        rows.append(("at rest, LiteLLM loaded", *_resident(terminal.pid)))
        terminal.type("explain\r")
        terminal.wait_for("first token")
        _let_settle(terminal, 1.0)
        rows.append(("after an answer of 2,000 tokens", *_resident(terminal.pid)))
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
