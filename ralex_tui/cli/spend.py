"""`ralex spend`: what a day, week, month or year cost and what was decided; the same figures as in the app.

--json is one object: first, last, zone, limit, left (of a day; else null), the sum, `rows` for each day, tier and
model, `decided` for raises, allowances, answers at a limit, corrections and reconciliations (of a month at most),
`savings`, `pace`, every table of the review, and with --each `requests`. --csv has the rows, or one of the tables.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import money_json, show_figure, write_json
from ralex_tui.cli.spend_data import Spend, spend_json, write_csv
from ralex_tui.cli.spend_span import TODAY, When, day_of
from ralex_tui.cli.spend_text import spend_text
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.ids import time_of
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.review import Grain
from ralex_tui.domain.text import visible_line
from ralex_tui.services.tables import request_json

# The books of more days than a month's are not read for what was decided on them.
_MOST_BOOKS = 31

_BY = ("tier", "model", "conversation", "kind", "hour", "day")


@click.command("spend")
@click.option("--day", metavar="DAY", help="A date such as 2026-11-01, today or yesterday; today if not given.")
@click.option("--week", metavar="[DAY]", is_flag=False, flag_value=TODAY, help="The week of a day, or this one.")
@click.option("--month", metavar="MONTH", help="A month such as 2026-11.")
@click.option("--year", metavar="[YEAR]", is_flag=False, flag_value=TODAY, help="A year, or the last twelve months.")
@click.option("--from", "first", metavar="DAY", help="Any days, from this one on.")
@click.option("--to", "last", metavar="DAY", help="The last of them; today if not given.")
@click.option("--by", type=click.Choice(_BY), help="What the table has a row for; tier and model if not given.")
@click.option("--models", "with_models", is_flag=True, help="Compare the models: speed, failures, cost, thumbs.")
@click.option("--each", is_flag=True, help="List each request with its id too.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values: rows, a table, or each request.")
@click.option("--correct", nargs=2, metavar="ID USD", help="Charge a request USD; 0 if it was not billed. Needs --why.")
@click.option("--why", metavar="TEXT", help="The reason of a correction; it is kept.")
@click.option("--open-day", is_flag=True, help="Open the day that the clock names, after it leapt far ahead.")
@click.option("--reconcile", "is_reconciled", is_flag=True, help="Compare with what the providers say a key has spent.")
@click.pass_obj
def command(
    options: Options,
    /,
    by: str | None,
    with_models: bool,
    each: bool,
    as_json: bool,
    as_csv: bool,
    correct: tuple[str, str] | None,
    why: str | None,
    open_day: bool,
    is_reconciled: bool,
    **times: str | None,
) -> int:
    """What a day, week, month or year cost, by tier and model, with the mark of each figure.

    The marks: exact as the provider says, computed from its tokens, estimated upwards, unknown. A
    correction is put beside the old figure, which is kept; the end of an ID is enough to name it.
    """
    when = When(**times)
    if as_json and as_csv:
        raise UsageError("--json and --csv were given, and one of them decides", hint="leave one out")
    if by is not None and with_models:
        raise UsageError("--by and --models were given, and one of them decides", hint="leave one out")
    if correct is not None and (open_day or as_csv or when.given not in ([], ["a day"])):
        raise UsageError(
            "--correct does one thing", hint="of the other options only --day, --why and --json go with it"
        )
    if is_reconciled and (when.given or correct is not None):
        raise UsageError("--reconcile chooses its own time", hint="leave out the time and --correct")
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
        return asyncio.run(_correct(setup, when.day, *correct, str(why), as_json))
    spend = asyncio.run(_read(setup, when, by, with_requests=each, is_for_programs=as_json or as_csv))
    if as_json:
        write_json(spend_json(spend, setup.policy))
    elif as_csv:
        write_csv(spend, by, with_models=with_models)
    else:
        print(spend_text(spend, setup.policy, by or "model", with_models=with_models, with_requests=each))
    return 0


async def _read(
    setup: bootstrap.Setup, when: When, by: str | None, *, with_requests: bool, is_for_programs: bool
) -> Spend:
    with bootstrap.open_reports(setup) as (ledger, reports):
        span = when.span(ledger.today())
        if by == "hour" and span.grain is not Grain.DAY:
            raise UsageError("hours are told of one day", hint="name it with --day, or take --by day")
        first, last = span.first, span.last
        report = await reports.report(span)
        n_days = (last - first).days + 1
        return Spend(
            report,
            await ledger.sums(first, last),
            await ledger.books(first, last) if n_days <= _MOST_BOOKS else (),
            await ledger.entries(first, last) if with_requests else None,
            await _titles(setup) if is_for_programs or by == "conversation" else {},
        )


async def _titles(setup: bootstrap.Setup) -> dict[str, str]:
    with bootstrap.open_library(setup) as library:
        return {summary.id: summary.title for summary in await library.list()}


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
        days = _days_of(request, day_of(day, ledger.today()) if day is not None else None, ledger.today())
        entry = _found(request, await ledger.entries(*days))
        before = entry.cost
        figure = Figure(charged, Accuracy.EXACT)
        reservation = entry.reservation
        corrected = await ledger.correct(reservation.day, reservation.id, figure, who="user", why=why)
    if as_json:
        write_json({**request_json(corrected, {}), **money_json("before", before.amount)})
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
