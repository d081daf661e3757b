"""Partial repaints that draw only the widgets and rows they are about.

Textual 8.2.8 draws every widget of the screen for each repaint of a single row, since it looks at the
widgets' clips, which are mostly the whole screen: 8 widgets and 12 ms for a word that was streamed.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class RowCompositor(Compositor):
    """A compositor whose partial repaints cost what they repaint."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """What is drawn, front to back, as (region, clip, strips); with `crop`, only what shows in it."""
        if crop is None or crop == self.size.region:
            yield from super()._get_renders(crop)
            return
        rows = Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            if not shown.overlaps(crop):
                continue
            part = shown.intersection(rows)
            yield region, part, widget.render_lines(part.translate(-region.offset))
            if shown.contains_region(crop):
                return  # what lies behind is hidden
