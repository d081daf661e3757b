"""What we add to the time of the first token, over a raw httpx stream from the same provider."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

import httpx

from bench.home import paced_provider
from bench.table import ratio, show, spread
from ralex_tui.adapters.endpoints import NO_KEY, Endpoint
from ralex_tui.adapters.engine_client import HostedEngine
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.events import TextDelta
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest

_RUNS = 30


def main() -> None:
    """Measure and print."""
    with paced_provider(200, 20) as url, tempfile.TemporaryDirectory() as folder:
        raw, ours = asyncio.run(_measure(url, Path(folder) / "engine.log"))
    rows = [
        ("raw httpx stream", spread(raw), "1.0"),
        ("ralex: LiteLLM in a child process", spread(ours), f"{ratio(ours, raw):.1f}"),
    ]
    show("First token (least, median, most; warmed up)", ("", "time", "ratio"), rows)


async def _measure(url: str, log: Path) -> tuple[list[float], list[float]]:
    engine = HostedEngine([Endpoint("bench", "openai", NO_KEY, url)], log=log)
    raw: list[float] = []
    ours: list[float] = []
    try:
        await engine.warm_up()
        async with httpx.AsyncClient() as client:
            for run in range(_RUNS + 1):
                pair = await _raw(client, url), await _ours(engine, str(run))
                if run:
                    raw.append(pair[0])
                    ours.append(pair[1])
    finally:
        await engine.close()
    return raw, ours


async def _raw(client: httpx.AsyncClient, url: str) -> float:
    body = {"model": "paced", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    started = time.perf_counter()
    async with client.stream("POST", f"{url}/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if '"content"' in line:
                return time.perf_counter() - started
    raise RuntimeError("the provider sent no token")


async def _ours(engine: HostedEngine, run: str) -> float:
    request = EngineRequest(run, ModelRef("bench/paced"), ((Role.USER, "hi"),), max_tokens=100)
    started = time.perf_counter()
    async with aclosing(engine.stream(request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                return time.perf_counter() - started
    raise RuntimeError("the provider sent no token")


if __name__ == "__main__":
    main()
