"""`ralex spend`: what a day or a month cost and what was decided; the same figures as in the app.

--json is one object: first, last, zone, limit, left (of a day; null for a month), the sum, `rows`
for each day, tier and model, `decided` for raises, allowances, answers at a limit, corrections and
reconciliations, and with --each `requests`. --csv has the rows.
"""

from __future__ import annotations

import asyncio
import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import money_json, show_figure, write_json
from ralex_tui.cli.spend_report import Spend, request_json, spend_json, spend_text, write_csv
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.ids import time_of
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.text import visible_line

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


@click.command("spend")
@click.option("--day", metavar="DAY", help="A date such as 2026-11-01, today or yesterday; today if not given.")
@click.option("--month", metavar="MONTH", help="A month such as 2026-11.")
@click.option("--each", is_flag=True, help="List each request with its id too.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values, a row for each tier and model.")
@click.option("--correct", nargs=2, metavar="ID USD", help="Charge a request USD; 0 if it was not billed. Needs --why.")
@click.option("--why", metavar="TEXT", help="The reason of a correction; it is kept.")
@click.option("--open-day", is_flag=True, help="Open the day that the clock names, after it leapt far ahead.")
@click.option("--reconcile", "is_reconciled", is_flag=True, help="Compare with what the providers say a key has spent.")
@click.pass_obj
def command(
    options: Options,
    day: str | None,
    month: str | None,
    each: bool,
    as_json: bool,
    as_csv: bool,
    correct: tuple[str, str] | None,
    why: str | None,
    open_day: bool,
    is_reconciled: bool,
) -> int:
    """What a day or a month cost, by tier and model, with the mark of each figure.

    The marks: exact as the provider says, computed from its tokens, estimated upwards, unknown. A
    correction is put beside the old figure, which is kept; the end of an ID is enough to name it.
    """
    if day is not None and month is not None:
        raise UsageError("a day and a month were given, and one of them decides", hint="leave one out")
    if as_json and as_csv:
        raise UsageError("--json and --csv were given, and one of them decides", hint="leave one out")
    if correct is not None and (open_day or month is not None or as_csv):
        raise UsageError("--correct does one thing", hint="leave out --open-day, --month and --csv")
    if is_reconciled and (day, month, correct) != (None, None, None):
        raise UsageError("--reconcile chooses its own time", hint="leave out --day, --month and --correct")
    if (correct is None) != (why is None):
        raise UsageError("--correct and --why belong together", hint='--correct ID 0 --why "it was not billed"')
    setup = options.setup_with_notices()
    if is_reconciled:
        # Imported here: it asks the network, which the figures of a day have no need of.
        from ralex_tui.cli.reconcile import reconcile

        return reconcile(setup, as_json=as_json)
    if open_day:
        return asyncio.run(_open_day(setup, as_json))
    if correct is not None:
        return asyncio.run(_correct(setup, day, *correct, str(why), as_json))
    spend = _read(setup, day, month)
    if as_json:
        write_json(spend_json(spend, setup.policy, with_requests=each))
    elif as_csv:
        write_csv(spend)
    else:
        print(spend_text(spend, setup.policy, with_requests=each))
    return 0


def _read(setup: bootstrap.Setup, day: str | None, month: str | None) -> Spend:
    with bootstrap.open_ledger(setup) as ledger:
        first, last = _month(month) if month is not None else (_day(day, ledger.today()),) * 2
        budget = ledger.day_budget_sync(first) if first == last else None
        return Spend(first, last, ledger.entries_sync(first, last), budget, ledger.books_sync(first, last))


async def _open_day(setup: bootstrap.Setup, as_json: bool) -> int:
    with bootstrap.open_ledger(setup) as ledger:
        doubted = (await ledger.day_budget()).doubted
        opened = await ledger.confirm_day("confirmed on the command line") if doubted is not None else None
        if as_json:
            write_json({"opened": opened.isoformat() if opened else None, "today": ledger.today().isoformat()})
        elif opened is None:
            print(f"there is nothing to open: today is {ledger.today():%A %d %B %Y}")
        else:
            print(f"opened {opened:%A %d %B %Y}")
    return 0


async def _correct(setup: bootstrap.Setup, day: str | None, request: str, amount: str, why: str, as_json: bool) -> int:
    charged = _amount(amount)
    with bootstrap.open_ledger(setup) as ledger:
        days = _days_of(request, _day(day, ledger.today()) if day is not None else None, ledger.today())
        entry = _found(request, await ledger.entries(*days))
        before = entry.cost
        figure = Figure(charged, Accuracy.EXACT)
        reservation = entry.reservation
        corrected = await ledger.correct(reservation.day, reservation.id, figure, who="user", why=why)
    if as_json:
        write_json({**request_json(corrected), **money_json("before", before.amount)})
    else:
        print(f"{reservation.id}: {show_figure(before)} is now {show_figure(corrected.cost)}")
    return 0


def _amount(text: str) -> Usd:
    try:
        amount = Usd.parse(text.removeprefix("$"))
    except ValueError:
        raise UsageError(f"{visible_line(text, 40)!r} is not an amount of dollars", hint="such as 0.0123") from None
    if amount < ZERO:
        raise UsageError("a charge is never less than zero", hint="0 gives it back as a whole")
    return amount


def _days_of(request: str, day: date | None, today: date) -> tuple[date, date]:
    """The days on which a request can lie: the one that was named, or that its id tells, or those of a month."""
    if day is not None:
        return day, day
    made = time_of(request)
    if made is None:
        return today - timedelta(days=31), today
    # Zones, reset hours, and clocks that were set back.
    return made.date() - timedelta(days=2), max(made.date() + timedelta(days=2), today)


def _found(request: str, entries: Sequence[Entry]) -> Entry:
    named = visible_line(request, 40)
    found = [entry for entry in entries if entry.reservation.id.endswith(request)] if len(request) >= 4 else []
    if not found:
        raise UsageError(f"there is no request {named!r} in that time", hint="`ralex spend --each` lists a day's")
    if len(found) > 1:
        raise UsageError(f"{len(found)} requests end with {named!r}", hint="give more of the id")
    return found[0]


def _day(text: str | None, today: date) -> date:
    if text in (None, "today"):
        return today
    if text == "yesterday":
        return today - timedelta(days=1)
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise UsageError(f"{visible_line(str(text), 40)!r} is not a day", hint="write it as 2026-11-01") from None


def _month(text: str) -> tuple[date, date]:
    found = _MONTH.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        first = date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise UsageError(f"{visible_line(text, 40)!r} is not a month", hint="write it as 2026-11") from None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
