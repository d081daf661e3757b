"""The transcript of a chat: one scrolling widget whose cost is what is on screen."""

from ralex_tui.ui.transcript.conversation import Transcript
from ralex_tui.ui.transcript.header import LiveStatus, Notice

__all__ = ["LiveStatus", "Notice", "Transcript"]
