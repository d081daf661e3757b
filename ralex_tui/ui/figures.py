"""Money, tokens and times as the visual language writes them: mark, sign, digits, in that order."""

from __future__ import annotations

from textual.content import Content

from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.themes import Ink


def money(figure: Figure, glyphs: Glyphs, ink: Ink, *, decimals: int = 4, is_bold: bool = False) -> Content:
    """A figure with its mark: `≈$0.2184`; `<$0.0001` takes the mark's place; unknown is `?`, never a zero."""
    if figure.accuracy is Accuracy.UNKNOWN:
        return Content.styled(glyphs.unknown, ink("muted"))
    text = figure.amount.show(decimals)
    style = ink("strong" if is_bold else "text")
    if text.startswith("<"):
        return Content.styled(text, style)
    return Content.assemble((glyphs.mark(figure.accuracy), ink("muted")), (text, style))


def held(amount: Usd, glyphs: Glyphs, ink: Ink) -> Content:
    """Money that may still come back: dashed, muted, italic."""
    return Content.assemble((glyphs.held, ink("muted")), (amount.show(), ink("muted", italic=True)))


def limit_words(amount: Usd) -> str:
    """A limit in cents, as limits are set; with more decimals where it has some."""
    return amount.show(2) if amount.nano % 10_000_000 == 0 else amount.show(4)


def rate_words(rate: Usd) -> str:
    """Dollars for a million tokens with two decimals, or as many as it has: 0.10, 0.125."""
    whole, _, decimals = rate.dollars.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def overrun_words(count: int, amount: Usd) -> str:
    """`1 overrun, $0.0030 over its hold`; empty where there is none."""
    if not count:
        return ""
    return f"1 overrun, {amount} over its hold" if count == 1 else f"{count:,} overruns, {amount} over their holds"


def tokens(count: int) -> str:
    """A count of tokens: 412, 18.5k, 1.0M."""
    if count < 1_000:
        return str(count)
    if count < 999_950:
        return f"{count / 1_000:,.1f}k"
    return f"{count / 1_000_000:.1f}M"


def seconds(duration_s: float) -> str:
    """A duration: 0.9 s, 41.2 s, 2 min 5 s."""
    if duration_s < 60:
        return f"{duration_s:.1f} s"
    minutes, rest = divmod(round(duration_s), 60)
    return f"{minutes} min {rest} s"


def until(duration_s: float) -> str:
    """A countdown: 9 h 28 min, 28 min."""
    hours, minutes = divmod(max(0, round(duration_s)) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
