"""Copying in a real pseudo-terminal: the bytes that tell the terminal, and a clipboard program of the system's."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.provider import Reply
from tests.e2e.conftest import ProviderInThread
from tests.e2e.terminal import Terminal

Start = Callable[..., Terminal]
Configure = Callable[..., None]

# What wrapping, colours and a narrow screen would spoil, were it copied from the screen.
SOURCE = (
    "# Grüße\n\nA *long* paragraph with `code`, 日本語 and 👩‍👩‍👧, "
    + "that is wrapped at the edge of the screen, " * 6
    + "\n\n```python\nif x:\n    print('[/] $y$')\n```\n\n| a | b |\n|---|---|\n| **1** | 2 |"
)
CHARGED = "<$0.0001"  # the answer has ended
SHOWN = "print('[/] $y$')"


def copied(app: Terminal) -> list[str]:
    """The texts that the terminal was told to keep (OSC 52)."""
    return [b64decode(data).decode() for data in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", app.raw)]


def ask(app: Terminal, provider: ProviderInThread) -> None:
    provider.script(Reply((SOURCE[:40], SOURCE[40:])))
    app.wait_for("Type below.")
    app.type("Show me.\r")
    app.wait_for(SHOWN)
    app.wait_for(CHARGED)


def test_y_gives_the_terminal_the_source_of_the_message_exactly(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    app = start(columns=90)
    ask(app, provider)

    app.press("up")
    app.wait_for("y copy")
    app.type("y")

    app.wait_for("can't be known here")
    assert copied(app) == [SOURCE]


def test_keys_typed_in_one_burst_behind_up_are_meant_for_the_messages(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    app = start(columns=90)
    ask(app, provider)

    app.type("\x1b[Ay")

    app.wait_for("can't be known here")
    assert copied(app) == [SOURCE]


def test_what_is_odd_in_an_answer_is_copied_harmless(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("rm -rf \x1b]52;c;aGk=\x07\u202e the end",)))
    app = start()
    app.wait_for("Type below.")
    app.type("Show me.\r")
    app.wait_for("the end")
    app.wait_for(CHARGED)

    app.press("up")
    app.wait_for("y copy")
    app.type("y")

    app.wait_for("can't be known here")
    assert copied(app) == ["rm -rf ␛]52;c;aGk=␇<U+202E> the end"]


def test_a_clipboard_program_gets_the_same_and_is_believed(
    start: Start, configure: Configure, provider: ProviderInThread, environment: dict[str, str], tmp_path: Path
) -> None:
    configure()
    program = tmp_path / "bin" / "xclip"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n/bin/cat > "{tmp_path}/kept"\necho noise that nobody must see\necho more >&2\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    app = start(DISPLAY=":0", PATH=f"{program.parent}:{environment['PATH']}")
    ask(app, provider)

    app.press("up")
    app.wait_for("y copy")
    app.type("y")

    app.wait_for(f"Copied the message: {len(SOURCE)} characters.")
    assert (tmp_path / "kept").read_text() == SOURCE
    assert copied(app) == [SOURCE]
    assert "noise" not in app.screen


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_in_tmux_as_it_comes_the_text_reaches_its_buffer_and_the_terminal_around_it(
    configure: Configure, provider: ProviderInThread, environment: dict[str, str], tmp_path: Path
) -> None:
    configure()
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    ralex = f"exec {sys.executable} -m ralex_tui"
    with Terminal([*tmux, "-u", "new-session", ralex], env=environment, columns=120, rows=40) as app:
        ask(app, provider)

        app.press("up")
        app.wait_for("y copy")
        app.type("y")

        app.wait_for("into the buffer")
        kept = subprocess.run([*tmux, "show-buffer"], check=True, capture_output=True).stdout.decode()
        app.type("\x11")
        app.wait_exit()
    # tmux's own sequence names no selection.
    assert kept == SOURCE
    assert SOURCE in [b64decode(data).decode() for data in re.findall(rb"\x1b\]52;c?;([A-Za-z0-9+/=]*)\x07", app.raw)]
