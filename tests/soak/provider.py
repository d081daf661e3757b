"""A provider that keeps its own bill: `python -m tests.soak.provider PORT BILL`; made to be killed at any moment.

It answers any chat request with as many words as the last message asks for (`w20`), and writes what it has
billed so far to BILL, a JSON line each: {"q": the question's name, "tokens": [in, out], "nano": cost so far}.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys

IN_NANO, OUT_NANO = 300, 2_500  # a token, as in the prices of `tests/soak/home.py`
PACE_S = 0.01
_QUESTION = re.compile(r"\b(q\d+) w(\d+)\b")


class Bill:
    """Appended to with one write a line, so that a kill leaves whole lines."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, request: str, question: str, n_input: int, n_output: int) -> None:
        nano = n_input * IN_NANO + n_output * OUT_NANO
        line = {"request": request, "q": question, "tokens": [n_input, n_output], "nano": nano}
        os.write(self._descriptor, json.dumps(line).encode() + b"\n")


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bill: Bill) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
    asked = _QUESTION.findall(body["messages"][-1]["content"])
    question, n_words = (asked[-1][0], int(asked[-1][1])) if asked else ("?", 5)
    n_input = sum(len(message["content"]) // 4 + 4 for message in body["messages"])
    request = os.urandom(8).hex()
    bill.write(request, question, n_input, 0)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    for n in range(min(n_words, body["max_tokens"])):
        await asyncio.sleep(PACE_S)
        bill.write(request, question, n_input, n + 1)
        writer.write(_line({"choices": [{"index": 0, "delta": {"content": f"{question}-{n} "}}]}))
        await writer.drain()
    writer.write(_line({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    usage = {"prompt_tokens": n_input, "completion_tokens": n_words, "total_tokens": n_input + n_words}
    writer.write(_line({"choices": [], "usage": usage}))
    writer.write(b"data: [DONE]\n\n")
    await writer.drain()


def _line(chunk: dict[str, object]) -> bytes:
    whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "soak", **chunk}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


async def main(port: int, path: str) -> None:
    bill = Bill(path)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that goes away is what this is about.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _serve(reader, writer, bill)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
