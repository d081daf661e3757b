"""The limit over real HTTP: four processes with the engine and turns of `ralex ask`, a provider with its own bill."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import date
from pathlib import Path
from typing import Any

from ralex_tui import bootstrap
from ralex_tui.domain.money import Usd
from tests.adapters.provider import Asked, Provider, Reply

ROOT = Path(__file__).parents[2]
LIMIT = Usd.parse("0.02")
N_PROCESSES = 4
N_TURNS = 15

CONFIG = """
providers:
  lan: {{kind: openai, api_base: "{url}", api_key_env: LAN_KEY}}
tiers:
  cheap: {{models: [lan/small], max_tokens: 1000}}
prices:
  lan/small: {{input: "0.30", output: "2.50", date: 2026-11-01, source: own}}
budget:
  daily: "{daily}"
"""

# In nano-dollars for a token, as the provider has it.
INPUT, OUTPUT = 300, 2_500

ASKER = """
import asyncio, sys
from contextlib import aclosing
from ralex_tui import bootstrap
from ralex_tui.domain.models import Mode
from ralex_tui.services.turn import Ask

async def ask(n_turns):
    async with bootstrap.open_services(bootstrap.load(None, None, None)) as services:
        await services.warm_up()
        for number in range(n_turns):
            async with aclosing(services.turns.run(Ask(f"question {number}", Mode.CHEAP))) as events:
                names = [type(event).__name__ async for event in events]
            print(names[-1], flush=True)

asyncio.run(ask(int(sys.argv[1])))
"""


class Biller(Provider):
    """Answers with tokens drawn from a seed, and adds up what they cost.

    Attributes:
        bill: In nano-dollars, a request each.
        peak: The most that was billed, or could be of what was on its way, at any one moment.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.bill: list[int] = []
        self.peak = 0
        self._rng = random.Random(seed)
        self._on_the_way: dict[int, int] = {}

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        n_input = self._rng.randrange(5, 40)
        most = int(asked.body["max_tokens"])
        self._on_the_way[id(asked)] = n_input * INPUT + most * OUTPUT
        self.peak = max(self.peak, sum(self.bill) + sum(self._on_the_way.values()))
        n_output = most if self._rng.randrange(5) == 0 else self._rng.randrange(1, most + 1)
        usage: dict[str, Any] = {"prompt_tokens": n_input, "completion_tokens": n_output}
        del self._on_the_way[id(asked)]
        self.bill.append(n_input * INPUT + n_output * OUTPUT)
        self.script_next(Reply(usage=usage))
        await super()._answer(asked, reader, writer)

    def script_next(self, reply: Reply) -> None:
        """What comes next, without forgetting what came before."""
        self._replies = [reply]


async def asker(home: Path) -> tuple[int, list[str]]:
    """A process that asks; its exit code, and how each turn ended."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
        **{"PYTHONPATH": str(ROOT), "RALEX_HOME": str(home), "LAN_KEY": "sk-test", "TZ": "UTC"},
    }
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", ASKER, str(N_TURNS)], stdout=asyncio.subprocess.PIPE, env=environment, cwd=home
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode().split()


async def test_four_processes_over_http_are_never_billed_over_the_limit(tmp_path: Path) -> None:
    provider = Biller(seed=5)
    await provider.start()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text(CONFIG.format(url=provider.url, daily=LIMIT.dollars))

    ran = await asyncio.gather(*(asker(tmp_path) for _ in range(N_PROCESSES)))
    await provider.stop()

    ends = [end for _, turns in ran for end in turns]
    with bootstrap.open_ledger(bootstrap.load(str(tmp_path), None, None)) as ledger:
        charged = [entry.cost.amount.nano for entry in ledger.entries_sync(date.min, date.max)]
    assert [code for code, _ in ran] == [0] * N_PROCESSES
    assert sorted(charged) == sorted(provider.bill)
    assert sum(provider.bill) <= provider.peak <= LIMIT.nano
    assert sum(provider.bill) >= LIMIT.nano * 98 // 100
    # They wanted more than there was, and what was refused never arrived.
    assert ends.count("Settled") == len(provider.requests) == len(provider.bill)
    assert ends.count("Failed") == N_PROCESSES * N_TURNS - len(provider.bill) > 0
