"""When servers on this computer are looked for, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ralex_tui.domain.local import FoundModel, FoundServer, has_found_name
from ralex_tui.domain.models import ModelRef
from ralex_tui.services.local import LocalServers
from tests.samples import SetClock


def server(provider: str, *names: str, loaded: str = "") -> FoundServer:
    models = tuple(FoundModel(ModelRef(f"{provider}/{name}"), is_loaded=name == loaded) for name in names)
    return FoundServer(provider, provider, "127.0.0.1:1", "http://127.0.0.1:1/v1", models)


class Desk:
    """Looks that find what `there` holds, each as long on its way as `gate` is closed."""

    def __init__(self) -> None:
        self.there: tuple[FoundServer, ...] = ()
        self.n_looks = 0
        self.told: list[Sequence[FoundServer]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.clock = SetClock()
        self.local = LocalServers(self.find, self.clock, self.told.append)

    async def find(self) -> Sequence[FoundServer]:
        self.n_looks += 1
        await self.gate.wait()
        return self.there


async def test_a_look_tells_whether_something_has_changed() -> None:
    desk = Desk()
    desk.there = (server("ollama", "a"),)

    assert [await desk.local.look() for _ in range(2)] == [True, False]
    assert desk.told == [desk.there]


async def test_a_server_that_went_away_is_gone_at_the_next_look() -> None:
    desk = Desk()
    desk.there = (server("ollama", "a"),)
    await desk.local.look()
    before = desk.local.version

    desk.there = ()

    assert await desk.local.look()
    assert desk.local.found.in_order == []
    assert desk.local.version != before


async def test_looks_at_the_same_time_are_one() -> None:
    desk = Desk()
    desk.there = (server("ollama", "a"),)
    desk.gate.clear()
    looks = [asyncio.create_task(desk.local.look()) for _ in range(3)]
    await asyncio.sleep(0)
    looks[0].cancel()
    desk.gate.set()

    assert await asyncio.gather(*looks[1:]) == [True, True]
    assert desk.n_looks == 1


async def test_a_young_look_does_as_well_as_a_new_one() -> None:
    desk = Desk()
    await desk.local.look(max_age_s=30)
    desk.clock.move(seconds=29)
    await desk.local.look(max_age_s=30)
    assert desk.n_looks == 1

    desk.clock.move(seconds=2)
    await desk.local.look(max_age_s=30)

    assert desk.n_looks == 2


async def test_a_look_that_is_on_its_way_is_given_up_at_the_end() -> None:
    desk = Desk()
    desk.gate.clear()
    looking = asyncio.create_task(desk.local.look())
    await asyncio.sleep(0)

    await desk.local.close()

    assert (await asyncio.gather(looking, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert not desk.local.has_looked


async def test_loaded_models_of_all_servers_come_first() -> None:
    desk = Desk()
    desk.there = (server("ollama", "a", "b", loaded="b"), server("vllm", "c", loaded="c"))
    await desk.local.look()

    assert [model.ref.path for model in desk.local.found.in_order] == ["b", "c", "a"]


async def test_the_tag_that_is_taken_for_granted_may_be_left_out() -> None:
    desk = Desk()
    desk.there = (server("ollama", "llama3.2:latest"),)
    await desk.local.look()

    found = desk.local.found.find(ModelRef("ollama/llama3.2"))

    assert found is not None
    assert found.ref.path == "llama3.2:latest"


def test_names_of_found_servers_are_known() -> None:
    assert has_found_name("ollama")
    assert has_found_name("vllm-8080")
    assert not has_found_name("vllm-box")
    assert not has_found_name("openrouter")
