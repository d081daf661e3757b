"""Every command in one table: its id, default keys, slash command, and the words that explain it.

Key bindings, footer, help screen, palette and slash commands are all made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

Scope = Literal[
    "app", "chat", "prompt", "messages", "find", "review", "limit", "doubt", "link", "links", "health", "logs"
]
"""Whose action a command is."""

# What is on the screen at the same time, so that a key can belong to one command only. The questions
# lie over everything else and are alone; in the messages and while finding, their keys come before the chat's.
_TOGETHER: tuple[tuple[Scope, ...], ...] = (
    ("app", "chat", "prompt"),
    ("app", "messages"),
    ("app", "find"),
    ("app", "review"),
    ("app", "health"),
    ("app", "logs"),
    ("limit",),
    ("doubt",),
    ("link",),
    ("links",),
)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done by key, by slash command, or both.

    Args:
        id: What `ui.keymap` in config.yaml calls it.
        says: What it does; the line of the help screen and the palette's title.
        keys: Default keys, by commas; empty where only a slash command leads here.
        action: The action's name; empty where the widget itself reads the key.
        scope: Whose action it is: the app's, the chat screen's, the prompt's, that of the messages while they have
            the focus, the review's, or that of a question which the app asks: at a limit, or about a day in doubt.
        word: What the footer calls it; empty keeps it out of the footer.
        slash: Its slash command without the slash; `argument` names what may follow it.
        is_priority: Whether an app's key is taken before the widget with the focus sees it.
    """

    id: str
    says: str
    keys: str = ""
    action: str = ""
    scope: Scope = "chat"
    word: str = ""
    slash: str = ""
    argument: str = ""
    is_priority: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("prompt.send", "Send the message", "enter", "submit", "prompt", "send"),
    Command(
        "prompt.newline",
        "Break the line",
        "ctrl+j,alt+enter,shift+enter",
        "newline",
        "prompt",
        "new line",
    ),
    Command(
        "prompt.up", "In the empty prompt: take back what is queued, else go to the messages", "up", "up", "prompt"
    ),
    Command("prompt.recall", "In the empty prompt: bring back what was sent last", "ctrl+up", "recall", "prompt"),
    Command("prompt.commands", "Open the commands from an empty prompt", "/", "", "prompt"),
    Command("answer.stop", "Stop the answer; its text stays", "escape", "stop", word="stop"),
    Command(
        "answer.go_on",
        "Go on where the last answer broke off; where it failed, with another model",
        "f8",
        "go_on",
        word="go on",
        slash="continue",
    ),
    Command("answer.again", "Answer the last question again", "", "again", slash="again"),
    Command("answer.escalate", "Answer the last question again, a tier up", "ctrl+r", "escalate", slash="escalate"),
    Command("answer.good", "The last answer is good; again takes it back", "", "judge_last('up')", slash="good"),
    Command("answer.bad", "The last answer is bad; again takes it back", "", "judge_last('down')", slash="bad"),
    Command("app.interrupt", "Copy the selection, else stop; never quits", "ctrl+c", "interrupt"),
    Command("tier.next", "Next tier", "f2", "step_tier(1)", word="tier"),
    Command("tier.previous", "Tier before", "shift+f2", "step_tier(-1)"),
    Command("tier.choose", "Choose a tier by name", action="set_tier", slash="tier", argument="NAME"),
    Command("budget.toggle", "Show or hide the budget panel", "f4", "toggle_budget", word="budget", slash="budget"),
    Command("budget.review", "Review the day's spend", "shift+f4", "review", slash="spend"),
    Command("health.open", "Health: what can answer, and what is wrong", "f9", "health", slash="health"),
    Command("logs.open", "The log: requests, warnings and errors", "", "logs", slash="logs"),
    Command("prices.enter", "Enter the price of a model", "f3", "enter_price", slash="price"),
    Command(
        "conversations.open",
        "Go to the conversations",
        "ctrl+s",
        "conversations",
        word="conversations",
        slash="conversations",
    ),
    Command("conversation.new", "New conversation", "ctrl+n", "new_chat", word="new", slash="new"),
    Command("transcript.page_up", "Scroll the conversation up", "pageup", "page(-1)", "prompt"),
    Command("transcript.page_down", "Scroll the conversation down", "pagedown", "page(1)", "prompt"),
    Command("transcript.turn_before", "The question before", "alt+up", "jump(-1)"),
    Command("transcript.turn_after", "The question after", "alt+down", "jump(1)"),
    Command("transcript.end", "The end of the conversation", "ctrl+end", "end"),
    Command("find.open", "Find in the conversation", "ctrl+f", "find", word="find", slash="find"),
    Command("find.next", "Next match", "enter,down", "find_step(1)", "find", "next"),
    Command("find.before", "The match before", "up,shift+enter", "find_step(-1)", "find", "before"),
    Command("find.close", "Close, and stay where the match is", "escape", "close_find", "find", "close"),
    Command("messages.enter", "Go to the messages: read, select, copy", "", "messages", slash="messages"),
    Command("messages.next", "Next message; below the last one is the prompt", "j,down", "down", "messages"),
    Command("messages.before", "The message before", "k,up", "move('message_before')", "messages"),
    Command("messages.next_block", "Next block", "J,shift+down", "move('next_block')", "messages"),
    Command("messages.block_before", "The block before", "K,shift+up", "move('block_before')", "messages"),
    Command("messages.first", "The first message", "g,home", "move('first')", "messages"),
    Command("messages.last", "The end; what comes is followed again", "G,end", "move('last')", "messages"),
    Command("messages.page_up", "A page up", "pageup", "read_page(-1)", "messages"),
    Command("messages.page_down", "A page down", "pagedown,space", "read_page(1)", "messages"),
    Command("messages.copy", "Copy the message, or what is selected", "y", "copy_message", "messages", "copy"),
    Command("messages.copy_block", "Copy the block", "Y", "copy_block", "messages", "block"),
    Command("messages.select", "Select by blocks, or stop it", "v", "select_blocks", "messages", "select"),
    Command("messages.link", "Follow a link of the block", "o", "follow_link", "messages", "link"),
    Command("messages.find", "Find in the conversation", "slash", "find", "messages", "find"),
    Command("messages.next_match", "Next match", "n", "find_again(1)", "messages"),
    Command("messages.match_before", "The match before", "N", "find_again(-1)", "messages"),
    Command("messages.go_on", "Go on where the last answer broke off", "c", "go_on", "messages", "go on"),
    Command("messages.again", "Answer the last question again", "r", "again", "messages", "again"),
    Command("messages.escalate", "Answer the last question again, a tier up", "R", "escalate", "messages", "tier up"),
    Command("messages.good", "The answer is good; again takes it back", "plus", "judge('up')", "messages", "good"),
    Command("messages.bad", "The answer is bad; again takes it back", "minus", "judge('down')", "messages", "bad"),
    Command("messages.leave", "Back to the prompt", "escape,i,enter,q", "leave_messages", "messages", "prompt"),
    Command("limit.step_down", "Send on the dearest tier that is covered", "y", "answer('step_down')", "limit"),
    Command("limit.local", "Send on Local", "l", "answer('local')", "limit"),
    Command("limit.allow", "Allow this one message", "o", "answer('allow')", "limit"),
    Command("limit.raise", "Raise the limit", "r", "answer('raise')", "limit"),
    Command("limit.stop", "Stop; the draft is kept", "escape", "answer('stop')", "limit"),
    Command("doubt.open", "Open the new day: the clock is right", "y", "answer('open')", "doubt"),
    Command("doubt.stop", "Not now; the draft is kept", "escape", "answer('stop')", "doubt"),
    Command("link.open", "Open the link in the browser", "o", "answer('open')", "link"),
    Command("link.copy", "Copy the link's address", "y", "answer('copy')", "link"),
    Command("link.stop", "Not now", "escape", "answer('stop')", "link"),
    Command("links.stop", "None of the links", "escape", "answer('stop')", "links"),
    Command("review.left", "The bar before", "left", "choose(-1)", "review"),
    Command("review.right", "The next bar", "right", "choose(1)", "review"),
    Command("review.up", "The message, row or day above", "up,k", "select(-1)", "review"),
    Command("review.down", "The message, row or day below", "down,j", "select(1)", "review"),
    Command("review.open", "Open: the messages of a row, a message in its chat, a day", "enter", "open", "review"),
    Command("review.table_next", "The next table", "tab", "table(1)", "review"),
    Command("review.table_before", "The table before", "shift+tab", "table(-1)", "review"),
    Command("review.before", "The day, week, month or year before", "left_square_bracket", "step(-1)", "review"),
    Command("review.after", "The next one", "right_square_bracket", "step(1)", "review"),
    Command("review.week", "The week, or the one day again", "w", "span('week')", "review"),
    Command("review.month", "The month, or the one day again", "m", "span('month')", "review"),
    Command("review.year", "The twelve months, or the one day again", "a,Y", "span('year')", "review"),
    Command("review.by_model", "Stack the bars by model, or by tier again", "s", "toggle_by_model", "review"),
    Command("review.savings", "What Auto saved, and what that means", "t", "toggle_page('savings')", "review"),
    Command("review.decided", "What was decided: raises, corrections", "d", "toggle_page('decided')", "review"),
    Command("review.correct", "Correct what a message was charged, or give back a hold", "c", "correct", "review"),
    Command("review.cut_off", "Go to what a crash has cut off", "u", "cut_off", "review"),
    Command("review.export", "Write what is shown as CSV and JSON", "x", "export", "review"),
    Command("review.back", "Back by one level", "escape", "back", "review"),
    Command("review.leave", "Back to the chat", "q,shift+f4", "leave", "review"),
    Command("health.look", "Look again", "r", "look", "health"),
    Command("health.logs", "Read the log", "l", "logs", "health"),
    Command("health.up", "Scroll up", "up,k", "scroll_by(-1)", "health"),
    Command("health.down", "Scroll down", "down,j", "scroll_by(1)", "health"),
    Command("health.page_up", "A page up", "pageup", "page_by(-1)", "health"),
    Command("health.page_down", "A page down", "pagedown,space", "page_by(1)", "health"),
    Command("health.back", "Back to the chat", "escape,q,f9", "back", "health"),
    Command("logs.failures", "Only what went wrong, or all", "f", "toggle_failures", "logs"),
    Command("logs.requests", "Only requests, or all", "r", "toggle_requests", "logs"),
    Command("logs.up", "The line before", "up,k", "select(-1)", "logs"),
    Command("logs.down", "The next line", "down,j", "select(1)", "logs"),
    Command("logs.page_up", "A page up", "pageup", "page(-1)", "logs"),
    Command("logs.page_down", "A page down", "pagedown,space", "page(1)", "logs"),
    Command("logs.first", "The first line", "home,g", "first", "logs"),
    Command("logs.last", "The last line; what comes is followed again", "end,G", "last", "logs"),
    Command("logs.details", "All fields of the line, or the lines again", "enter", "toggle_details", "logs"),
    Command("logs.back", "Back", "escape,q", "back", "logs"),
    Command("app.palette", "All commands", "ctrl+p", "command_palette", "app", "commands", is_priority=True),
    Command("app.theme", "Change the theme", action="choose_theme", scope="app", slash="theme", argument="NAME"),
    Command("app.help", "Help: every key and command", "f1", "help", "app", "help", slash="help"),
    Command("app.quit", "Quit; an answer on its way is stopped first", "ctrl+q", "quit", "app", "", "quit", "", True),
)

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
BY_SLASH: Mapping[str, Command] = {command.slash: command for command in COMMANDS if command.slash}

