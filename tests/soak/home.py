"""A home for the soak: settings, the provider's process, the app's terminal, and what lies on disk afterwards."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ralex_tui import bootstrap
from ralex_tui.domain.conversation import Conversation
from ralex_tui.domain.ledger import Entry
from tests.e2e.terminal import Terminal

MODELS = Path(os.environ.get("RALEX_MODELS", Path(__file__).parents[2] / ".home" / "models"))

_CONFIG = """
budget: {{daily: "{daily}"}}
providers:
  lan: {{kind: openai, api_base: "http://127.0.0.1:{port}/v1", api_key_env: LAN_KEY}}
tiers:
  cheap: {{models: [lan/small], max_tokens: 200}}
  smart: {{models: [lan/large], max_tokens: 200}}
  local: {{max_tokens: 24}}
prices:
  lan/small: {{input: "0.30", output: "2.50", date: 2026-11-01, source: own}}
  lan/large: {{input: "0.30", output: "2.50", date: 2026-11-01, source: own}}
"""


@dataclass
class Home:
    """A folder with all that the app and its provider write."""

    folder: Path
    daily: str = "5000.00"
    port: int = field(default_factory=lambda: _free_port())
    provider: subprocess.Popen[bytes] | None = None

    @property
    def bill(self) -> Path:
        return self.folder / "bill"

    def configure(self) -> None:
        file = self.folder / "home" / "config" / "config.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_CONFIG.format(port=self.port, daily=self.daily))

    def start_provider(self) -> None:
        command = [sys.executable, "-m", "tests.soak.provider", str(self.port), str(self.bill)]
        self.provider = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.provider.stdout is not None
        assert self.provider.stdout.readline() == b"ready\n"

    def kill_provider(self) -> None:
        assert self.provider is not None
        self.provider.kill()
        self.provider.wait()
        assert self.provider.stdout is not None
        self.provider.stdout.close()
        self.provider = None

    def start_app(self, columns: int = 120, rows: int = 40, kind: type[Terminal] = Terminal) -> Terminal:
        home = str(self.folder / "home")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "TZ": "UTC",
            "RALEX_HOME": home,
            "RALEX_MODELS": str(MODELS),
            "LAN_KEY": "key-of-the-soak-0123456789",
        }
        return kind([sys.executable, "-m", "ralex_tui"], env=environment, columns=columns, rows=rows)

    def billed(self) -> dict[str, tuple[str, int]]:
        """By request: the question's name and what the provider has billed for it, in nano-dollars."""
        if not self.bill.exists():
            return {}
        lines = [json.loads(line) for line in self.bill.read_text().splitlines()]
        return {line["request"]: (line["q"], line["nano"]) for line in lines}

    def entries(self) -> list[Entry]:
        """All of the ledger, as the next program would read it."""
        with bootstrap.open_ledger(self._setup()) as ledger:
            return ledger.entries_sync(date.min, date.max)

    def conversations(self) -> list[Conversation]:
        """All conversations, as they lie on disk."""
        setup = self._setup()
        from ralex_tui.adapters.tinydb_conversations import TinydbConversations

        store = TinydbConversations(setup.paths.conversations, self.folder / "index")
        return [store.load(row.id) for row in store.summaries()]

    def last_words(self) -> str:
        """What the app's logs tell of its end."""
        logs = self.folder / "home" / "state" / "logs"
        files = [*logs.glob("crash-*"), *logs.glob("ralex-*.jsonl"), logs / "fault.txt"]
        return "\n".join(f"{file.name}: {file.read_text()[-3000:]}" for file in files if file.exists())

    def _setup(self) -> bootstrap.Setup:
        return bootstrap.load(str(self.folder / "home"), None, None)


def processes_of(home: Path) -> list[int]:
    """The living processes whose command or environment names the folder."""
    wanted = str(home).encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            state = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
            said = Path(f"/proc/{entry}/cmdline").read_bytes() + Path(f"/proc/{entry}/environ").read_bytes()
        except OSError:
            continue
        if wanted in said and state != "Z":
            found.append(int(entry))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
