"""The embedded model for real: llama.cpp in a child process, asked through LiteLLM."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ralex_tui.adapters.endpoints import EMBEDDED_REF
from ralex_tui.adapters.engine_router import Engines
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.local_engine import EmbeddedModel, default_threads, gguf_file
from ralex_tui.adapters.local_install import MODEL_FILE
from ralex_tui.adapters.secret import Secret
from ralex_tui.adapters.spawned import Spawned
from ralex_tui.config.schema import LocalSettings
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import ContextTooLong, EngineUnavailable, KeyRefused
from ralex_tui.domain.events import Finished, TextDelta, UsageReported
from ralex_tui.paths import Paths
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.processes import Parent, ended, is_listed, lines_with, mode, seen_from_outside

SMALL = LocalSettings(context=512, threads=1)

PARENT = """
import asyncio, sys
from ralex_tui.adapters.local_engine import EmbeddedModel
from ralex_tui.config.schema import LocalSettings
from ralex_tui.paths import find_paths

async def main():
    paths = find_paths(sys.argv[1])
    paths.make()
    model = EmbeddedModel(LocalSettings(context=512), paths, {"RALEX_MODELS": sys.argv[2]})
    await model.start()
    print(model.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def request(text: str = "Say hello.", max_tokens: int = 12) -> EngineRequest:
    return EngineRequest("r1", EMBEDDED_REF, ((Role.USER, text),), max_tokens, 0.0)


@pytest.fixture
async def model(paths: Paths, embedded_models: dict[str, str]) -> AsyncIterator[EmbeddedModel]:
    model = EmbeddedModel(SMALL, paths, {**embedded_models, "OPENAI_API_KEY": "sk-inherited-0123"})
    yield model
    await model.close()


@pytest.mark.embedded
@pytest.mark.filterwarnings("ignore::DeprecationWarning", r"ignore::UserWarning:pydantic\.")
@pytest.mark.usefixtures("litellm_loaded")
async def test_embedded_model_answers_through_litellm(model: EmbeddedModel) -> None:
    litellm = LitellmEngine()
    engines = Engines(litellm, model, ())

    events = [event async for event in engines.stream(request())]
    await litellm.close()

    assert "hello" in "".join(event.text for event in events if isinstance(event, TextDelta)).lower()
    usage, finished = events[-2:]
    assert isinstance(usage, UsageReported)
    assert usage.is_counted
    assert usage.usage.input > 5
    assert 0 < usage.usage.output <= 12
    assert finished in (Finished("stop"), Finished("length"))


@pytest.mark.embedded
@pytest.mark.filterwarnings("ignore::DeprecationWarning", r"ignore::UserWarning:pydantic\.")
@pytest.mark.usefixtures("litellm_loaded")
async def test_too_long_conversation_and_wrong_key_are_told(model: EmbeddedModel) -> None:
    endpoint = await model.start()
    litellm = LitellmEngine([endpoint])

    async def ask(text: str) -> None:
        async for _ in litellm.stream(request(text)):
            pass

    with pytest.raises(ContextTooLong):
        await ask("word " * 2000)
    litellm.set_endpoints([replace(endpoint, key=Secret("another"))])
    with pytest.raises(KeyRefused):
        await ask("hi")
    await litellm.close()


@pytest.mark.embedded
async def test_server_is_on_loopback_with_a_key_of_its_own(model: EmbeddedModel) -> None:
    endpoint = await model.start()

    assert endpoint.api_base is not None
    assert endpoint.api_base.startswith("http://127.0.0.1:")
    assert endpoint.is_local
    async with httpx.AsyncClient(trust_env=False) as client:
        wrong = await client.get(f"{endpoint.api_base}/models", headers={"Authorization": "Bearer no"})
        right = await client.get(
            f"{endpoint.api_base}/models", headers={"Authorization": f"Bearer {endpoint.key.reveal()}"}
        )
    assert (wrong.status_code, right.status_code) == (401, 200)


@pytest.mark.embedded
async def test_key_is_in_no_command_line_environment_or_log(model: EmbeddedModel) -> None:
    endpoint = await model.start()
    assert model.pid is not None

    seen = seen_from_outside(model.pid)

    assert b"local_server" in seen
    assert endpoint.key.reveal().encode() not in seen
    assert b"sk-inherited" not in seen
    assert lines_with(model.log, [endpoint.key.reveal()]) == []
    assert lines_with(model.log, ["model loaded"]) != []
    assert mode(model.log) == 0o600


@pytest.mark.embedded
async def test_start_is_done_once_and_anew_after_a_death(model: EmbeddedModel) -> None:
    first = await model.start()
    assert await model.start() == first
    assert model.pid is not None
    killed = model.pid

    os.kill(killed, signal.SIGKILL)
    await ended(killed)
    second = await model.start()

    assert second.key != first.key
    assert model.pid != killed
    assert not is_listed(killed)  # nor as a zombie


@pytest.mark.embedded
async def test_server_ends_when_closed(model: EmbeddedModel) -> None:
    await model.start()
    pid = model.pid
    assert pid is not None

    await model.close()
    await model.close()

    await ended(pid)
    assert not model.is_running


@pytest.mark.embedded
async def test_closing_does_not_wait_for_the_model_to_load(paths: Paths, embedded_models: dict[str, str]) -> None:
    is_loading = asyncio.Event()

    class Observed(EmbeddedModel):
        async def _load(self, child: Spawned, key: Secret) -> str:
            is_loading.set()
            return await super()._load(child, key)

    model = Observed(SMALL, paths, embedded_models)
    starting = asyncio.create_task(model.start())
    await is_loading.wait()

    await model.close()

    with pytest.raises(EngineUnavailable):
        await starting
    assert not model.is_running


@pytest.mark.embedded
async def test_server_ends_with_a_killed_parent(tmp_path: Path, embedded_models: dict[str, str]) -> None:
    parent = await Parent.run(PARENT, str(tmp_path), embedded_models["RALEX_MODELS"])

    await parent.kill()

    await ended(parent.child)


@pytest.mark.embedded
async def test_server_prints_nothing(model: EmbeddedModel, capfd: pytest.CaptureFixture[str]) -> None:
    await model.start()
    await model.close()

    assert capfd.readouterr() == ("", "")


async def test_broken_weights_are_told_with_the_log(paths: Paths, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 1000)
    model = EmbeddedModel(LocalSettings(gguf=str(broken)), paths, {})

    with pytest.raises(EngineUnavailable, match="could not be loaded") as caught:
        await model.start()

    assert str(model.log) in caught.value.hint
    assert not caught.value.may_be_billed
    assert not model.is_running


async def test_missing_weights_lead_to_the_install_command(paths: Paths) -> None:
    model = EmbeddedModel(LocalSettings(), paths, {})

    assert not model.is_installed
    with pytest.raises(EngineUnavailable, match="weights are not there") as caught:
        await model.start()
    assert "ralex local install" in caught.value.hint


async def test_missing_gguf_of_ones_own_leads_to_the_setting(paths: Paths) -> None:
    model = EmbeddedModel(LocalSettings(gguf="/nowhere/mine.gguf"), paths, {})

    with pytest.raises(EngineUnavailable, match=r"mine\.gguf") as caught:
        await model.start()
    assert "local.gguf" in caught.value.hint


async def test_missing_package_leads_to_pip(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    (paths.models / MODEL_FILE).write_bytes(b"weights")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    model = EmbeddedModel(LocalSettings(), paths, {})

    assert not model.is_installed
    with pytest.raises(EngineUnavailable, match="xllamacpp") as caught:
        await model.start()
    assert "ralex-tui[local]" in caught.value.hint


def test_model_file_is_ones_own_or_the_installed_one(paths: Paths, tmp_path: Path) -> None:
    assert gguf_file(LocalSettings(), paths, {}) == paths.models / MODEL_FILE
    assert gguf_file(LocalSettings(), paths, {"RALEX_MODELS": str(tmp_path)}) == tmp_path / MODEL_FILE
    assert gguf_file(LocalSettings(gguf="~/m.gguf"), paths, {}) == Path.home() / "m.gguf"


def test_a_processor_is_left_for_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert default_threads() == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert default_threads() == 1
