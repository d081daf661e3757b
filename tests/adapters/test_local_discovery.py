"""Servers on this computer: which of their models are found, and that nothing they say does harm."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ralex_tui.adapters.endpoints import NO_KEY, endpoints
from ralex_tui.adapters.local_discovery import Place, find_servers, found_endpoints, places, usual_places
from ralex_tui.adapters.loopback import Loopback, NotThere, is_another_persons
from ralex_tui.config.schema import LocalSettings, ProviderSettings, Settings
from ralex_tui.domain.local import FoundServer
from tests.adapters.local_fakes import LLAMA_CPP, LM_STUDIO, OLLAMA, PLAIN, VLLM, raw_server, serving

CANARY = "sk-canary-5f2c9e7b41d84d0a"


async def found_at(port: int, usual: str) -> FoundServer:
    (server,) = await find_servers([Place(port, usual)])
    return server


def ids(server: FoundServer) -> list[str]:
    return [model.ref.id for model in server.models]


async def test_ollama_lists_what_can_chat_here_the_loaded_first() -> None:
    with serving(OLLAMA) as fake:
        server = await found_at(fake.port, "ollama")

    assert ids(server) == ["ollama/llama3.2:latest", "ollama/qwen3:8b"]
    assert [(model.is_loaded, model.context) for model in server.models] == [(True, 8192), (False, None)]
    assert server.n_left_out == 4
    assert (server.software, server.api_base) == ("Ollama", f"http://127.0.0.1:{fake.port}/v1")


async def test_lm_studio_tells_type_and_state() -> None:
    with serving(LM_STUDIO) as fake:
        server = await found_at(fake.port, "lmstudio")

    assert ids(server) == ["lmstudio/qwen2-vl-7b-instruct", "lmstudio/qwen/qwen3-8b"]
    assert server.models[0].context == 4096
    assert server.models[1].context is None


async def test_an_older_lm_studio_is_asked_as_any_other_server() -> None:
    with serving(PLAIN) as fake:
        server = await found_at(fake.port, "lmstudio")

    assert ids(server) == ["lmstudio/one", "lmstudio/two"]
    assert server.software == "a server that speaks OpenAI's API"


async def test_llama_cpp_calls_its_model_by_the_file_and_tells_its_context() -> None:
    with serving(LLAMA_CPP) as fake:
        server = await found_at(fake.port, "llamacpp")

    (model,) = server.models
    assert (model.ref.id, model.is_loaded, model.context) == ("llamacpp/gemma-3-4b.Q4_K_M.gguf", True, 16384)


async def test_what_a_server_calls_itself_goes_before_its_port() -> None:
    with serving(VLLM) as fake:
        server = await found_at(fake.port, "llamacpp")

    (model,) = server.models
    assert (model.ref.id, model.context, server.software) == ("vllm/Qwen/Qwen3-8B", 40960, "vLLM")


async def test_the_second_server_of_a_kind_is_called_by_its_port_too() -> None:
    with serving(VLLM) as one, serving(VLLM) as two:
        servers = await find_servers([Place(one.port, "vllm"), Place(two.port, "llamacpp")])

    assert [server.provider for server in servers] == ["vllm", f"vllm-{two.port}"]
    assert ids(servers[1]) == [f"vllm-{two.port}/Qwen/Qwen3-8B"]


async def test_a_server_that_was_found_gets_no_key_and_its_endpoint_has_none() -> None:
    with serving(OLLAMA) as fake:
        server = await found_at(fake.port, "ollama")
        (endpoint,) = found_endpoints([server])

    assert set(fake.keys) == {None}
    assert (endpoint.kind, endpoint.key, endpoint.is_local) == ("openai", NO_KEY, True)


async def test_a_server_that_asks_for_a_key_is_told_and_not_used() -> None:
    with serving(PLAIN, needs_key=CANARY) as fake:
        server = await found_at(fake.port, "llamacpp")

    assert (server.models, server.trouble) == ((), "it asks for a key")


async def test_a_configured_server_is_asked_with_its_own_key_and_keeps_its_name() -> None:
    with serving(PLAIN, needs_key=CANARY) as fake:
        box = ProviderSettings("openai", f"http://localhost:{fake.port}/v1", "BOX_KEY", local=True)
        settings = Settings(providers={"box": box})
        where = places(settings, endpoints(settings, {"BOX_KEY": CANARY}), [])
        (server,) = await find_servers(where)

    assert ids(server) == ["box/one", "box/two"]
    assert set(fake.keys) == {f"Bearer {CANARY}"}
    assert found_endpoints([server]) == []


async def test_a_configured_ollama_is_asked_in_its_own_words() -> None:
    with serving(OLLAMA) as fake:
        settings = Settings(
            providers={"mine": ProviderSettings("ollama_chat", f"http://127.0.0.1:{fake.port}", local=True)}
        )
        (server,) = await find_servers(places(settings, endpoints(settings, {}), []))

    assert ids(server) == ["mine/llama3.2:latest", "mine/qwen3:8b"]


@pytest.mark.parametrize(
    "entry",
    [
        {"ollama": ProviderSettings("openai", "https://far.example/v1")},
        {"box": ProviderSettings("ollama_chat", "http://localhost:11434", local=True)},
        {"tunnel": ProviderSettings("openai", "http://127.0.0.1:11434/v1")},
    ],
)
def test_a_usual_port_is_left_alone_where_the_settings_have_its_name_or_address(
    entry: dict[str, ProviderSettings],
) -> None:
    settings = Settings(providers=entry)

    where = places(settings, endpoints(settings, {}))

    assert [place.port for place in where if not place.provider] == [1234, 8080, 8000]


def test_servers_of_other_computers_are_not_looked_for() -> None:
    settings = Settings(providers={"nas": ProviderSettings("openai", "http://192.168.1.5:8080/v1", local=True)})

    assert places(settings, endpoints(settings, {})) == usual_places()


def test_nothing_is_looked_for_where_the_settings_say_so() -> None:
    settings = Settings(
        providers={"box": ProviderSettings("ollama_chat", local=True)}, local=LocalSettings(discover=False)
    )

    assert places(settings, endpoints(settings, {})) == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "10.0.0.1", "evil.example", ""])
def test_only_literal_loopback_addresses_can_be_asked(host: str) -> None:
    with pytest.raises(ValueError, match="not this computer's"):
        Loopback(host, 80)


async def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert await find_servers([Place(port, "ollama")]) == []


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({}) as proxy, serving(OLLAMA) as fake:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await found_at(fake.port, "ollama")

    assert proxy.asked == []


def body(content: bytes, headers: str = "", status: str = "200 OK") -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + content)


def trickle(connection: socket.socket) -> None:
    """A byte now and then, for ever; the receiver hangs up."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)  # the pace is what is tried here


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")


