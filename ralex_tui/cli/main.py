"""Where `ralex` begins and ends: every error becomes a sentence on stderr and an exit code.

Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 3 refused by the budget, 4 no model can
be reached, 130 stopped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ralex_tui import __version__

STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; its exit code. Raises nothing but what ends the interpreter."""
    args = list(sys.argv[1:] if argv is None else argv)
    if args == ["--version"]:
        # Before click, whose import takes three times as long as Python's own start.
        print(f"ralex {__version__}")
        return 0
    _let_any_text_out()
    try:
        return _run(args)
    except KeyboardInterrupt:
        # Pressed while the little was imported that tells what went wrong.
        return STOPPED


def _run(args: list[str]) -> int:
    # Imported here for the reason above.
    from ralex_tui.domain.errors import RalexError

    try:
        code = _command(args) if args else _app()
        sys.stdout.flush()
    except RalexError as error:
        _tell(error.message, error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough. What is still buffered would be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the command line's edge: a bug becomes a sentence
        _tell_bug(error)
        return 1
    return code


def _app() -> int:
    """The usual call, which has nothing to parse: the first paint need not wait for click."""
    from ralex_tui.cli import app
    from ralex_tui.cli.options import Options

    return app.start(Options())


def _command(args: list[str]) -> int:
    import click

    from ralex_tui.cli.commands import ralex

    try:
        code = ralex.main(args, prog_name="ralex", standalone_mode=False)
    except click.ClickException as error:
        _tell_usage(error)
        return error.exit_code
    except click.Abort:
        return STOPPED
    return code if isinstance(code, int) else 0


def _tell(message: str, hint: str = "") -> None:
    # Imported here for the reason above.
    from ralex_tui.domain.text import visible

    print(f"ralex: {visible(message)}", file=sys.stderr)
    if hint:
        print(f"       {visible(hint)}", file=sys.stderr)


def _tell_usage(error: object) -> None:
    """One sentence in our manner for what click refuses."""
    text = str(getattr(error, "format_message", lambda: error)()).strip().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "ralex"
    _tell(text[:1].lower() + text[1:], f"`{command} --help` tells what it takes")


def _tell_bug(error: Exception) -> None:
    """One sentence, and where the rest stands. The error's own text stays out of both: it may quote a key."""
    # Imported here for the reason above, and hardly ever needed.
    import traceback

    from ralex_tui.cli.options import Bug, Options

    options = Options()
    if isinstance(error, Bug):
        options, error = error.options, error.cause
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = f"a bug in ralex: {type(error).__name__} in {os.path.basename(last.filename)} line {last.lineno}"
    try:
        from ralex_tui.bootstrap.crash import TRACEBACK, report_bug, traceback_text

        path = report_bug(options.home, options.profile, error)
        text = traceback_text(error) if os.environ.get(TRACEBACK) else ""
    except Exception as worse:  # noqa: BLE001 - what is so broken that it can't even be written down
        _tell(said, f"it could not be written down either: {type(worse).__name__}; install ralex anew")
        return
    _tell(said, f"{path} tells more, without your texts and keys" if path else "the log's folder can't be written")
    if text:
        print(text, file=sys.stderr)


def _let_any_text_out() -> None:
    """No character of an answer may end the program, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
