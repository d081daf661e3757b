"""Throw-away homes for the program under measurement, with a provider of ours in its config."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

_CONFIG = """
providers:
  bench: {{kind: openai, api_base: "{url}"}}
tiers:
  cheap: {{models: [bench/paced], max_tokens: 4000}}
  smart: {{models: [bench/paced], max_tokens: 4000}}
prices:
  bench/paced: {{input: "0.10", output: "0.40", date: 2026-11-01, source: own}}
"""


@contextlib.contextmanager
def home(url: str | None = None) -> Iterator[Path]:
    """A fresh home; with `url`, the tiers Cheap and Smart are answered there."""
    with tempfile.TemporaryDirectory(prefix="ralex-bench-") as folder:
        if url:
            config = Path(folder) / "config" / "config.yaml"
            config.parent.mkdir(parents=True)
            config.write_text(_CONFIG.format(url=url))
        yield Path(folder)


class Provider(NamedTuple):
    """A provider that runs: its address, and what it prints from now on."""

    url: str
    said: IO[str]

    def last_sent_at(self) -> float:
        """When it sent the last word of the answer before, by `time.perf_counter()`."""
        return float(self.said.readline())


@contextlib.contextmanager
def provider(rate: float, count: int) -> Iterator[Provider]:
    """A provider in a process of its own: see `bench.paced_provider`."""
    command = [sys.executable, "-m", "bench.paced_provider", str(rate), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Provider(process.stdout.readline().strip(), process.stdout)
        finally:
            process.kill()


@contextlib.contextmanager
def paced_provider(rate: float, count: int) -> Iterator[str]:
    """The address of a provider in a process of its own."""
    with provider(rate, count) as made:
        yield made.url


def environment(folder: Path | None = None) -> dict[str, str]:
    """A plain environment: no keys, a modern terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "RALEX_MODELS") if name in os.environ}
    extra = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": kept.get("LANG", "C.UTF-8")}
    return {**kept, **extra, **({"RALEX_HOME": str(folder)} if folder else {})}


def ralex(*args: str) -> list[str]:
    """The command under measurement, by the interpreter that runs the benchmark."""
    return [str(Path(sys.executable).parent / "ralex"), *args]
