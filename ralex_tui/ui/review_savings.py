"""What Auto saved, in words that promise no more than the figures do. Pure."""

from __future__ import annotations

from textual.content import Content

from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.review import Savings
from ralex_tui.ui.charts import share_bar
from ralex_tui.ui.figures import money
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside
from ralex_tui.ui.review_lines import answers
from ralex_tui.ui.themes import Ink

_BAR = 40

_MEANS = (
    "The tokens of these answers, at the prices of their days: what they cost, and what as many would have cost on one "
    "tier alone. Another model would have written another number of tokens, and other answers, so both are estimates, "
    "and they say nothing about how good the answers would have been. An answer that you asked for again a tier up is "
    "counted with what it cost, and as nothing on Smart alone: its stronger answer is there beside it."
)


def savings_line(savings: Savings, n_answers: int, ink: Ink, glyphs: Glyphs) -> Content:
    """`Auto saved ≈$3.15. The same tokens cost ≈$6.52 on Smart alone, ≈$0.14 on Yolo alone.`"""
    muted = ink("muted")
    if not savings.n_counted:
        return Content.styled(_unknown(savings), muted)
    if savings.saved is None:
        return Content.styled("What Auto saved is not known: Smart had no price.", muted)
    parts = [
        verdict(savings, ink, glyphs),
        Content.styled(" The same tokens cost ", muted),
        _about(savings.smart, ink, glyphs),
        Content.styled(" on Smart alone, ", muted),
        _about(savings.yolo, ink, glyphs),
        Content.styled(" on Yolo alone." if savings.yolo is not None else " on Yolo.", muted),
        Content.styled(_over(savings, n_answers), muted),
    ]
    return Content("").join(parts)


def verdict(savings: Savings, ink: Ink, glyphs: Glyphs, *, stop: str = ".") -> Content:
    """`Auto saved ≈$3.15.`, or that it did not; empty where that is not known."""
    saved = savings.saved
    if saved is None or not savings.n_counted:
        return Content("")
    if saved.nano < 0:
        words, figure = "Auto cost ", -saved
        stop = f" more than Smart{stop}"
    elif saved.nano > 0:
        words, figure = "Auto saved ", saved
    else:
        return Content.styled(f"Auto saved nothing{stop}", ink("strong"))
    return Content.assemble(
        (words, ink("strong")), (f"{_mark(figure, glyphs)}{figure.show(2)}", ink("strong")), (stop, ink("strong"))
    )


def short_verdict(savings: Savings, ink: Ink, glyphs: Glyphs) -> Content:
    """The same for the end of a narrow line; empty where there is nothing to tell."""
    saved = savings.saved
    if saved is None or not savings.n_counted or not saved:
        return Content("")
    figure = max(saved, -saved)
    return Content.assemble(
        ("Auto saved " if saved.nano > 0 else "Auto cost more: ", ink("muted")),
        (f"{_mark(figure, glyphs)}{figure.show(2)}", ink("strong")),
    )


def savings_lines(savings: Savings, n_answers: int, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """The page of its own: three figures side by side, over how many answers, and what they don't say."""
    heading = Content.styled("What Auto saved", ink("strong"))
    lines = [heading, Content("")]
    if not savings.n_counted:
        return lines + Content.styled(_unknown(savings), ink("muted")).wrap(width)
    rows = [
        ("as it was", savings.cost, "text"),
        ("on Smart alone", _estimated(savings.smart), "smart"),
        ("on Yolo alone", _estimated(savings.yolo), "yolo"),
    ]
    figures = [money(figure, glyphs, ink) for _, figure, _ in rows]
    room = max(figure.cell_length for figure in figures)
    largest = max(figure.amount.nano for _, figure, _ in rows)
    cells = max(4, min(_BAR, width - 16 - room - 3))
    for (label, figure, role), shown in zip(rows, figures, strict=True):
        bar = Content.styled(share_bar(figure.amount.nano, largest, cells, glyphs), ink(role))
        lines.append(
            Content.assemble((label.ljust(16), ink("text")), " " * (room - shown.cell_length), shown, "   ", bar)
        )
    said = beside(verdict(savings, ink, glyphs), Content.styled(_over(savings, n_answers, always=True), ink("muted")))
    lines += [Content(""), *said.wrap(width), Content("")]
    return lines + Content.styled(_MEANS, ink("muted")).wrap(min(width, 90))


def _unknown(savings: Savings) -> str:
    if not savings.n_picked:
        return "Auto picked none of these answers."
    return f"What Auto saved is not known: {answers(savings.n_picked)} without tokens or prices."


def _over(savings: Savings, n_answers: int, *, always: bool = False) -> str:
    """How many answers the figures are over, where that is not all of them."""
    if savings.n_counted < savings.n_picked:
        return f" Over {savings.n_counted:,} of the {answers(savings.n_picked)} that Auto picked."
    if savings.n_counted != n_answers or always:
        return f" Over the {answers(savings.n_counted)} that Auto picked."
    return ""


def _about(amount: Usd | None, ink: Ink, glyphs: Glyphs) -> Content:
    if amount is None:
        return Content.styled(f"{glyphs.unknown}", ink("text"))
    return Content.styled(f"{_mark(amount, glyphs)}{amount.show(2)}", ink("text"))


def _mark(amount: Usd, glyphs: Glyphs) -> str:
    """Its mark, whose place the `<` of a tiny amount takes."""
    return "" if amount.show(2).startswith("<") else glyphs.estimated


def _estimated(amount: Usd | None) -> Figure:
    if amount is None:
        return Figure(Usd(0), Accuracy.UNKNOWN)
    return Figure(amount, Accuracy.ESTIMATED)
