"""Runs ralex in a hostile folder and tells what it did: `python -m tests.hostile.cage FOLDER WHAT ROOT [--net]`.

With --net it is alone in a network of its own (`unshare -rnm`), in which every packet that is not for this
computer, name look-ups included, goes to an interface that counts it. WHAT is `quick`, `ask` or `app`.
Writes one JSON object.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from tests.hostile.folders import FOLDERS, Folder, Site

RALEX = str(Path(sys.executable).with_name("ralex"))
QUICK = (("config", "check"), ("models", "--json"))
ASK = (("ask", "--tier", "cheap", "hello"),)
CANARY = "sk-canary-5f2c9e7b41d84d0a"
MODELS = Path(os.environ.get("RALEX_MODELS", Path(__file__).parents[2] / ".home" / "models"))
CONFIG = """
providers:
  lan: {{kind: openai, api_base: "{url}", api_key_env: LAN_KEY}}
tiers:
  cheap: {{models: [lan/small], max_tokens: 1000}}
prices:
  lan/small: {{input: "0.30", output: "2.50", date: 2026-11-01, source: own}}
"""
_NOBODY = "http://127.0.0.1:9/v1"
_LIMIT_S = 60

_SETTING_UP = (
    ("mount", "--bind", "{resolv}", "/etc/resolv.conf"),
    ("ip", "link", "set", "lo", "up"),
    ("ip", "link", "add", "out", "type", "veth", "peer", "name", "far"),
    ("ip", "addr", "add", "10.99.0.1/24", "dev", "out"),
    ("ip", "link", "set", "out", "up"),
    ("ip", "link", "set", "far", "up"),
    ("ip", "neigh", "add", "10.99.0.2", "lladdr", "02:00:00:00:00:01", "dev", "out"),
    ("ip", "route", "add", "default", "via", "10.99.0.2", "dev", "out"),
)


Act: TypeAlias = Callable[[Path, dict[str, str]], list[dict[str, Any]]]


class Evil:
    """A server on loopback that counts who comes, and answers nobody."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard: list[str] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(1)
                self.heard.append(connection.recv(2_000).decode("latin-1"))


def set_up_network(root: Path) -> None:
    """Every packet for another host leads to the interface `out`, look-ups of names as well."""
    resolv = root / "resolv.conf"
    resolv.write_text("nameserver 10.99.0.2\noptions timeout:1 attempts:1\n")
    for command in _SETTING_UP:
        subprocess.run([part.format(resolv=resolv) for part in command], check=True, capture_output=True)
        for name in ("out", "far"):
            switch = Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6")
            if switch.exists():
                switch.write_text("1")


def n_packets() -> int:
    """How many have left by `out`; see proc(5)."""
    for line in Path("/proc/net/dev").read_text().splitlines():
        name, _, figures = line.partition(":")
        if name.strip() == "out":
            return int(figures.split()[9])
    raise RuntimeError("there is no interface to count packets")


def listing(root: Path, without: Path) -> dict[str, str]:
    """Every name below `root` with its kind, size and time; links are not followed.

    The folder for temporary files may be used, but nothing may stay there: its own time does not count.
    """
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if Path(folder, name) != without]
        for name in (*folders, *files):
            path = Path(folder, name)
            status = path.lstat()
            name_below = str(path.relative_to(root))
            found[name_below] = str((status.st_mode, status.st_size, name_below == "tmp" or status.st_mtime_ns))
    return found


def main() -> None:
    """Make the folder, run ralex in it, and tell what came of it."""
    name, what, root = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    has_net = "--net" in sys.argv
    if has_net:
        set_up_network(root)
    if what == "quick":
        result = _tell(name, root, _NOBODY, _look, has_net)
    else:
        # Imported here: it brings pytest along, which takes longer than what the quick runs take.
        from tests.e2e.conftest import ProviderInThread

        act = _use_app if what == "app" else _ask
        provider = ProviderInThread()
        result = _tell(name, root, provider.url, act, has_net) | {"n_asked": provider.n_requests}
        provider.stop()
    sys.stdout.write(json.dumps(result) + "\n")


def _tell(name: str, root: Path, provider: str, act: Act, has_net: bool) -> dict[str, Any]:
    evil = Evil()
    site, environ = _prepare(FOLDERS[name], root, provider, evil.url)
    before, packets = listing(root, site.home), n_packets() if has_net else 0
    runs = act(site.cwd, environ)
    after = listing(root, site.home)
    if not site.cwd.exists():
        after["work"] = before["work"]  # where the cage itself has made it and removed it again
    return {
        "runs": runs,
        "evil": evil.heard,
        "packets": n_packets() - packets if has_net else None,
        "changed": sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)),
        "marker": site.marker.read_text() if site.marker.exists() else "",
    }


def _prepare(folder: Folder, root: Path, provider: str, evil: str) -> tuple[Site, dict[str, str]]:
    home, user, temporary, cwd = root / "home", root / "user", root / "tmp", root / "work" / folder.name
    for each in (home / "config", user, temporary, cwd):
        each.mkdir(parents=True)
    (home / "config" / "config.yaml").write_text(CONFIG.format(url=provider))
    site = Site(cwd, evil, root / "marker", home)
    folder.make(site)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(user),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "TZ": "UTC",
        "RALEX_HOME": str(home),
        "RALEX_MODELS": str(MODELS),
        "LAN_KEY": CANARY,
    }
    changed = {name: value.format(PATH=os.environ["PATH"]) for name, value in folder.environ.items()}
    return site, {**environ, **changed}


def _run(command: tuple[str, ...], cwd: Path, environ: dict[str, str]) -> dict[str, Any]:
    # By way of a shell's own cd, so that a folder that is gone can be gone into all the same.
    ran = subprocess.run(
        [RALEX, *command],
        cwd=cwd if cwd.exists() else None,
        preexec_fn=None if cwd.exists() else lambda: _enter_and_remove(cwd),
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LIMIT_S,
        check=False,
    )
    return {"command": " ".join(command), "code": ran.returncode, "out": _text(ran.stdout), "err": _text(ran.stderr)}


def _enter_and_remove(cwd: Path) -> None:
    cwd.mkdir()
    os.chdir(cwd)
    cwd.rmdir()


def _look(cwd: Path, environ: dict[str, str]) -> list[dict[str, Any]]:
    return [_run(each, cwd, environ) for each in QUICK]


def _ask(cwd: Path, environ: dict[str, str]) -> list[dict[str, Any]]:
    return [_run(each, cwd, environ) for each in ASK]


def _use_app(cwd: Path, environ: dict[str, str]) -> list[dict[str, Any]]:
    """Start the app, ask something, copy the answer, and quit."""
    # Imported here for the reason above.
    from tests.e2e.terminal import Terminal

    with Terminal([RALEX], env=environ, cwd=str(cwd)) as app:
        app.wait_for("Write a message.", _LIMIT_S)
        app.type("/tier cheap\r")
        app.type("hello\r")
        app.wait_for("Hello", _LIMIT_S)
        app.press("up")
        app.wait_for("y copy", _LIMIT_S)
        app.type("y")
        app.wait_for(lambda screen: "characters" in screen, _LIMIT_S)
        screen = app.screen
        app.press("ctrl+q")
        code = app.wait_exit(_LIMIT_S)
    return [{"command": "app", "code": code, "out": screen, "err": "", "raw": _text(bytes(app.raw))}]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    main()
