"""The transcript's scrollbar: painted in whole cells, and only when its thumb has moved.

Textual's own (8.2.8) is drawn anew at each line that is scrolled, which takes longer than the text beside it.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget


class _Looks(NamedTuple):
    """All that decides how it looks: the thumb's rows, the whole height, the two styles."""

    first: int
    last: int
    height: int
    track: Style
    thumb: Style


class SlimBar(ScrollBar):
    """A vertical bar of one column. What a click on its parts does is Textual's."""

    window_virtual_size: Reactive[int] = Reactive(100, repaint=False)
    window_size: Reactive[int] = Reactive(0, repaint=False)
    position: Reactive[float] = Reactive(0.0, repaint=False)

    def __init__(self) -> None:
        super().__init__(vertical=True, name="vertical", thickness=1)
        self._painted: _Looks | None = None
        self._strips: list[Strip] = []

    def watch_window_virtual_size(self) -> None:
        self.refresh()

    def watch_window_size(self) -> None:
        self.refresh()

    def watch_position(self) -> None:
        self.refresh()

    def refresh(self, *regions: Region, **options: Any) -> Self:
        """Repaint, if it looks otherwise than it did."""
        if not options and self.is_attached and self._looks() == self._painted:
            return self
        return super().refresh(*regions, **options)

    def render_lines(self, crop: Region) -> list[Strip]:
        looks = self._looks()
        if looks != self._painted:
            self._painted = looks
            above, thumb, below = (
                Strip([Segment(" ", style + Style.from_meta({"@mouse.down": action}))], 1)
                for style, action in ((looks.track, "scroll_up"), (looks.thumb, "grab"), (looks.track, "scroll_down"))
            )
            after = looks.height - looks.last
            self._strips = [above] * looks.first + [thumb] * (looks.last - looks.first) + [below] * after
        return self._strips[crop.y : crop.bottom]

    def _looks(self) -> _Looks:
        height, virtual, window = self.size.height, self.window_virtual_size, self.window_size
        first = last = 0
        if 0 < window < virtual:
            n_rows = max(1, round(height * window / virtual))
            first = round((height - n_rows) * min(1.0, self.position / (virtual - window)))
            last = first + n_rows
        return _Looks(first, last, height, *self._styles())

    def _styles(self) -> tuple[Style, Style]:
        assert isinstance(self.parent, Widget)
        styles = self.parent.styles
        if self.grabbed:
            ground, thumb = styles.scrollbar_background_active, styles.scrollbar_color_active
        elif self.mouse_over:
            ground, thumb = styles.scrollbar_background_hover, styles.scrollbar_color_hover
        else:
            ground, thumb = styles.scrollbar_background, styles.scrollbar_color
        if ground.a < 1:
            ground = self.parent.background_colors[0] + ground
        return Style(bgcolor=ground.rich_color), Style(color=(ground + thumb).rich_color, reverse=True)
