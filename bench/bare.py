"""The floor to compare with: a Textual app that is one Input."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class BareApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="Type below")


if __name__ == "__main__":
    BareApp().run()
