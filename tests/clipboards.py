"""A clipboard and a browser that remember what they were given, and say what a test wants them to say."""

from __future__ import annotations

import asyncio

from ralex_tui.ports.clipboard import Copied, Terminal


class ScriptedClipboard:
    """Says `copied` of every text; `texts` are those it was given. Until `answers` is set it says nothing."""

    def __init__(self, copied: Copied | None = None, terminal: Terminal | None = None) -> None:
        self.copied = copied or Copied("xclip", is_certain=True)
        self.terminal = terminal or Terminal()
        self.texts: list[str] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def copy(self, text: str) -> Copied:
        self.texts.append(text)
        await self.answers.wait()
        return self.copied


class ScriptedBrowser:
    """Opens every address, unless `is_broken` or `obstacle` say otherwise."""

    def __init__(self, obstacle: str = "") -> None:
        self.obstacle = obstacle
        self.is_broken = False
        self.opened: list[str] = []

    async def open(self, address: str) -> bool:
        self.opened.append(address)
        return not self.is_broken
