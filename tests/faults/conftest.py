"""The services on real files, an engine of either way, a provider that does wrong, a host that must hear nothing."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TypeAlias

import pytest
import trustme

from ralex_tui.adapters.direct_engine import DirectEngine
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.litellm_setup import load_litellm
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Usd
from tests.adapters.provider import Provider, running_provider
from tests.faults.faults import Fault, Place
from tests.services.desk import CHEAP_PRICE, Desk

CANARY = "canary-key-0123456789-abcdef"
"""The provider's key; it must be nowhere but in requests to the provider."""

REF = ModelRef("server/some/model")
AnyEngine: TypeAlias = LitellmEngine | DirectEngine


@dataclass(frozen=True)
class WayUnderTest:
    """How the requests go: the engine, and the kind of API that it is told."""

    engine: type[LitellmEngine] | type[DirectEngine]
    kind: str


WAYS = {
    "litellm-openai": WayUnderTest(LitellmEngine, "openai"),
    "litellm-openrouter": WayUnderTest(LitellmEngine, "openrouter"),
    "direct": WayUnderTest(DirectEngine, "openai"),
}


@dataclass
class Scene:
    """All that a turn runs in.

    Args:
        provider: Where the model is; `self_signed`: the same behind a certificate that nobody vouches for.
        elsewhere: Another host, which must never hear of anything.
    """

    desk: Desk
    engine: AnyEngine
    kind: str
    provider: Provider
    self_signed: Provider
    elsewhere: Provider
    folder: Path

    def lead_to(self, place: Place) -> None:
        """Have the model's requests go there from now on."""
        address = {
            Place.PROVIDER: self.provider.url,
            Place.NOBODY: "http://127.0.0.1:9/v1",
            Place.NO_NAME: "http://no-such-host.invalid/v1",
            Place.SELF_SIGNED: self.self_signed.url,
        }[place]
        self.engine.set_endpoints([Endpoint(REF.provider, self.kind, Secret(CANARY), address)])


SceneMaker: TypeAlias = Callable[[WayUnderTest, Fault], Scene]


@pytest.fixture(scope="session")
def litellm_ready() -> None:
    """LiteLLM imported and rehearsed, once for each worker: 3 s, and half a second for each kind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_litellm(None, str)
        nowhere = "http://127.0.0.1:9/v1"
        kinds = [Endpoint(kind, kind, Secret(CANARY), nowhere) for kind in ("openai", "openrouter")]
        asyncio.run(LitellmEngine(kinds).warm_up())


@pytest.fixture(scope="session")
def certificate() -> ssl.SSLContext:
    """A certificate of an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
async def scene_for(tmp_path: Path, litellm_ready: None, certificate: ssl.SSLContext) -> AsyncIterator[SceneMaker]:
    """Makes the scene of a test."""
    async with (
        running_provider() as provider,
        running_provider(tls=certificate) as tls,
        running_provider() as elsewhere,
    ):
        desk = Desk(tmp_path, BudgetPolicy(daily=Usd.parse("5.00"), zone=UTC, zone_name="UTC"))
        plan = TierPlan(Tier.CHEAP, (Model(REF, CHEAP_PRICE),), (REF,), 1_000)
        desk.catalogue = Catalogue({Tier.CHEAP: plan})
        engines: list[AnyEngine] = []

        def make(way: WayUnderTest, fault: Fault) -> Scene:
            first_token_s, between_s = fault.limits_s
            engine = way.engine(first_token_s=first_token_s, inactivity_s=between_s)
            engines.append(engine)
            desk.engine = engine  # type: ignore[assignment]  # a desk is made for scripts, and takes any engine
            scene = Scene(desk, engine, way.kind, provider, tls, elsewhere, tmp_path)
            scene.lead_to(fault.place)
            return scene

        yield make
        await desk.turns.close()
        desk.ledger.close()
        for engine in engines:
            await engine.close()
