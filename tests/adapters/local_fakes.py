"""Servers on this computer that answer as Ollama, LM Studio and the like do, or as nobody should."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OLLAMA: Mapping[str, object] = {
    "/api/tags": {
        "models": [
            {"name": "qwen3:8b", "details": {"family": "qwen3"}},
            {"name": "llama3.2:latest", "details": {"family": "llama"}, "capabilities": ["completion", "tools"]},
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
            {"name": "mystery:1b", "details": {"family": "gemma"}, "capabilities": ["embedding"]},
            {"name": "gpt-oss:120b-cloud", "details": {"family": "gptoss"}},
            {"name": "kimi:1t", "remote_host": "https://far.example", "details": {"family": "kimi"}},
        ]
    },
    "/api/ps": {"models": [{"name": "llama3.2:latest", "context_length": 8192}]},
}
LM_STUDIO: Mapping[str, object] = {
    "/api/v0/models": {
        "data": [
            {"id": "qwen/qwen3-8b", "type": "llm", "state": "not-loaded", "max_context_length": 131072},
            {
                "id": "qwen2-vl-7b-instruct",
                "type": "vlm",
                "state": "loaded",
                "max_context_length": 32768,
                "loaded_context_length": 4096,
            },
            {"id": "text-embedding-nomic-embed-text-v1.5", "type": "embeddings", "state": "not-loaded"},
        ]
    }
}
LLAMA_CPP: Mapping[str, object] = {
    "/v1/models": {"data": [{"id": "../models/gemma-3-4b.Q4_K_M.gguf", "owned_by": "llamacpp"}]},
    "/props": {"default_generation_settings": {"n_ctx": 16384}, "total_slots": 1},
}
VLLM: Mapping[str, object] = {
    "/v1/models": {"data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 40960}]}
}
PLAIN: Mapping[str, object] = {"/v1/models": {"data": [{"id": "one"}, {"id": "two"}, {"id": "whisper-1"}]}}


@dataclass
class Fake:
    """A server that runs, and what it was asked: paths, and the keys that came along."""

    port: int
    asked: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def serving(answers: Mapping[str, object], *, needs_key: str = "") -> Generator[Fake]:
    """Answer these paths with JSON, and all others with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.asked.append(self.path)
            fake.keys.append(self.headers.get("Authorization"))
            is_let_in = not needs_key or self.headers.get("Authorization") == f"Bearer {needs_key}"
            content = answers.get(self.path) if is_let_in else {"error": "no key"}
            body = json.dumps(content).encode()
            self.send_response(200 if is_let_in and content is not None else 404 if is_let_in else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake = Fake(server.server_address[1])
    with _running(lambda: server.serve_forever(0.01), server.shutdown):
        yield fake
    server.server_close()


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Generator[Fake]:
    """Let a function talk with whoever connects, one after another."""
    listener = socket.create_server(("127.0.0.1", 0))
    fake = Fake(listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    fake.asked.append(connection.recv(4_096).decode("ascii").split(" ")[1])
                    answer(connection)
                except OSError:
                    continue

    def stop() -> None:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    with _running(serve, stop):
        yield fake


@contextmanager
def _running(run: Callable[[], None], stop: Callable[[], None]) -> Generator[None]:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(5)
