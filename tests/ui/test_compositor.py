"""Partial repaints: they draw what Textual's own would, and only the widgets they are about."""

from __future__ import annotations

from random import Random

import pytest
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.widgets import Static

from ralex_tui.ui.compositor import RowCompositor


class Drawn(Static):
    """Counts how often it is drawn."""

    n_drawn = 0

    def render_lines(self, crop: Region) -> list[object]:  # type: ignore[override]
        self.n_drawn += 1
        return super().render_lines(crop)  # type: ignore[return-value]


class Layers(App[None]):
    """Panes side by side, one that lies over them, and one that is scrolled half out of view."""

    CSS = """
    Screen { layers: below above; }
    #left { width: 20; } #middle { width: 1fr; overflow-y: scroll; } #right { width: 15; }
    #over { layer: above; width: 30; height: 4; offset: 12 3; background: red; }
    #long { height: 60; }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Drawn("left pane\n" * 20, id="left")
            with Vertical(id="middle"):
                yield Drawn("\n".join(f"line {n} of many" for n in range(60)), id="long")
            yield Drawn("right pane\n" * 20, id="right")
        yield Drawn("it lies over the others", id="over")


def shown(update: object) -> list[tuple[int, int, str]]:
    """Where an update writes what, as (row, column, text with styles)."""
    assert isinstance(update, ChopsUpdate)
    chunks = []
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < last and end > first:
                chunks.append((y, x, str(list(strip))))
    return chunks


@pytest.mark.parametrize("seed", range(40))
async def test_a_partial_repaint_writes_what_textuals_own_would(seed: int) -> None:
    random = Random(seed)
    app = Layers()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one("#middle").scroll_to(y=random.randrange(36), animate=False)
        await pilot.pause()
        theirs = app.screen._compositor
        ours = RowCompositor()
        ours.reflow(app.screen, app.screen.size)
        x, y = random.randrange(80), random.randrange(24)
        regions = {
            Region(x, y, random.randint(1, 80 - x), random.randint(1, 24 - y)),
            Region(random.randrange(70), random.randrange(24), 5, 1),
        }

        theirs._dirty_regions, ours._dirty_regions = set(regions), set(regions)

        assert type(theirs) is Compositor
        assert shown(ours.render_update()) == shown(theirs.render_update())


async def test_widgets_beside_the_repaint_are_not_drawn() -> None:
    app = Layers()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        ours = RowCompositor()
        ours.reflow(app.screen, app.screen.size)
        before = {widget.id: widget.n_drawn for widget in app.query(Drawn)}

        ours._dirty_regions = {Region(70, 12, 5, 1)}
        ours.render_update()

        assert [widget.id for widget in app.query(Drawn) if widget.n_drawn != before[widget.id]] == ["right"]
