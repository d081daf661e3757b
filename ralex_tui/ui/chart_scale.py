"""The y axis of a chart: round sums that fit below the highest bar. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ralex_tui.domain.money import NANO, Usd

N_LABELS = 3

_NICE = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Scale:
    """Three labels at round sums; `top` is the value at the upper end, in nano-dollars."""

    step: int
    top: int

    @staticmethod
    def of(highest: int) -> Scale:
        """The largest round step of which three fit below `highest`."""
        if highest <= 0:
            return Scale(NANO // 4, NANO)
        third = max(1, highest // N_LABELS)
        power = 1
        while power * 10 <= third:
            power *= 10
        step = max((nice * power // 10 for nice in _NICE if nice * power // 10 <= third), default=1)
        return Scale(max(step, 1), max(highest, N_LABELS * step))

    def label(self, times: int) -> str:
        """The sum at so many steps, with cents at least."""
        decimals = 2
        while decimals < 9 and self.step % (10 ** (9 - decimals)):
            decimals += 1
        return Usd(self.step * times).show(decimals)

    @property
    def label_width(self) -> int:
        return max(len(self.label(times)) for times in range(1, N_LABELS + 1))

    def eighths(self, nano: int, height: int) -> int:
        """How high a value stands in a chart of `height` rows, in eighths of a row, rounded down."""
        return nano * height * 8 // self.top

    def labels(self, height: int) -> dict[int, str]:
        """The labels by the row, counted from below, whose upper edge is nearest to their sum."""
        rows = {times: round(self.step * times * height / self.top) - 1 for times in range(1, N_LABELS + 1)}
        return {min(max(row, 0), height - 1): self.label(times) for times, row in rows.items()}
