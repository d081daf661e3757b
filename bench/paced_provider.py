"""A provider in a process of its own that streams at a given pace: `python -m bench.paced_provider RATE COUNT`.

Prints its address, then answers any chat request with COUNT words, RATE of them a second (0: at once), the last
of them `ENDOFSTREAM`; then prints when that one was sent, by `time.perf_counter()`, which all processes share.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

LAST_WORD = "ENDOFSTREAM"
_WORDS = ("The", "planner", "reads", "the", "whole", "table,", "for", "four", "in", "ten", "rows", "match.")


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rate: float, count: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    await reader.readexactly(length)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    loop = asyncio.get_running_loop()
    started = loop.time()
    for number in range(count):
        if rate:
            await asyncio.sleep(max(0.0, started + number / rate - loop.time()))
        text = _WORDS[number % len(_WORDS)] + ("\n\n" if number % 60 == 59 else " ")
        if number == count - 1:
            text = f"\n\n{LAST_WORD}"
        writer.write(_line({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}))
        await writer.drain()
    print(time.perf_counter(), flush=True)
    writer.write(_line({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    usage = {"prompt_tokens": 20, "completion_tokens": count, "total_tokens": 20 + count}
    writer.write(_line({"choices": [], "usage": usage}))
    writer.write(b"data: [DONE]\n\n")
    await writer.drain()
    writer.close()


def _line(chunk: dict[str, object]) -> bytes:
    whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "paced", **chunk}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


async def main(rate: float, count: int) -> None:

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that has seen enough goes away; that is no fault.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _serve(reader, writer, rate, count)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), int(sys.argv[2])))
