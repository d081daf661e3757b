"""What a chat costs with Textual's own parts: an Input, and a Markdown widget fed from a raw httpx stream.

`python -m bench.bare_chat URL`: enter sends.
"""

from __future__ import annotations

import json
import sys

import httpx
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown


class BareChat(App[None]):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="answers")
        yield Input(placeholder="Type below")

    def on_mount(self) -> None:
        self.query_one("#answers").anchor()
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.value = ""
        self.run_worker(self._answer(event.value))

    async def _answer(self, question: str) -> None:
        markdown = Markdown()
        await self.query_one("#answers").mount(markdown)
        stream = Markdown.get_stream(markdown)
        body = {"model": "paced", "stream": True, "messages": [{"role": "user", "content": question}]}
        async with (
            httpx.AsyncClient(timeout=None) as client,
            client.stream("POST", f"{self._url}/chat/completions", json=body) as response,
        ):
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    choices = json.loads(line[6:])["choices"]
                    if choices and (text := choices[0]["delta"].get("content")):
                        await stream.write(text)
        await stream.stop()


if __name__ == "__main__":
    BareChat(sys.argv[1]).run()
