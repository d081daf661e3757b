"""`ralex selftest`: kills, full disks and spoilt files, and a count of what was lost. Its own folder, no network.

--json is one object: ok, seed, `phases` with what was tried, how often, and every fault in a sentence.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import click

from ralex_tui.cli.options import Options
from ralex_tui.cli.output import note, write_json
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import find_paths
from ralex_tui.selftest.report import HEAD, Report, Tally, report_json, row, verdict
from ralex_tui.selftest.run import Plan, run

_FAULTS_SHOWN = 10

# Wide enough for the longest phase and for ten thousand kills; a row is written when its phase is over.
_WIDTHS = (51, 6, 7, 13, 5, 11, 5, 6, 9, 7)


@click.command("selftest")
@click.option("--kills", type=click.IntRange(0), default=300, show_default=True, help="Processes to kill at random.")
@click.option("--seed", type=click.IntRange(0), help="Draw everything from this number; a new one if not given.")
@click.option("--spenders", type=click.IntRange(1, 64), default=8, show_default=True, help="Processes on one limit.")
@click.option("--requests", type=click.IntRange(1), default=100, show_default=True, help="Requests of each.")
@click.option("--seeds", type=click.IntRange(1), default=1, show_default=True, help="Runs with that limit.")
@click.option("--in", "folder", metavar="DIR", help="Use a new folder in DIR; in the data folder if not given.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object at the end.")
@click.pass_obj
def command(
    options: Options,
    kills: int,
    seed: int | None,
    spenders: int,
    requests: int,
    seeds: int,
    folder: str | None,
    as_json: bool,
) -> int:
    """Try on your own disk that no message is lost and no limit passed; exit code 1 if one was.

    Processes are killed at random and at each of their steps, disks filled, files spoilt; a provider
    that keeps its own bill is spent at. Your own conversations and ledger are not touched.
    """
    if seed is None:
        seed = random.SystemRandom().randrange(1_000_000)
    plan = Plan(seed, kills, spenders, requests, seeds)
    told = (lambda tally: None) if as_json else _tell
    if not as_json:
        print(_columns(HEAD), flush=True)
    report, kept = run(plan, _within(options, folder), told, _progress if sys.stderr.isatty() else lambda text: None)
    if as_json:
        write_json(report_json(report))
    else:
        print(verdict(report), flush=True)
    if not report.is_ok:
        _explain(report, kept)
    return 0 if report.is_ok else 1


def _within(options: Options, folder: str | None) -> Path:
    if folder is not None:
        path = Path(folder)
        if not path.is_dir():
            raise UsageError(f"{visible_line(folder)} is no folder", hint="make it first, or leave --in out")
        return path.absolute()
    paths = find_paths(options.home, options.profile)
    paths.make()
    return paths.data


def _tell(tally: Tally) -> None:
    if sys.stderr.isatty():
        _progress("")
    print(_columns(row(tally)), flush=True)


def _columns(cells: list[str] | tuple[str, ...]) -> str:
    first, *others = cells
    return first.ljust(_WIDTHS[0]) + "".join(cell.rjust(width) for cell, width in zip(others, _WIDTHS[1:], strict=True))


def _progress(text: str) -> None:
    """A line on the terminal that the next one takes the place of."""
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()


def _explain(report: Report, kept: Path) -> None:
    for fault in report.faults[:_FAULTS_SHOWN]:
        note(visible_line(f"{fault.kind}: {fault.text}"))
    note(f"seed {report.seed}; the files are kept in {visible_line(str(kept))}")
