"""Random kills of the provider, LiteLLM's process, the embedded model and the app, while somebody chats.

Afterwards: nothing lost, nothing orphaned, the money right.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ralex_tui.domain.conversation import Role
from tests.e2e.terminal import Terminal
from tests.e2e.test_app import children_of, wait_gone
from tests.soak.home import Home, processes_of

_SENT = ("waiting", "writing", "thinking")


@dataclass
class Told:
    """What was seen to be so, and must be so on disk.

    Attributes:
        asked: The names of questions that stood in the transcript.
        answered: Those whose answer stood there to its end, with its last word.
        n_kills: By what was killed.
    """

    asked: set[str] = field(default_factory=set)
    answered: dict[str, str] = field(default_factory=dict)
    n_kills: Counter[str] = field(default_factory=Counter)


class Chatter:
    """Somebody who types, waits, stops, and whose programs are killed."""

    def __init__(self, home: Home, seed: int) -> None:
        self._home = home
        self._dice = random.Random(seed)
        self._number = 0
        self._app: Terminal | None = None
        self.told = Told()

    def run(self, seconds: float) -> None:
        """Chat and kill for that long, then leave properly and look once more, so that what was open is charged."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._step()
        app = self._started()
        self._rest(app)
        self._quit(app)
        again = self._started()
        again.wait_for(_is_idle, 60)
        self._quit(again)

    def _step(self) -> None:
        app = self._started()
        self._number += 1
        name = f"q{self._number}"
        n_words = self._dice.choice([3, 20, 60, 150])
        is_local = self._dice.random() < 0.2
        app.type("/tier local\r" if is_local else "/tier cheap\r")
        app.type(f"{name} w{n_words}\r")
        victim = self._dice.choice(["none", "none", "stop", "app", "engine", "provider", "embedded"])
        with contextlib.suppress(AssertionError):
            # It may be refused, or come after something else was killed: then it was never asked.
            app.wait_for(lambda screen: f"{name} w" in screen and any(word in screen for word in _SENT), 10)
            self.told.asked.add(name)
        _read_for(app, self._dice.random() * 1.5)
        if app.has_ended:
            raise AssertionError(f"the app ended by itself; the screen was:\n{app.screen}\n{self._home.last_words()}")
        self._kill(victim, app)
        if self._app is not None:
            self._rest(app)
            if not is_local and victim == "none" and f"{name}-{n_words - 1}" in app.screen:
                self.told.answered[name] = f"{name}-{n_words - 1}"

    def _kill(self, victim: str, app: Terminal) -> None:
        self.told.n_kills[victim] += 1
        match victim:
            case "stop":
                app.press("esc")
            case "app":
                children = children_of(app.pid)
                app.kill()
                self._app = None
                wait_gone(children)
            case "provider":
                self._home.kill_provider()
                _read_for(app, self._dice.random() * 0.5)
                self._home.start_provider()
            case "engine" | "embedded":
                wanted = "engine_host" if victim == "engine" else "local_server"
                for child in children_of(app.pid):
                    with contextlib.suppress(OSError):
                        if wanted.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                            os.kill(child, signal.SIGKILL)

    def _started(self) -> Terminal:
        if self._app is None:
            self._app = self._home.start_app()
            self._app.wait_for(_is_idle, 60)
        return self._app

    def _rest(self, app: Terminal) -> None:
        """Wait until nothing is on its way any more."""
        app.wait_for(_is_idle, 180)

    def _quit(self, app: Terminal) -> None:
        app.press("ctrl+q")
        assert app.wait_exit() == 0
        self._app = None


def judge(home: Home, told: Told) -> list[str]:
    """What is not as it must be; empty where all is."""
    faults = []
    entries, billed = home.entries(), home.billed()
    open_holds = [entry.reservation.id for entry in entries if entry.is_open]
    if open_holds:
        faults.append(f"{len(open_holds)} holds are open though every process has ended")
    paid = [entry for entry in entries if not entry.reservation.price.is_free]
    if len(paid) < len(billed):
        faults.append(f"{len(billed)} requests arrived at the provider, {len(paid)} are in the ledger")
    charged = sum(entry.cost.amount.nano for entry in paid)
    due = sum(nano for _, nano in billed.values())
    if charged < due:
        faults.append(f"the provider has billed {due} nano-dollars, the ledger has {charged}")
    texts = {message.text for talk in home.conversations() for message in talk.messages.values()}
    questions = {text.split()[0] for text in texts if text.startswith("q")}
    faults += [f"{name} was asked and is on no disk" for name in sorted(told.asked - questions)]
    arrived = {name for name, _ in billed.values() if name.startswith("q")}
    faults += [f"{name} arrived at the provider and is on no disk" for name in sorted(arrived - questions)]
    answers = "\n".join(
        message.text
        for talk in home.conversations()
        for message in talk.messages.values()
        if message.role is Role.ASSISTANT
    )
    faults += [
        f"the answer to {name} is not whole on disk" for name, last in told.answered.items() if last not in answers
    ]
    orphans = processes_of(home.folder / "home")
    if orphans:
        faults.append(f"{len(orphans)} processes live on: {orphans}")
    return faults


def play(folder: Path, seconds: float, seed: int) -> tuple[Told, list[str], Home]:
    """One soak; what was seen, and what is wrong."""
    home = Home(folder)
    home.configure()
    home.start_provider()
    chatter = Chatter(home, seed)
    try:
        chatter.run(seconds)
    finally:
        if home.provider is not None:
            home.kill_provider()
    return chatter.told, judge(home, chatter.told), home


def _is_idle(screen: str) -> bool:
    return "esc stop" not in screen and "enter send" in screen


def _read_for(app: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        app.pump(left)
