"""`ralex sessions`: the saved conversations, as a list or one in full. Changes nothing."""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import figure_json, money_json, show_figure, table, write_json
from ralex_tui.domain.conversation import Conversation, ConversationSummary, Message, MessageState, Role
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.text import unix_lines, visible, visible_line


@click.group("sessions")
def command() -> None:
    """List saved conversations, or show one."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")
@click.pass_obj
def list_sessions(options: Options, as_json: bool) -> int:
    """All conversations, the one changed last first."""
    setup = options.setup_with_notices()
    summaries = asyncio.run(_list(setup))
    if as_json:
        for summary in summaries:
            write_json(_summary_json(summary))
    elif summaries:
        print(table([_row(summary, setup.policy.zone) for summary in summaries], right=(2,)))
    else:
        print("there are no conversations yet")
    return 0


@command.command("show")
@click.argument("session")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def show_session(options: Options, session: str, as_json: bool) -> int:
    """One conversation in full; SESSION is its id, or how its id begins or ends."""
    setup = options.setup_with_notices()
    conversation = asyncio.run(_open(setup, session))
    if as_json:
        write_json(_json(conversation))
    else:
        print(_text(conversation, setup.policy.zone))
    return 0


async def _list(setup: bootstrap.Setup) -> list[ConversationSummary]:
    with bootstrap.open_library(setup) as library:
        return await library.list()


async def _open(setup: bootstrap.Setup, session: str) -> Conversation:
    with bootstrap.open_library(setup) as library:
        ids = [summary.id for summary in await library.list()]
        matching = [known for known in ids if session and (known.startswith(session) or known.endswith(session))]
        if session in ids:
            matching = [session]
        if len(matching) == 1:
            return await library.open(matching[0])
    shown = visible_line(session, 40)
    if matching:
        raise UsageError(f"{len(matching)} conversations have an id like {shown!r}", hint="write more of the id")
    raise UsageError(f"there is no conversation {shown!r}", hint="`ralex sessions list` shows the ids")


def _row(summary: ConversationSummary, zone: tzinfo) -> list[str]:
    return [
        summary.id,
        f"{summary.updated.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{summary.n_messages} messages",
        show_figure(summary.cost),
        visible_line(summary.title, 60),
    ]


def _text(conversation: Conversation, zone: tzinfo) -> str:
    blocks = [f"{visible_line(conversation.title)}\n{conversation.id} · {show_figure(conversation.cost)}"]
    blocks += [_message_text(message, zone) for message in conversation.path()]
    return "\n\n".join(blocks)


def _message_text(message: Message, zone: tzinfo) -> str:
    """A line that says who, when and at what cost, then the text."""
    head = [f"{message.at.astimezone(zone):%Y-%m-%d %H:%M}"]
    if message.role is Role.USER:
        head.insert(0, "you")
    else:
        head.insert(0, visible_line(message.model or "?"))
        head += [show_figure(message.cost)] if message.cost else []
        head += [message.state.value] if message.state is not MessageState.DONE else []
    lines = [" · ".join(head), visible(unix_lines(message.text))]
    if message.error:
        lines.append(f"error: {visible_line(message.error)}")
    return "\n".join(line for line in lines if line)


def _summary_json(summary: ConversationSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "title": summary.title,
        "created": summary.created.isoformat(),
        "updated": summary.updated.isoformat(),
        "mode": summary.mode.value,
        "n_messages": summary.n_messages,
        **figure_json("cost", summary.cost),
    }


def _json(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
        "mode": conversation.mode.value,
        **figure_json("cost", conversation.cost),
        "messages": [_message_json(message) for message in conversation.path()],
    }


def _message_json(message: Message) -> dict[str, Any]:
    cost = figure_json("cost", message.cost) if message.cost else {**money_json("cost", None), "accuracy": None}
    return {
        "id": message.id,
        "role": message.role.value,
        "at": message.at.isoformat(),
        "state": message.state.value,
        "text": message.text,
        "tier": message.tier.value if message.tier else None,
        "model": message.model,
        **cost,
        "n_input": message.usage.input if message.usage else None,
        "n_output": message.usage.output if message.usage else None,
        "error": message.error or None,
    }
