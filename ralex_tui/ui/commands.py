"""Slash commands as they are typed, and the entries of the command palette."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ralex_tui.config.palette import Palette
from ralex_tui.config.strict_yaml import nearest
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.models import Mode
from ralex_tui.ui.bindings import BY_SLASH, COMMANDS, Command, Scope, keys_of

# One word after the slash, and at most one more: a path or a sentence is text to be sent.
_SLASH = re.compile(r"/([A-Za-z][A-Za-z_-]*)(?:[ \t]+([\w.-]+))?[ \t]*")

# What makes no sense when chosen from the palette, which would be what it acts on.
_KEYS_ONLY = ("app.palette", "app.interrupt")


@dataclass(frozen=True, slots=True)
class Call:
    """A command as the user gave it."""

    command: Command
    argument: str = ""

    @property
    def action(self) -> str:
        """The action for `run_action` of the chat screen."""
        prefix = "app." if self.command.scope == "app" else ""
        return f"{prefix}{self.command.action}" + (f"({self.argument!r})" if self.command.argument else "")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette."""

    title: str
    says: str
    action: str


def parse_slash(text: str) -> Call | None:
    """The command that a submitted text is; None for a text to be sent.

    Raises:
        UsageError: If it looks like a command and is none, or lacks its name.
    """
    found = _SLASH.fullmatch(text.strip())
    if found is None or text[:1] != "/":
        return None
    word, argument = found[1].lower(), found[2] or ""
    command = BY_SLASH.get(word)
    if command is None:
        hint = nearest(word, BY_SLASH)
        raise UsageError(
            f"there is no command /{word}",
            hint=f"{hint}; a blank before the slash sends it as text" if hint else "F1 lists them all",
        )
    if argument and not command.argument:
        raise UsageError(f"/{word} takes nothing after it", hint="a blank before the slash sends it as text")
    return Call(command, argument)


def palette_entries(palettes: Mapping[str, Palette], keymap: Mapping[str, str], scope: Scope) -> Iterable[Entry]:
    """All commands that work on the screen in front, whose own are those of `scope`; then tiers and themes by name."""
    for command in COMMANDS:
        if not command.action or command.argument or command.scope == "prompt" or command.id in _KEYS_ONLY:
            continue
        if command.scope == "app":
            yield Entry(command.says, _ways(command, keymap), f"app.{command.action}")
        elif command.scope == scope:
            yield Entry(command.says, _ways(command, keymap), command.action)
    if scope == "chat":
        for mode in Mode:
            yield Entry(f"Tier: {mode.label}", f"/tier {mode.value}", f"set_tier({mode.value!r})")
    for palette in palettes.values():
        yield Entry(f"Theme: {palette.label}", f"/theme {palette.name}", f"app.choose_theme({palette.name!r})")


def _ways(command: Command, keymap: Mapping[str, str]) -> str:
    """By which key and which slash command it can be had."""
    slash = [f"/{command.slash}"] if command.slash else []
    return ", ".join([*keys_of(command, keymap), *slash])