def silent(connection: socket.socket) -> None:
    connection.recv(1)


DEEP = b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HOSTILE: dict[str, Callable[[socket.socket], None]] = {
    "html": body(b"<html><script>alert(1)</script></html>", "Content-Type: text/html\r\n"),
    "not http": lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.7\r\n"),
    "nothing": lambda connection: None,
    "silence": silent,
    "a byte now and then": trickle,
    "no end": endless,
    "a lie about its length": body(b"{}", "Content-Length: 99999999999\r\n"),
    "a length that is none": body(b"{}", "Content-Length: x\r\n"),
    "deep": body(DEEP),
    "half a text": body(b'{"data": [{"id": "on'),
    "not UTF-8": body(b'{"data": [{"id": "\xff\xfe"}]}'),
    "a redirect": body(b"", "Location: http://127.0.0.1:9/v1/models\r\n", "302 Found"),
    "a list": body(b"[1, 2]"),
    "a number": body(b"1e999"),
    "other types": body(b'{"data": {"id": 1}, "models": "x"}'),
    "an error": body(b'{"data": [{"id": "m"}]}', status="500 Oops"),
}


@pytest.mark.parametrize("usual", ["ollama", "lmstudio", "llamacpp"])
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
async def test_an_answer_that_makes_no_sense_is_no_server(answer: Callable[[socket.socket], None], usual: str) -> None:
    with raw_server(answer) as fake:
        started = time.monotonic()
        servers = await find_servers([Place(fake.port, usual, hosts=("127.0.0.1",))])

    assert servers == []
    assert time.monotonic() - started < 2.5


