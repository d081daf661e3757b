"""The child process of the embedded model: `python -m ralex_tui.adapters.local_server DESCRIPTOR`.

Reads one JSON line from stdin (the model file, a key, sizes), answers with one on the pipe DESCRIPTOR
(the address, or why not), and serves llama.cpp's OpenAI-like API on loopback until stdin ends.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import urllib.parse
from typing import Any

from ralex_tui.adapters.child import die_with_parent, take_protocol

_HOST = "127.0.0.1"
_PROMPT_CACHE_MIB = 64  # the library's own default may grow to 8 GiB
_HEALTH_S = 30.0


def serve(order: dict[str, Any]) -> Any:
    """Load the model and begin to serve it.

    Returns:
        The server, which serves for as long as it is kept.

    Raises:
        RuntimeError: If llama.cpp can't load the file.
    """
    # Heavy (a shared library of 100 MB), and its absence is a message, not a crash.
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["gguf"]
    params.hostnames = [_HOST]
    params.port = 0  # the system picks a free one
    params.api_keys = [order["key"]]
    params.n_ctx = order["context"]
    params.n_parallel = 1
    params.cpuparams.n_threads = order["threads"]
    params.cpuparams_batch.n_threads = order["threads"]
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.ui = False
    params.endpoint_slots = False  # it would show the prompts
    params.offline = True
    return xllamacpp.Server(params)


def check_health(address: str, key: str) -> None:
    """See that it answers, and that it does so with our key only.

    Raises:
        RuntimeError: If it doesn't.
        OSError: If it can't be asked.
    """
    parts = urllib.parse.urlsplit(address)
    for headers, expected in (({"Authorization": f"Bearer {key}"}, 200), ({}, 401)):
        connection = http.client.HTTPConnection(parts.hostname or _HOST, parts.port, timeout=_HEALTH_S)
        try:
            connection.request("GET", "/v1/models", headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != expected:
            raise RuntimeError(f"the server answered its health check with HTTP {status}, not {expected}")


def main() -> None:
    """Serve until stdin ends, which it does with the app, however that ends."""
    die_with_parent()
    protocol = take_protocol(int(sys.argv[1]))
    order = json.loads(sys.stdin.buffer.readline())
    # In a thread, because loading a model blocks this one for seconds.
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        server = serve(order)
        check_health(server.listening_address, order["key"])
        reply = {"address": server.listening_address}
    except ImportError:
        reply = {"missing": "xllamacpp"}
    except (RuntimeError, ValueError, OSError) as error:
        reply = {"failed": str(error)}
    os.write(protocol, json.dumps(reply).encode() + b"\n")
    os.close(protocol)
    threading.Event().wait()


def _end_with_stdin() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    # Not sys.exit: llama.cpp's threads are in the middle of things, and nothing needs saving.
    os._exit(0)


if __name__ == "__main__":
    main()
