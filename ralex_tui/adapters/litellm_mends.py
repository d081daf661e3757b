"""What we change in LiteLLM itself: two slips of 1.106.2 that cost money and can't be mended from outside.

Each change looks for what it changes and leaves alone what is not there, or is ours already.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def mend() -> None:
    """Apply both changes. LiteLLM must be imported; a second call changes nothing."""
    _let_gemini_break_off(import_module("litellm.llms.vertex_ai.gemini.vertex_and_google_ai_studio_gemini"))
    _let_anthropic_be_closed(import_module("litellm.llms.anthropic.chat.handler"))


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
