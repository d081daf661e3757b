"""A small app to look at the transcript: `python -m tests.ui.transcript_demo OUT.svg THEME WIDTH HEIGHT SCENE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from textual.app import App, ComposeResult

from ralex_tui.config.palette import Palette, read_palette
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ui.glyphs import UNICODE, Glyphs
from ralex_tui.ui.themes import Ink, textual_theme
from ralex_tui.ui.transcript import LiveStatus, Notice, Transcript
from tests.ui.showcase import SHOWCASE as SHOWCASE

THEMES = Path(__file__).parents[2] / "themes"
AT = datetime(2026, 11, 23, 14, 21, tzinfo=UTC)

SLOW_QUERY = """\
The filter on `status` hits four in ten rows, so SQLite walks the whole table, and the sort then spills to disk. \
Two changes, in this order:

1. A partial index, so that only open orders are kept in it.
2. Ask for the columns you show. `SELECT *` reads the blob each time.

```sql
CREATE INDEX orders_open_by_day
    ON orders (created_at, customer_id)
    WHERE status = 'open';
```

On your numbers that should land near 20 ms. Check with `EXPLAIN QUERY PLAN`: it must say **SEARCH**, not **SCAN**.
"""

PLAN = """\
Run the statement with the prefix and read the fourth column:

```python
plan = db.execute("EXPLAIN QUERY PLAN " + sql).fetchall()
for _, _, _, step in plan:
    print(step)   # SEARCH is good, SCAN reads all
```

"""


def palette(name: str) -> Palette:
    return read_palette(THEMES / f"{name}.yaml")


def question(text: str, id: str = "q", at: datetime = AT) -> Message:  # noqa: A002
    return Message(id=id, role=Role.USER, text=text, at=at)


def answer(
    text: str = "",
    id: str = "a",  # noqa: A002
    *,
    state: MessageState = MessageState.DONE,
    tier: Tier = Tier.SMART,
    model: str = "anthropic/claude-sonnet-5.5",
    cost: tuple[int, Accuracy] | None = (14_800_000, Accuracy.EXACT),
    duration_s: float | None = 6.1,
    first_token_s: float | None = None,
    reasoning: int = 0,
    output: int = 268,
    error: str = "",
    hint: str = "",
) -> Message:
    return Message(
        id=id,
        role=Role.ASSISTANT,
        text=text,
        at=AT,
        state=state,
        tier=tier,
        model=model,
        usage=TokenUsage(input=900, output=output, reasoning=reasoning),
        cost=Figure(Usd(cost[0]), cost[1]) if cost else None,
        duration_s=duration_s,
        first_token_s=first_token_s,
        error=error,
        error_hint=hint,
    )


def chat() -> list[Message]:
    return [
        question("This takes 4 s on 2 million rows. Why, and what would you change?", "q1"),
        answer(SLOW_QUERY, "a1", first_token_s=3.2, reasoning=412),
        question("And how do I see that plan from Python?", "q2"),
        answer(
            PLAN + "The line you want to read is `SEARCH orders USING INDEX orders_open_by_day`.",
            "a2",
            tier=Tier.CHEAP,
            model="gemini/gemini-3.5-flash-lite",
            cost=(1_400_000, Accuracy.COMPUTED),
            duration_s=0.9,
            first_token_s=0.3,
            output=126,
        ),
    ]


class Demo(App[None]):
    """One transcript, filling the screen."""

    def __init__(self, palette: Palette, glyphs: Glyphs = UNICODE, *, is_native: bool = False) -> None:
        super().__init__(ansi_color=is_native)
        self.palette = palette
        self.transcript = Transcript(Ink(palette), glyphs)
        self.followed: list[bool] = []

    def compose(self) -> ComposeResult:
        yield self.transcript

    def on_mount(self) -> None:
        theme = textual_theme(self.palette)
        self.register_theme(theme)
        self.theme = theme.name

    def on_transcript_follow_changed(self, event: Transcript.FollowChanged) -> None:
        self.followed.append(event.following)


def play(transcript: Transcript, scene: str) -> None:
    """Put a scene on the transcript."""
    pending = answer(id="live", state=MessageState.PENDING, tier=Tier.CHEAP, model="x/gemini-3.5-flash-lite", cost=None)
    transcript.show(
        [] if scene in ("empty", "showcase", "states") else chat()[: 3 if scene == "streaming" else 4],
        "Type below. Nothing is sent before enter.",
    )
    if scene == "streaming":
        transcript.notice(
            Notice(
                "warning",
                "Stepped down: Smart to Cheap",
                "Under $2.00 is left today, so Auto keeps to Cheap and Yolo.",
                "F2 picks Smart for this message all the same: about ≈$0.0400.",
                AT,
            )
        )
        transcript.add(pending)
        transcript.set_status("live", LiveStatus("writing", 1.4, 198, Usd(8_100_000)))
        transcript.write("live", PLAN)
        transcript.write("live", "If you see `SCAN orders`, the planner did not take the index, most often because ")
        transcript.write("live", "the query's `WHERE` does not repeat the")
    if scene == "showcase":
        transcript.show([question("Show me all you have."), answer(SHOWCASE)], "")
    if scene == "states":
        stopped = answer(
            "A streaming parser keeps a small state between chunks: the bytes that did not yet make a whole line, "
            "and the depth it stands at. Start with the",
            "a1",
            state=MessageState.STOPPED,
            model="x/gpt-5.6-terra",
            cost=(142_000_000, Accuracy.ESTIMATED),
            duration_s=9.2,
        )
        failed = answer(
            id="a2",
            state=MessageState.FAILED,
            cost=(30_600_000, Accuracy.ESTIMATED),
            duration_s=30.0,
            error="the provider did not answer within 30 s",
            hint="press r to ask again, or F2 for another tier",
        )
        transcript.show(
            [
                question("Rewrite the parser so that it streams.", "q1"),
                stopped,
                question("Which parts of the old tests still hold?", "q2"),
                failed,
                question("Name three names for the daemon, then.", "q3"),
            ],
            "",
        )
        thinker = answer(id="live", state=MessageState.PENDING, tier=Tier.YOLO, model="x/gpt-oss-120b", cost=None)
        transcript.add(thinker)
        transcript.set_status("live", LiveStatus("thinking", 4.1, None, Usd(2_100_000)))
        transcript.write_thinking("live", "They want names.\nShort, not taken on PyPI, easy to say on the phone")


async def picture(theme: str, width: int, height: int, scene: str) -> str:
    """A scene as SVG."""
    chosen = palette(theme)
    app = Demo(chosen, is_native=chosen.is_ansi)
    async with app.run_test(size=(width, height)) as pilot:
        play(app.transcript, scene)
        await pilot.pause(0.3)
        return app.export_screenshot()


if __name__ == "__main__":
    _, out, theme_name, n_columns, n_rows, scene_name = sys.argv
    drawn = asyncio.run(picture(theme_name, int(n_columns), int(n_rows), scene_name))
    Path(out).write_text(drawn, encoding="utf-8")
