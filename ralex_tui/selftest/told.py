"""What the processes told before they died: the acknowledgements that nothing may take back."""

from __future__ import annotations

from dataclasses import dataclass, field

from ralex_tui.selftest.crew import Words


@dataclass(slots=True)
class Told:
    """Everything acknowledged, in all lives together. Amounts in nano-dollars.

    Args:
        held: Reservations, by request id; `settled`: charges, those of recovery included.
        messages: The last version acknowledged, by conversation and message.
        saved: The last settings acknowledged, by number.
        gone: Owners that ended with a request on its way: killed, or given up by the disk.
        failures: Processes that ended as none may.
        unwritten: What the storage said when it refused to write.
    """

    held: dict[str, int] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)
    conversations: set[str] = field(default_factory=set)
    messages: dict[tuple[str, str], int] = field(default_factory=dict)
    saved: int = 0
    gone: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    n_acknowledged: int = 0

    def hear(self, words: Words) -> None:
        """Take note of a line."""
        match words:
            case ["sent", _, request, amount, _]:
                self.held[request] = int(amount)
            case ["settled", _, request, amount] | ["recovered", request, amount]:
                self.settled[request] = int(amount)
            case ["made", conversation]:
                self.conversations.add(conversation)
            case ["put", conversation, message, version]:
                self.messages[conversation, message] = int(version)
            case ["saved", number]:
                self.saved = int(number)
            case ["failed", *why]:
                self.failures.append(" ".join(why))
                return
            case ["unwritten", *why]:
                self.unwritten.append(" ".join(why))
                return
            case _:
                return
        self.n_acknowledged += 1