NAMES = [
    "\x1b]0;pwned\x07",
    "a\nb",
    "../../etc/passwd",
    "/etc/passwd",
    "a//b",
    "x" * 5_000,
    "\u202egnp.exe",
    "a b",
    "${HOME}",
    "",
    None,
    7,
    ["a"],
    {"b": 1},
    "one/two/three/four/five/six",
    "[link=http://evil]",
]


@pytest.mark.parametrize("key", ["id", "name"])
async def test_names_that_are_none_are_left_out(key: str) -> None:
    entries: list[object] = [{key: name} for name in NAMES]
    listed = {"data": [*entries, "text", None, 3, {key: "good:1b"}], "models": [*entries, None, {key: "good:1b"}]}
    with serving({"/api/tags": listed, "/v1/models": listed}) as fake:
        server = await found_at(fake.port, "ollama" if key == "name" else "vllm")

    assert [model.ref.path for model in server.models] == ["good:1b"]


async def test_fifty_models_of_ten_thousand_are_taken() -> None:
    listed = {"data": [{"id": f"m{n}"} for n in range(10_000)]}
    with serving({"/v1/models": listed}) as fake:
        server = await found_at(fake.port, "vllm")

    assert len(server.models) == 50
    assert server.n_left_out == 9_950


@pytest.mark.parametrize("context", [-1, 0, "4096", True, 1.5, 10**30, None, [4096]])
async def test_a_context_that_makes_no_sense_is_not_told(context: object) -> None:
    with serving({"/v1/models": {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": context}]}}) as fake:
        server = await found_at(fake.port, "vllm")

    assert server.models[0].context is None


@pytest.mark.parametrize(
    ("name", "can_chat"),
    [
        ("bge-m3", False),
        ("mxbai-embed-large:latest", False),
        ("all-minilm:l6-v2", False),
        ("Qwen/Qwen3-Reranker-4B", False),
        ("whisper-large-v3", False),
        ("black-forest-labs/FLUX.1-dev", False),
        ("stable-diffusion-xl", False),
        ("jina-embeddings-v3", False),
        ("text-embedding-3-small", False),
        ("qwen3-coder:30b", True),
        ("gemma-3-4b-it", True),
        ("fluxional-7b", True),
        ("phi4:14b", True),
        ("embers-8b", True),
    ],
)
async def test_models_for_other_work_than_chat_are_told_by_their_names(name: str, can_chat: bool) -> None:
    with serving({"/v1/models": {"data": [{"id": name}]}}) as fake:
        server = await found_at(fake.port, "vllm")

    assert bool(server.models) is can_chat


TABLE = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    "   0: {address}:2CAA 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {uid:>5}        0 1\n"
)


@pytest.mark.parametrize(
    ("uid", "state", "is_so"), [(65_533, "0A", True), (0, "0A", False), (998, "0A", False), (65_533, "01", False)]
)
def test_a_port_that_another_person_listens_on_is_told(tmp_path: Path, uid: int, state: str, is_so: bool) -> None:
    (tmp_path / "tcp").write_text(TABLE.format(address="0100007F", state=state, uid=uid))

    assert is_another_persons(11434, tmp_path) is is_so
    assert not is_another_persons(1234, tmp_path)


def test_a_server_of_this_user_is_no_other_persons() -> None:
    with serving(OLLAMA) as fake:
        assert not is_another_persons(fake.port)


async def test_a_server_of_another_person_is_told_and_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ralex_tui.adapters.local_discovery.is_another_persons", lambda port: True)
    with serving(OLLAMA) as fake:
        server = await found_at(fake.port, "ollama")

    assert (server.models, server.trouble) == ((), "another user of this computer runs it")
    assert fake.asked == []


def test_more_than_a_megabyte_is_refused() -> None:
    with serving({"/v1/models": "x" * 1_000_001}) as fake, pytest.raises(NotThere, match="megabyte"):
        Loopback("127.0.0.1", fake.port).get("/v1/models")


def test_an_address_of_the_newer_kind_stands_in_brackets() -> None:
    assert Loopback("::1", 8080).address == "[::1]:8080"
