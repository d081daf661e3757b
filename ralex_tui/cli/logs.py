"""`ralex logs`: what happened, from the log's files. Reads no settings, so that it works when those are broken.

--json writes the lines as they stand in the files: see docs/logs.md for their fields.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime

import click

from ralex_tui.adapters.log_reader import LogFolder, newest_lines
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import show_figure
from ralex_tui.domain.log_lines import LEVELS, LogLine
from ralex_tui.domain.text import visible, visible_line
from ralex_tui.paths import find_paths

_LOOK_S = 0.3
# What stands elsewhere on the line, or is the same for all lines of a process.
_TOLD = frozenset({"at", "level", "event", "pid", "version", "logger", "exception"})


@click.command("logs")
@click.option("-n", "--number", default=50, show_default=True, metavar="N", help="How many lines; 0 for all.")
@click.option("--level", type=click.Choice(LEVELS), default="debug", help="Only lines of this level or a higher one.")
@click.option("--failed", is_flag=True, help="Only requests that failed.")
@click.option("--conversation", metavar="ID", help="Only what belongs to a conversation; how its id begins or ends.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is added, until ctrl+c.")
@click.option("--json", "as_json", is_flag=True, help="Write the lines as they are: one JSON object each.")
@click.option("--path", "only_path", is_flag=True, help="Tell the folder of the files, and nothing else.")
@click.pass_obj
def command(
    options: Options,
    number: int,
    level: str,
    failed: bool,
    conversation: str | None,
    follow: bool,
    as_json: bool,
    only_path: bool,
) -> int:
    """The last requests, warnings and errors. No word of a question or an answer stands in the log."""
    folder = find_paths(options.home, options.profile).logs
    if only_path:
        print(folder)
        return 0

    def is_wanted(line: LogLine) -> bool:
        return (
            line.is_at_least(level)
            and (not failed or (line.is_request and line.is_failure))
            and (conversation is None or _is_of(line, conversation))
        )

    show = _raw if as_json else shown
    tail = LogFolder(folder)
    tail.skip()
    lines = newest_lines(folder, most=max(0, number) or None, keep=is_wanted)
    _write(lines, show)
    if not lines and not as_json and not follow:
        print("nothing like that is in the log" if failed or conversation else "nothing is in the log yet")
    if follow:
        _follow(tail, is_wanted, show)
    return 0


def shown(line: LogLine, today: date | None = None) -> str:
    """A line for people: when, how it went, and what it was; one line of text."""
    at = line.at.astimezone()
    is_today = at.date() == (today or datetime.now().astimezone().date())
    when = f"{at:%H:%M:%S}" if is_today else f"{at:%Y-%m-%d %H:%M:%S}"
    words = _request_words(line) if line.is_request else _words(line)
    return "  ".join([when, f"{line.text('outcome') or line.level:8}", *words])


def _request_words(line: LogLine) -> list[str]:
    words = [f"{line.tier.label if line.tier else '?':6}", visible_line(line.text("model"), 60)]
    if error := line.text("error"):
        words.append(visible_line(error, 40))
    duration_s = line.number("duration_s")
    if duration_s is not None:
        words.append(f"{duration_s:.1f} s")
    n_input, n_output = line.number("n_input"), line.number("n_output")
    if n_input is not None and n_output is not None:
        words.append(f"{n_input:,.0f} in, {n_output:,.0f} out")
    words.append(show_figure(line.charged))
    if line.text("way") == "direct":
        words.append("direct")
    if message := line.text("message"):
        words.append(visible_line(message))
    return words


def _words(line: LogLine) -> list[str]:
    words = [visible_line(line.event, 400)]
    words += [
        f"{visible_line(name, 40)}={visible_line(line.text(name), 80)}" for name in sorted(line.fields.keys() - _TOLD)
    ]
    match line.fields.get("exception"):
        case [{"type": str(kind), "says": str(says)}, *_]:
            words.append(visible_line(f"{kind}: {says}" if says else kind))
    if logger := line.text("logger"):
        words.append(f"({visible_line(logger, 60)})")
    return words


def _is_of(line: LogLine, conversation: str) -> bool:
    known = line.text("conversation")
    return bool(known and conversation) and (known.startswith(conversation) or known.endswith(conversation))


def _raw(line: LogLine) -> str:
    return visible(line.raw.decode("utf-8", "replace"))


def _write(lines: Iterable[LogLine], show: Callable[[LogLine], str]) -> None:
    for line in lines:
        print(show(line))
    sys.stdout.flush()


def _follow(tail: LogFolder, is_wanted: Callable[[LogLine], bool], show: Callable[[LogLine], str]) -> None:
    try:
        while True:
            _write((line for line in tail.added() if is_wanted(line)), show)
            time.sleep(_LOOK_S)
    except KeyboardInterrupt:
        return
