"""A small form that lies over everything else: a few fields, a check that may refuse, esc to leave it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.text import visible
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.notices import sentence
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.themes import Ink

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field:
    """A line to fill in.

    Args:
        name: What the values are told apart by.
        value: What stands in it at first.
        hint: What it shows while it is empty.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """What a form asks, and what becomes of it.

    Args:
        facts: Lines above the fields.
        enter: Takes the values by name; what it raises is told, and the form stays.
        verb: What enter does in the last field.
    """

    title: str
    facts: Sequence[Content]
    fields: Sequence[Field]
    enter: Callable[[Mapping[str, str]], Awaitable[T]]
    verb: str


class CleanInput(Input):
    """A field in which a paste is harmless: control codes become visible before they are drawn."""

    def validate_value(self, value: str) -> str:
        return visible(value)


class FormScreen(ModalScreen[T | None], LeavingOnce[T | None]):
    """Dismissed with what `enter` returned, or None."""

    CSS_PATH = "form.tcss"
    # With priority, so that what is typed in one burst lands in the fields in order: a key is handed to
    # the field that has the focus when it comes, and a binding of the field's own would move that later.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave it", show=False),
        Binding("enter", "next", "next field", show=False, priority=True),
        Binding("tab", "app.focus_next", "next field", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "field before", show=False, priority=True),
        Binding("down", "app.focus_next", "next field", show=False),
        Binding("up", "app.focus_previous", "field before", show=False),
    ]

    def __init__(self, form: Form[T], ink: Ink, glyphs: Glyphs) -> None:
        super().__init__(classes="-ascii" if glyphs is ASCII else "")
        self._form = form
        self._ink = ink
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        ink = self._ink
        with Vertical(id="form"), VerticalScroll(can_focus=False):
            yield Static(Content.styled(self._form.title, ink("strong", bold=True)), markup=False)
            for line in self._form.facts:
                yield Static(line, markup=False)
            for field in self._form.fields:
                yield Static(Content.styled(field.label, ink("muted")), classes="label", markup=False)
                yield CleanInput(field.value, placeholder=field.hint, name=field.name, compact=True)
            yield Static(id="form-trouble", markup=False)
            yield Static(self._keys(), id="form-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#form-trouble").display = False
        self.query(Input).first().focus()

    def action_next(self) -> None:
        """Go to the next field; in the last one, enter them all."""
        last = self.query(Input).last()
        if self.focused is last:
            # Behind the keys that wait for that field still.
            last.call_later(self._submit)
        else:
            self.focus_next()

    def _submit(self) -> None:
        values = {str(field.name): field.value for field in self.query(Input)}
        self.run_worker(self._enter(values), group="form", exclusive=True, exit_on_error=False)

    def action_leave(self) -> None:
        self.dismiss(None)

    async def _enter(self, values: Mapping[str, str]) -> None:
        try:
            made = await self._form.enter(values)
        except RalexError as error:
            text = " ".join(part for part in (sentence(error.message), sentence(error.hint)) if part)
            trouble = self.query_one("#form-trouble", Static)
            trouble.update(Content.styled(f"{self._glyphs.failed} {text}", self._ink("error")))
            trouble.display = True
            return
        self.dismiss(made)

    def _keys(self) -> Content:
        ink = self._ink
        return Content.assemble(
            ("enter", ink("text")),
            (f" {self._form.verb}   ", ink("muted")),
            ("esc", ink("text")),
            (" leave it", ink("muted")),
        )
