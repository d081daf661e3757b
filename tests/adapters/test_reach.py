"""What the doctor asks of providers and folders: free requests, the right key to the right host, no key in any word."""

from pathlib import Path

import httpx
import pytest

from ralex_tui.adapters.doctor import installed_version, probe_folder
from ralex_tui.adapters.endpoints import endpoints
from ralex_tui.adapters.reach import reach
from ralex_tui.config.schema import ProviderSettings, Settings
from ralex_tui.domain.errors import AnswerTimeout, EngineError, EngineUnavailable, KeyRefused, StorageError
from tests.adapters.local_fakes import serving
from tests.network import Network
from tests.network import network as network

CANARY = "sk-canary-5f2c9e7b41d84d0a"
SETTINGS = Settings(
    providers={
        "lan": ProviderSettings("openai", "http://127.0.0.1:9/v1", "LAN_KEY"),
        "box": ProviderSettings("ollama_chat", local=True),
    }
)
KEYS = {f"{name}_API_KEY": CANARY for name in ("OPENROUTER", "ANTHROPIC", "OPENAI", "GEMINI")} | {"LAN_KEY": CANARY}
KNOWN = {endpoint.provider: endpoint for endpoint in endpoints(SETTINGS, KEYS)}


@pytest.mark.parametrize(
    ("provider", "url", "header", "value"),
    [
        ("openrouter", "https://openrouter.ai/api/v1/key", "authorization", f"Bearer {CANARY}"),
        ("openai", "https://api.openai.com/v1/models", "authorization", f"Bearer {CANARY}"),
        ("anthropic", "https://api.anthropic.com/v1/models", "x-api-key", CANARY),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta/models", "x-goog-api-key", CANARY),
        ("lan", "http://127.0.0.1:9/v1/models", "authorization", f"Bearer {CANARY}"),
        ("box", "http://127.0.0.1:11434/api/tags", "authorization", None),
    ],
)
async def test_provider_is_asked_for_something_free(
    network: Network, provider: str, url: str, header: str, value: str | None
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    network(answer)
    said = await reach(KNOWN[provider])

    (request,) = asked
    assert (request.method, str(request.url), request.headers.get(header)) == ("GET", url, value)
    assert said.startswith("reached")
    assert CANARY not in said


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, KeyRefused),
        (403, KeyRefused),
        (302, EngineUnavailable),
        (500, EngineUnavailable),
        (429, EngineUnavailable),
    ],
)
async def test_refusal_is_told_in_our_words(network: Network, status: int, error: type[EngineError]) -> None:
    network(lambda _: httpx.Response(status, text=f"{CANARY}\x1b", headers={"location": "https://evil.example/"}))

    with pytest.raises(error) as caught:
        await reach(KNOWN["openai"])

    assert CANARY not in caught.value.message + caught.value.hint


async def test_redirect_is_not_followed_with_the_key(network: Network) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://evil.example/"})

    network(answer)
    with pytest.raises(EngineUnavailable):
        await reach(KNOWN["openai"])

    assert asked == ["api.openai.com"]


async def test_a_server_on_this_computer_is_asked_without_the_environments_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving({}) as proxy, serving({"/v1/models": {"data": []}}) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        here = ProviderSettings("openai", f"http://127.0.0.1:{server.port}/v1", local=True)
        (endpoint,) = endpoints(Settings(providers={"here": here}), {})

        await reach(endpoint)

    assert server.asked == ["/v1/models"]
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("failure", "error"),
    [(httpx.ConnectError("boom"), EngineUnavailable), (httpx.ReadTimeout("slow"), AnswerTimeout)],
)
async def test_dead_network_is_one_sentence(
    network: Network, failure: httpx.HTTPError, error: type[EngineError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    network(answer)
    with pytest.raises(error, match="openai"):
        await reach(KNOWN["openai"])


def test_package_is_told_by_its_version_or_as_missing() -> None:
    assert (installed_version("litellm") or "").startswith("1.106.")
    assert installed_version("no-such-package-of-ours") is None


def test_folder_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    assert "can be written to" in probe_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be written to"):
        probe_folder(tmp_path / "gone")
