"""What we change in LiteLLM itself: slips of 1.106.2 that cost money or trust and can't be mended from outside.

Each change looks for what it changes and leaves alone what is not there, or is ours already.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ralex_tui.adapters.provider_words import code_in

_OPENAI_CLIENT = "_get_async_http_client"


def mend() -> None:
    """Apply all changes. LiteLLM must be imported; a second call changes nothing."""
    _let_answers_repeat_themselves(import_module("litellm"))
    _let_gemini_break_off(import_module("litellm.llms.vertex_ai.gemini.vertex_and_google_ai_studio_gemini"))
    _let_anthropic_be_closed(import_module("litellm.llms.anthropic.chat.handler"))
    handler: Any = getattr(import_module("litellm.llms.custom_httpx.http_handler"), "AsyncHTTPHandler", None)
    _follow_nobody(handler, "create_client")
    _follow_nobody(getattr(import_module("litellm.llms.openai.common_utils"), "BaseOpenAILLM", None), _OPENAI_CLIENT)
    _send_once(handler)
    iterator = import_module("litellm.llms.base_llm.base_model_iterator")
    _read_events_as_they_are(getattr(iterator, "BaseModelResponseIterator", None))


def _let_answers_repeat_themselves(litellm: Any) -> None:
    """Have an answer of a hundred equal pieces, a ruled line or a drawing, come to its end.

    LiteLLM takes it for a model that is stuck, and breaks it off as an error of the server's. What a stuck one
    can cost is held.
    """
    if hasattr(litellm, "REPEATED_STREAMING_CHUNK_LIMIT"):
        litellm.REPEATED_STREAMING_CHUNK_LIMIT = sys.maxsize


def _follow_nobody(owner: Any, name: str) -> None:
    """Have the HTTP clients that `owner.name` makes follow no redirect.

    They would else send the prompt, and the headers of some kinds' keys, to whichever host the answer names.
    """
    made_as_before = inspect.getattr_static(owner, name, None)
    if made_as_before is None or hasattr(made_as_before, "is_ours"):
        return
    is_static = isinstance(made_as_before, staticmethod)
    make: Any = made_as_before.__func__ if is_static else made_as_before

    def made(*args: Any, **named: Any) -> Any:
        client = make(*args, **named)
        if client is not None:
            client.follow_redirects = False
        return client

    mended: Any = staticmethod(made) if is_static else made
    mended.is_ours = True
    setattr(owner, name, mended)


def _send_once(handler: Any) -> None:
    """Have a request whose connection was lost fail, and not be sent again.

    LiteLLM's own handler sends it once more by itself: without a hold, and billed twice where the first one
    had arrived.
    """
    if not hasattr(handler, "single_connection_post_request"):
        return

    async def send_again(*args: Any, **named: Any) -> Any:
        raise  # the error in whose handling it is called

    handler.single_connection_post_request = send_again


def _read_events_as_they_are(iterator: Any) -> None:
    """Have the streams that LiteLLM reads by itself stop at a broken event, and only at the real end.

    It else skips an event that is no JSON, so that words are missing from an answer that looks whole; and takes an
    answer that speaks of "[DONE]" for ended there, without those words and without the usage.
    """
    read: Any = getattr(iterator, "_handle_string_chunk", None)
    if read is None or hasattr(read, "is_ours"):
        return

    def read_as_it_is(self: Any, str_line: str) -> Any:
        data = str_line.removeprefix("data:").strip() if str_line.startswith("data:") else ""
        if not data or data == "[DONE]":
            return read(self, str_line)
        chunk = json.loads(data)
        if isinstance(chunk, dict) and chunk.get("error"):
            chunk["error"] = _readable(chunk["error"])
        return self.chunk_parser(chunk=chunk)

    read_as_it_is.is_ours = True  # type: ignore[attr-defined]  # the mark that `hasattr` looks for
    iterator._handle_string_chunk = read_as_it_is


def _readable(error: Any) -> dict[str, Any]:
    """An error object with what LiteLLM looks for in it."""
    known = error if isinstance(error, dict) else {"message": str(error)}
    return {**known, "message": str(known.get("message") or ""), "code": code_in(known) or 500}


def _let_gemini_break_off(module: Any) -> None:
    """Leave the finish reason open in those of Gemini's chunks that name none.

    LiteLLM writes "stop" into each of them, so that an answer that was cut off looks whole, and what was
    counted until then like the bill.
    """
    config: Any = getattr(module, "VertexGeminiConfig", None)
    made_up = getattr(config, "_create_streaming_choice", None)
    if made_up is None or hasattr(made_up, "is_ours"):
        return

    def choice(*args: Any, **named: Any) -> Any:
        made = made_up(*args, **named)
        candidate = named.get("candidate")
        if isinstance(candidate, Mapping) and not candidate.get("finishReason"):
            made.finish_reason = None
        return made

    choice.is_ours = True  # type: ignore[attr-defined]  # the mark that `hasattr` looks for
    config._create_streaming_choice = staticmethod(choice)


def _let_anthropic_be_closed(module: Any) -> None:
    """Have Anthropic's stream close its connection when it is closed.

    LiteLLM's other streams do; this one leaves it open until the garbage collector comes by, and the
    provider goes on writing, and billing, an answer that the user has stopped.
    """
    stream: Any = getattr(module, "ModelResponseIterator", None)
    if stream is None or hasattr(stream, "aclose"):
        return

    async def aclose(self: Any) -> None:
        close = getattr(self.streaming_response, "aclose", None)
        if close is not None:
            await close()

    stream.aclose = aclose
