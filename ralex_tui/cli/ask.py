"""`ralex ask`: one question, its answer streamed to stdout, from the same ledger and limit as the app.

With --json one event a line: {"event": ...} being routed, reserved, text, thinking, then one of
settled, stopped and failed, which carries cost, accuracy, tokens, times and what is left of the day.
Where a model fails before its first word, rerouted and another reserved tell who is asked next.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.main import STOPPED
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import figure_json, money_json, note, show_figure, write_json
from ralex_tui.config.strict_yaml import nearest
from ralex_tui.domain.conversation import Message
from ralex_tui.domain.errors import BudgetExceeded, RalexError, UsageError
from ralex_tui.domain.events import (
    Failed,
    Rerouted,
    Reserved,
    Routed,
    Settled,
    Stopped,
    TextDelta,
    ThinkingDelta,
    TurnEvent,
)
from ralex_tui.domain.models import Catalogue, Mode, Tier
from ralex_tui.domain.money import Figure, Usd
from ralex_tui.domain.text import visible, visible_line
from ralex_tui.services.pump import StopSignal
from ralex_tui.services.services import Services
from ralex_tui.services.turn import MAX_PROMPT_BYTES, Ask

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command("ask")
@click.argument("text", required=False)
@click.option("--tier", metavar="TIER", help="auto, cheap, smart, yolo or local; auto if not given.")
@click.option("--model", metavar="MODEL", help="A model by its id or name, in place of a tier.")
@click.option("--file", "files", metavar="FILE", multiple=True, help="Send a text file along; may be repeated.")
@click.option("--allow", metavar="REASON", help="Let this one past the limits; REASON is written into the ledger.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON event a line.")
@click.pass_obj
def command(
    options: Options,
    text: str | None,
    tier: str | None,
    model: str | None,
    files: tuple[str, ...],
    allow: str | None,
    as_json: bool,
) -> int:
    """Ask TEXT, or what comes on standard input where TEXT is - or left out.

    The answer goes to standard output; what it cost and what is left of the day come last, on
    standard error. Ctrl-C stops the answer: what came is kept and charged, and the exit code is 130.
    """
    if tier is not None and model is not None:
        raise UsageError("a tier and a model were given, and one of them decides", hint="leave one out")
    if allow is not None and not allow.strip():
        raise UsageError("--allow needs a reason", hint='a few words: --allow "the release is today"')
    ask = Ask(_prompt(text, files), _mode(tier), model_id=model, allowed_because=(allow or "").strip())
    setup = options.setup_with_notices()
    return asyncio.run(_ask(setup, ask, _JsonWriter() if as_json else _TextWriter()))


def _mode(tier: str | None) -> Mode:
    if tier is None:
        return Mode.AUTO
    try:
        return Mode(tier.lower())
    except ValueError:
        known = [mode.value for mode in Mode]
        hint = nearest(tier, known) or f"there are {', '.join(known)}"
        raise UsageError(f"there is no tier called {visible_line(tier, 40)!r}", hint=hint) from None


def _prompt(text: str | None, files: tuple[str, ...]) -> str:
    parts = []
    if text == "-" or (text is None and not files):
        if text is None and sys.stdin.isatty():
            raise UsageError("there is nothing to ask", hint="write the question behind it: ralex ask TEXT")
        parts.append(_decode(sys.stdin.buffer.read(MAX_PROMPT_BYTES + 1), "standard input"))
    elif text is not None:
        # Arguments that are not UTF-8 come with surrogates, which nothing after this could send.
        parts.append(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    parts += [_file_part(Path(name)) for name in files]
    return "\n\n".join(parts)


def _file_part(path: Path) -> str:
    name = visible_line(str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_PROMPT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name} can't be read: {error.strerror or type(error).__name__}") from error
    return f"{visible_line(path.name)}:\n\n{_decode(raw, name)}"


def _decode(raw: bytes, what: str) -> str:
    if len(raw) > MAX_PROMPT_BYTES:
        raise UsageError(
            f"{what} has more than {MAX_PROMPT_BYTES / 1e6:.1f} MB, the most that is sent",
            hint="send the part that matters",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{what} is not UTF-8 text", hint="send text") from None


def _may_be_local(ask: Ask, catalogue: Catalogue) -> bool:
    """Whether a server on this computer may be what answers; else none is looked for."""
    if ask.model_id is not None:
        return catalogue.find(ask.model_id) is None
    return ask.mode is Mode.LOCAL or not any(catalogue.first(tier) for tier in Tier if tier is not Tier.LOCAL)


async def _ask(setup: bootstrap.Setup, ask: Ask, writer: _TextWriter | _JsonWriter) -> int:
    stop = StopSignal()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.stop)
    async with bootstrap.open_services(setup) as services:
        await _tell_recovered(services)
        await services.deployments.load()
        if _may_be_local(ask, services.catalogue()):
            await services.find_local()
        last: TurnEvent | None = None
        async with aclosing(services.turns.run(ask, stop)) as events:
            async for event in events:
                writer.write(event)
                last = event
        assert isinstance(last, Settled | Stopped | Failed)
        left = await _left(services)
        writer.end(last, left)
    if isinstance(last, Failed):
        raise _with_way_on(last.error)
    return STOPPED if isinstance(last, Stopped) else 0


def _with_way_on(error: RalexError) -> RalexError:
    """A refusal at a limit, with what this command can do about it."""
    if isinstance(error, BudgetExceeded) and error.shortfall is not None:
        error.hint = f"{error.hint}; --allow REASON lets this one past"
    return error


async def _tell_recovered(services: Services) -> None:
    """Charge what an earlier run left open when it died, and say so."""
    recovered = await services.ledger.recover()
    if recovered:
        total = Figure.total(entry.cost for entry in recovered)
        what = "a request" if len(recovered) == 1 else f"{len(recovered)} requests"
        note(f"ralex: {what} that an earlier run left unfinished: charged {show_figure(total)}")


async def _left(services: Services) -> Usd | None:
    """What the day still has; None where the ledger can't tell, which the turn's own error says."""
    try:
        return (await services.ledger.day_budget()).left
    except RalexError:
        return None


class _TextWriter:
    """The answer as text, and a last line on stderr."""

    def __init__(self) -> None:
        self._written = ""

    def write(self, event: TurnEvent) -> None:
        if isinstance(event, Routed | Rerouted) and event.route.note:
            note(f"ralex: {visible_line(event.route.note, 300)}")
        if isinstance(event, TextDelta) and event.text:
            self._written = visible(event.text) or self._written
            sys.stdout.write(visible(event.text))
            sys.stdout.flush()

    def end(self, last: Settled | Stopped | Failed, left: Usd | None) -> None:
        if self._written and not self._written.endswith("\n"):
            sys.stdout.write("\n")
            sys.stdout.flush()
        answer = last.answer
        if answer is None:
            return
        parts = [_label(answer)]
        if answer.cost is not None:
            parts.append(show_figure(answer.cost))
        if isinstance(last, Stopped):
            parts.append("stopped")
        elif isinstance(last, Settled) and answer.finish_reason == "length":
            parts.append("cut at its longest length")
        elif isinstance(last, Settled) and answer.finish_reason is None:
            parts.append("it may be cut off")
        if left is not None:
            parts.append(f"{left.show(2)} left today")
        note(" · ".join(parts))


class _JsonWriter:
    """One event a line."""

    def write(self, event: TurnEvent) -> None:
        match event:
            case Routed(route, conversation):
                write_json(
                    {
                        "event": "routed",
                        "tier": route.tier.value,
                        "model": route.model.ref.id,
                        "reason": route.reason,
                        "note": route.note,
                        "is_auto": route.is_auto,
                        "conversation": conversation,
                    }
                )
            case Rerouted(route, error, wait_s):
                write_json(
                    {
                        "event": "rerouted",
                        "tier": route.tier.value,
                        "model": route.model.ref.id,
                        "note": route.note,
                        "error": error.message,
                        "wait_s": wait_s,
                    }
                )
            case Reserved(reservation):
                held = money_json("held", reservation.amount)
                write_json({"event": "reserved", **held, "max_tokens": reservation.max_tokens})
            case TextDelta(text):
                write_json({"event": "text", "text": text})
            case ThinkingDelta(text):
                write_json({"event": "thinking", "text": text})

    def end(self, last: Settled | Stopped | Failed, left: Usd | None) -> None:
        content: dict[str, Any] = {"event": type(last).__name__.lower()}
        if last.answer is not None:
            content |= _answer_json(last.answer)
        content |= money_json("left", left)
        if isinstance(last, Failed):
            content |= {"error": last.error.message, "hint": last.error.hint, "exit_code": last.error.exit_code}
        write_json(content)


def _label(answer: Message) -> str:
    tier = answer.tier.label if answer.tier else "?"
    return f"{tier} · {visible_line(answer.model or '?')}"


def _answer_json(answer: Message) -> dict[str, Any]:
    usage = answer.usage
    cost = figure_json("cost", answer.cost) if answer.cost else {**money_json("cost", None), "accuracy": None}
    return {
        "tier": answer.tier.value if answer.tier else None,
        "model": answer.model,
        **cost,
        "n_input": usage.input if usage else None,
        "n_output": usage.output if usage else None,
        "first_token_s": answer.first_token_s,
        "duration_s": answer.duration_s,
        "finish_reason": answer.finish_reason,
    }
