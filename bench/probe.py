"""A pseudo-terminal for measuring: bytes are timed and not drawn, since drawing takes the time that is measured."""

from __future__ import annotations

import os
import time

from tests.e2e.terminal import Terminal

# Letters that no text of ours contains, so that their bytes in the output are the echo of a key.
LETTERS = "ЖЩЮЯЭЫФЦЧШБДГИЛПЪЬЙЗжщюяэыфцчшбдгилпъьйз"

_TICKS_S = 1 / os.sysconf("SC_CLK_TCK")


class Probe(Terminal):
    """Times what a program in it does. `raw` holds what it wrote since the last `forget()`."""

    def draw(self, data: bytes) -> None:
        """Nothing is drawn."""

    def forget(self) -> None:
        self.raw.clear()

    def wait_bytes(self, wanted: str, timeout_s: float = 30.0) -> float:
        """Read until `wanted` was written; the time on `time.perf_counter`.

        Raises:
            RuntimeError: If it does not come in time.
        """
        data, end = wanted.encode(), time.perf_counter() + timeout_s
        while data not in self.raw:
            if not self.pump(min(1.0, end - time.perf_counter())) and time.perf_counter() > end:
                raise RuntimeError(f"{wanted!r} was not written; the last bytes: {bytes(self.raw[-2000:])!r}")
        return time.perf_counter()

    def settle(self, duration_s: float) -> None:
        """Read for a while."""
        end = time.perf_counter() + duration_s
        while (left := end - time.perf_counter()) > 0:
            self.pump(left)

    def echo(self, letter: str) -> float:
        """Type a letter; seconds until it was written."""
        self.forget()
        sent = time.perf_counter()
        self.type(letter)
        return self.wait_bytes(letter, 5.0) - sent

    def type_for(self, duration_s: float) -> list[float]:
        """Type a letter every 50 ms; the seconds that each echo took."""
        waits: list[float] = []
        end = time.perf_counter() + duration_s
        while time.perf_counter() < end:
            waits.append(self.echo(LETTERS[len(waits) % len(LETTERS)]))
            self.settle(0.05)
            if len(waits) % 30 == 0:  # so that the prompt stays one line
                os.write(self.fd, b"\x7f" * 30)
                self.settle(0.05)
        return waits

    def cpu_s(self, pid: int = 0) -> float:
        """Processor time that the program, or another process, has used up to now."""
        with open(f"/proc/{pid or self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * _TICKS_S
