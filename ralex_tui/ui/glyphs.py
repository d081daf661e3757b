"""The signs of the visual language, with an ASCII twin for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import Accuracy


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs, each one cell wide."""

    auto: str
    cheap: str
    smart: str
    yolo: str
    local: str
    warning: str
    limit: str
    failed: str
    good: str
    bad: str
    chosen: str
    opened: str
    folded: str
    writing: str
    spent: str
    held: str
    left: str
    exact: str
    computed: str
    estimated: str
    unknown: str
    line: str
    bar: str
    eighths: str

    def mode(self, mode: Mode | Tier) -> str:
        """The sign of a mode or tier."""
        sign: str = getattr(self, mode.value)
        return sign

    def mark(self, accuracy: Accuracy) -> str:
        """The sign of how sure a figure is."""
        sign: str = getattr(self, accuracy.value)
        return sign


UNICODE = Glyphs(
    auto="◇",
    cheap="¢",
    smart="◆",
    yolo="»",
    local="⌂",
    warning="▲",
    limit="■",
    failed="✕",
    good="+",
    bad="−",
    chosen="›",
    opened="▾",
    folded="›",
    writing="▌",
    spent="━",
    held="╍",
    left="─",
    exact="✓",
    computed="=",
    estimated="≈",
    unknown="?",
    line="─",
    bar="│",
    eighths=" ▁▂▃▄▅▆▇█",
)

ASCII = Glyphs(
    auto="*",
    cheap="c",
    smart="S",
    yolo=">",
    local="@",
    warning="!",
    limit="X",
    failed="x",
    good="+",
    bad="-",
    chosen=">",
    opened="v",
    folded=">",
    writing="_",
    spent="#",
    held=":",
    left="-",
    exact="v",
    computed="=",
    estimated="~",
    unknown="?",
    line="-",
    bar="|",
    eighths=" ........#",
)


def glyphs(kind: Literal["unicode", "ascii"] | str) -> Glyphs:
    """The set that `ui.glyphs` in config.yaml names."""
    return ASCII if kind == "ascii" else UNICODE
