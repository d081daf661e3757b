"""Where a crash is written down, and what is said about it."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.logs import redactor
from ralex_tui.bootstrap.setup import Setup
from ralex_tui.domain.errors import StorageError
from ralex_tui.paths import find_paths

if TYPE_CHECKING:
    from ralex_tui.adapters.crash import CrashFiles
    from ralex_tui.adapters.secret import Redactor
    from ralex_tui.ui.steadfast import Crash

TRACEBACK = "RALEX_TRACEBACK"
"""The variable that, set to anything, has the traceback of a bug printed; without the values of variables."""


def crash_files(setup: Setup) -> CrashFiles:
    """What keeps drafts and reports, for the app."""
    from ralex_tui.adapters.crash import CrashFiles

    return CrashFiles(setup.paths.logs, setup.paths.state / "draft.md", redactor(setup))


def report_bug(home: str | None, profile: str | None, error: BaseException) -> Path | None:
    """Write down what ended a sub-command, whatever is wrong with the settings; where, if that worked."""
    from ralex_tui.adapters.crash import CrashFiles

    paths = find_paths(home, profile)
    try:
        paths.make()
    except StorageError:
        return None
    return CrashFiles(paths.logs, paths.state / "draft.md", _redactor()).report(error)


def traceback_text(error: BaseException) -> str:
    """Python's own traceback, for whoever asked for it; without keys."""
    return _redactor()("".join(traceback.format_exception(error))).rstrip()


def farewell(crash: Crash, logs: Path) -> str:
    """What to say once the terminal is the user's again. Nothing is claimed that is not so."""
    from ralex_tui.adapters.traces import place_of

    place = place_of(crash.error)
    lines = [f"ralex had to stop: a bug of ours ({type(crash.error).__name__}{f' in {place}' if place else ''}).", ""]
    match crash.is_draft_kept:
        case True:
            lines.append("  Your draft is kept; the next start puts it back into the prompt.")
        case False:
            lines.append("  Your draft could not be kept.")
    match crash.is_answer_kept:
        case True:
            lines.append("  The answer on its way was stopped. What had come of it is saved, and its cost is settled.")
        case False:
            lines.append("  The answer on its way was cut off. The next start charges what was held for it.")
    if crash.report is not None:
        lines.append(f"  What happened stands in {crash.report},")
        lines.append("  without a word of yours and without keys.")
    else:
        lines.append(f"  The log is in {logs}.")
    lines += [
        "",
        "  ralex          starts again; ctrl+s lists your conversations",
        "  ralex doctor   looks for what is wrong",
    ]
    if os.environ.get(TRACEBACK):
        lines += ["", traceback_text(crash.error)]
    return "\n".join(lines)


def _redactor() -> Redactor:
    """One for when the settings are not known."""
    from ralex_tui.adapters.endpoints import KEY_VARIABLES
    from ralex_tui.adapters.secret import Redactor

    return Redactor.of_environment(os.environ, KEY_VARIABLES.values())
