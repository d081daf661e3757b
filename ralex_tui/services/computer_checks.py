"""Findings about the disk and the terminal: what a fact means for ralex, and what to do about it. Pure functions."""

from __future__ import annotations

from ralex_tui.ports.computer import DiskFacts, TerminalFacts
from ralex_tui.services.checks import Check, CheckState

# The ledger of a busy year, and what an upgrade or a long conversation writes at once.
_LITTLE_BYTES = 100_000_000
_STALE_MANY = 20
_LEAST_COLUMNS, _LEAST_ROWS = 80, 24

_COLOURS = {0: "no colours", 16: "16 colours", 256: "256 colours"}


def check_disk(facts: DiskFacts) -> list[Check]:
    """Room, file system and locks of the data folder."""
    return [_space(facts), *_network(facts), _locks(facts)]


def check_terminal(facts: TerminalFacts) -> list[Check]:
    """What the terminal can do, as far as it matters."""
    if not facts.is_terminal:
        return [Check("terminal", CheckState.SKIPPED, "output goes to a file or pipe", "run it in a terminal")]
    return [
        _kind(facts),
        _size(facts),
        _colours(facts),
        _characters(facts),
        _glyphs(facts),
        _keys(facts),
        *_frames(facts),
        _clipboard(facts),
    ]


def _space(facts: DiskFacts) -> Check:
    detail = f"{_size_text(facts.free_bytes)} free"
    if facts.free_bytes < _LITTLE_BYTES:
        hint = "make room: no paid request leaves where it can't be written down first"
        return Check("space", CheckState.WARNING, detail, hint)
    return Check("space", CheckState.OK, detail)


def _network(facts: DiskFacts) -> list[Check]:
    if not facts.network:
        return []
    hint = "the limit may not hold between computers; give a folder on a disk with --home DIR or RALEX_HOME"
    return [Check("file system", CheckState.WARNING, f"{facts.network}, of another computer", hint)]


def _locks(facts: DiskFacts) -> Check:
    running = {0: "no ralex runs", 1: "one ralex runs"}.get(facts.n_running, f"{facts.n_running} ralex run")
    if facts.holder:
        detail = f"the ledger's is held by {facts.holder}"
        return Check("locks", CheckState.WARNING, detail, "look again; if it stays so, that process hangs: end it")
    stale = f", {facts.n_stale} left by dead ones" if facts.n_stale else ""
    if facts.n_stale > _STALE_MANY:
        return Check("locks", CheckState.WARNING, f"{running}{stale}", "start ralex once: it sweeps them away")
    return Check("locks", CheckState.OK, f"{running}{stale}")


def _kind(facts: TerminalFacts) -> Check:
    term = facts.term or "TERM is not set"
    within = f"in {' and '.join(facts.within)}" if facts.within else ""
    if facts.term in ("", "dumb"):
        return Check("terminal", CheckState.WARNING, term, "use a terminal that can move its cursor", within)
    return Check("terminal", CheckState.OK, term, note=within)


def _size(facts: TerminalFacts) -> Check:
    detail = f"{facts.columns} x {facts.rows}"
    if facts.columns < _LEAST_COLUMNS or facts.rows < _LEAST_ROWS:
        return Check("size", CheckState.WARNING, detail, f"all fits from {_LEAST_COLUMNS} x {_LEAST_ROWS} on")
    return Check("size", CheckState.OK, detail)


def _colours(facts: TerminalFacts) -> Check:
    detail = _COLOURS.get(facts.n_colours, "16 million colours")
    if 0 < facts.n_colours < 256:
        hint = "the theme `terminal` fits them: ui.theme in config.yaml; COLORTERM=truecolor tells of more"
        return Check("colours", CheckState.OK, detail, hint, facts.why_colours)
    return Check("colours", CheckState.OK, detail, note=facts.why_colours)


def _characters(facts: TerminalFacts) -> Check:
    if facts.encoding.lower().replace("-", "") != "utf8":
        hint = "set LANG to a locale that ends in .UTF-8, such as C.UTF-8"
        return Check("characters", CheckState.WARNING, f"{facts.encoding}, not UTF-8", hint)
    return Check("characters", CheckState.OK, "UTF-8")


def _glyphs(facts: TerminalFacts) -> Check:
    hint = "set ui.glyphs: ascii in config.yaml, or let the terminal draw ambiguous characters narrow"
    if facts.glyph_cells is not None and facts.glyph_cells != 1:
        return Check("glyphs", CheckState.WARNING, f"◆ takes {facts.glyph_cells} cells in place of one", hint)
    if facts.glyph_cells == 1:
        return Check("glyphs", CheckState.OK, "one cell wide")
    if facts.is_east_asian:
        return Check("glyphs", CheckState.SKIPPED, "may be drawn two wide in this locale", f"if columns shift: {hint}")
    return Check("glyphs", CheckState.OK, "should be one cell wide")


def _keys(facts: TerminalFacts) -> Check:
    if facts.kitty_keys is None:
        return Check("keys", CheckState.SKIPPED, "not asked", "shift+enter breaks the line where they are told apart")
    if facts.kitty_keys:
        return Check("keys", CheckState.OK, "told apart: shift+enter breaks the line")
    return Check("keys", CheckState.OK, "shift+enter sends; alt+enter or ctrl+j breaks the line")


def _frames(facts: TerminalFacts) -> list[Check]:
    if facts.synchronised is None:
        return []
    detail = "shown as a whole" if facts.synchronised else "may flicker: not shown as a whole"
    return [Check("frames", CheckState.OK, detail)]


def _clipboard(facts: TerminalFacts) -> Check:
    if facts.clipboard:
        return Check("clipboard", CheckState.OK, f"by {facts.clipboard[0]}")
    if facts.has_osc52:
        detail = "by the terminal (OSC 52), where it lets programs"
        return Check("clipboard", CheckState.OK, detail, "install wl-clipboard, xclip or xsel to be sure of it")
    hint = "install wl-clipboard, xclip or xsel"
    return Check("clipboard", CheckState.WARNING, "this terminal has none that programs can use", hint)


def _size_text(n_bytes: int) -> str:
    if n_bytes >= 1_000_000_000:
        return f"{n_bytes / 1e9:,.0f} GB"
    return f"{n_bytes / 1e6:,.0f} MB"
