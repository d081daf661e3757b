"""A computer with one of everything that the health screen tells: for tests, snapshots and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.events import Way
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.local import FoundModel, FoundServer
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.ports.computer import DiskFacts, TerminalFacts
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.services.checks import MoneyFacts, PriceFacts
from ralex_tui.services.deployment_rows import DeploymentRow, deployment_rows
from ralex_tui.services.health import Facts

if TYPE_CHECKING:
    from tests.ui.demo import Demo

OLLAMA = FoundServer(
    "ollama",
    "Ollama",
    "127.0.0.1:11434",
    "http://127.0.0.1:11434/v1",
    (FoundModel(ModelRef("ollama/qwen3:8b"), is_loaded=True, context=8_192), FoundModel(ModelRef("ollama/phi4:14b"))),
)


def sample_facts(demo: Demo) -> Facts:
    """What the demo's services know, and a computer that is well but for what its attributes say otherwise."""

    async def look() -> Sequence[FoundServer]:
        await demo.local.look()
        return demo.local.found.servers

    async def deployments() -> Sequence[DeploymentRow]:
        return deployment_rows(demo.priced(), demo.deployments.health, demo.prices, lambda ref: False, demo.clock.now())

    async def engine() -> EngineStatus:
        return demo.engine_status

    async def money() -> MoneyFacts:
        return MoneyFacts(demo.policy.day_of(demo.clock.now()), 1, "Europe/Paris")

    async def reach(name: str) -> str:
        if name in demo.out_of_reach:
            raise EngineUnavailable(f"{name} can't be reached (ConnectError)", hint="check the network and the address")
        return "reached, and its key is good"

    return Facts(
        versions=lambda: {"textual": "8.2.8", "litellm": "1.106.2", "tinydb": "4.9.0"},
        extras=lambda: {"xllamacpp": "2026.10"},
        keys=lambda: {"OPENROUTER_API_KEY": True, "ANTHROPIC_API_KEY": True, "OPENAI_API_KEY": False},
        write=lambda: "the data folder can be written to",
        read_ledger=lambda: 41,
        embedded=lambda: "SmolLM2-135M-Instruct.Q4_1.gguf",
        providers=("openrouter", "anthropic"),
        reach=reach,
        start_local=lambda: reach("local"),
        prices_dated=(demo.clock.now() - timedelta(days=34)).date(),
        key_hosts={
            "OPENROUTER_API_KEY": "for openrouter.ai only",
            "ANTHROPIC_API_KEY": "for api.anthropic.com only",
            "OPENAI_API_KEY": "for api.openai.com only",
        },
        catalogue=demo.priced,
        look=look,
        engine=engine,
        money=money,
        prices=lambda: PriceFacts(demo.clock.now() - timedelta(hours=3), is_wanted=True),
        disk=lambda: DiskFacts(free_bytes=83_000_000_000, n_running=2),
        terminal=lambda: TerminalFacts(
            term="xterm-256color",
            n_colours=1 << 24,
            why_colours="COLORTERM",
            columns=160,
            rows=48,
            within=("tmux",),
            clipboard=("wl-copy", "tmux"),
        ),
        is_embedded_running=lambda: True,
        deployments=deployments,
    )


def attempt(model: Model, tier: Tier, at: datetime, **fields: object) -> Attempt:
    """A request that was answered after 0.8 s, unless the fields say otherwise."""
    sample = {
        "outcome": Outcome.DONE,
        "held": Usd.parse("0.01"),
        "way": Way.LITELLM,
        "first_token_s": 0.8,
        "duration_s": 4.0,
    }
    return Attempt(new_id(), at, "c", "t", 1, tier, model.ref.id, **{**sample, **fields})  # type: ignore[arg-type]


def a_bad_morning(demo: Demo) -> None:
    """Smart rests because it was asked too often, OpenRouter can't be reached, and direct mode is on."""
    from tests.ui.demo import MODELS

    now = demo.clock.now()
    for n in range(30):
        for tier, first_s in ((Tier.CHEAP, 0.6), (Tier.YOLO, 0.3)):
            demo.log.write(attempt(MODELS[tier], tier, now - timedelta(minutes=40 - n), first_token_s=first_s))
    smart = MODELS[Tier.SMART]
    for n in range(9):
        demo.log.write(attempt(smart, Tier.SMART, now - timedelta(minutes=60 - n), first_token_s=1.4 + n / 10))
    failed = {"outcome": Outcome.FAILED, "first_token_s": None}
    demo.log.write(
        attempt(
            MODELS[Tier.YOLO],
            Tier.YOLO,
            now - timedelta(minutes=50),
            error="AnswerTimeout",
            message="nothing came from openrouter in 120 s",
            **failed,
        )
    )
    demo.log.write(attempt(MODELS[Tier.YOLO], Tier.YOLO, now - timedelta(minutes=9), first_token_s=0.3))
    demo.log.write(
        attempt(
            smart,
            Tier.SMART,
            now - timedelta(seconds=20),
            error="RateLimited",
            message="anthropic has had too many requests",
            rest_s=240.0,
            **failed,
        )
    )
    demo.servers = (OLLAMA,)
    demo.out_of_reach = {"openrouter"}
    demo.engine_status = EngineStatus(
        Way.DIRECT, why="LiteLLM could not be imported", hint="run `pip install --force-reinstall litellm`"
    )