_SHORT = {
    "escape": "esc",
    "pageup": "page up",
    "pagedown": "page down",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "slash": "/",
    "plus": "+",
    "minus": "-",
}


def bindings_for(scope: Scope) -> list[BindingType]:
    """Textual's bindings for the commands of one scope."""
    return [
        Binding(command.keys, command.action, command.says, show=False, priority=command.is_priority, id=command.id)
        for command in COMMANDS
        if command.scope == scope and command.keys and command.action
    ]


def actions_by_key(scope: Scope, keymap: Mapping[str, str]) -> dict[str, str]:
    """The action of each key under the user's keymap, for a screen that reads its keys itself.

    Textual would run a binding at the app, after letters and an enter typed later have reached the
    prompt: a message could go to the tier before. Read by the screen, keys act in the order typed.
    """
    return {
        key.strip(): command.action
        for command in COMMANDS
        if command.scope == scope and command.action
        for key in keymap.get(command.id, command.keys).split(",")
        if key.strip()
    }


def clashes(keymap: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Keys that the user's keymap gives to several commands of one screen, with the ids of those."""
    found: dict[str, list[str]] = {}
    for scopes in _TOGETHER:
        taken: dict[str, list[str]] = {}
        for command in COMMANDS:
            for key in keymap.get(command.id, command.keys).split(",") if command.scope in scopes else ():
                if key.strip():
                    taken.setdefault(key.strip(), []).append(command.id)
        found |= {key: ids for key, ids in taken.items() if len(ids) > 1}
    return list(found.items())


def keys_of(command: Command, keymap: Mapping[str, str]) -> list[str]:
    """The keys that lead to a command under the user's keymap, as people write them: `^j`, `F2`, `esc`."""
    keys = keymap.get(command.id, command.keys)
    return [show_key(key.strip()) for key in keys.split(",") if key.strip()]


def show_key(key: str) -> str:
    """A key as the footer writes it: `ctrl+j` is `^j`, `f2` is `F2`."""
    parts = key.split("+")
    last = _SHORT.get(parts[-1], parts[-1])
    if len(last) > 1 and last[0] == "f" and last[1:].isdigit():
        last = last.upper()
    if parts[:-1] == ["ctrl"] and len(last) == 1:
        return f"^{last}"
    return "+".join([*parts[:-1], last])


def unknown_ids(keymap: Mapping[str, str]) -> list[str]:
    """The ids in the user's keymap that name no command."""
    return [key for key in keymap if key not in BY_ID]
