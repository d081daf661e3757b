"""The fault matrix: all that providers do wrong, by both ways, and the user stopping at that moment or not.

Each through the real turn service, real HTTP, real ledger and conversation files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from ralex_tui.domain.conversation import Message, MessageState
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.events import Failed, Reserved, Routed, Settled, Stopped, TextDelta, TurnEvent
from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import Mode
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.services.pump import StopSignal
from ralex_tui.services.turn import Ask
from tests.adapters.provider import Asked, Reply
from tests.faults.conftest import CANARY, WAYS, Scene, SceneMaker
from tests.faults.faults import ELSEWHERE, FAULTS, Fault, Place
from tests.services.desk import CHEAP_PRICE

pytestmark = [
    # LiteLLM's doings, each of them; pytest undoes the filter that `load_litellm` sets.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\."),
    pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning"),
]


class Impatience(StopSignal):
    """A stop that passes the pauses between two requests."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses_s: list[float] = []

    async def wait_for(self, seconds: float) -> None:
        self.pauses_s.append(seconds)


@dataclass(frozen=True)
class Told:
    """What a turn came to.

    Args:
        asked: The requests that arrived at the provider.
    """

    events: tuple[TurnEvent, ...]
    entries: tuple[Entry, ...]
    asked: tuple[Asked, ...]
    conversation: str
    answer: Message

    @property
    def last(self) -> TurnEvent:
        return self.events[-1]


def reply_of(fault: Fault, scene: Scene, *, is_held: bool) -> Reply:
    """The fault's reply, leading to another host where it leads away."""
    reply = (fault.held or fault.reply) if is_held else fault.reply
    headers: Mapping[str, str] = {
        name: value.replace(ELSEWHERE, scene.elsewhere.root.replace("127.0.0.1", "localhost"))
        for name, value in reply.headers.items()
    }
    return replace(reply, headers=headers)


async def run(scene: Scene, fault: Fault, *, is_stopped: bool) -> Told:
    scene.provider.script(reply_of(fault, scene, is_held=is_stopped))
    before = len(await entries_of(scene))
    stop = Impatience()
    events: list[TurnEvent] = []
    async for event in scene.desk.turns.run(Ask("what is a fault?", Mode.CHEAP), stop):
        events.append(event)
        if is_stopped and is_moment(fault, event):
            await reach(scene, fault)
            stop.stop()
            scene.provider.release.set()
    assert all(pause <= 20 for pause in stop.pauses_s)
    routed = next(event for event in events if isinstance(event, Routed))
    conversation = await scene.desk.library.open(routed.conversation)
    entries = (await entries_of(scene))[before:]
    answer = conversation.messages[routed.answer_id]
    return Told(tuple(events), tuple(entries), tuple(scene.provider.requests), routed.conversation, answer)


def is_moment(fault: Fault, event: TurnEvent) -> bool:
    """Whether the fault bites next."""
    return isinstance(event, TextDelta if fault.text else Reserved)


async def reach(scene: Scene, fault: Fault) -> None:
    """Wait until the request has arrived, where it can."""
    if fault.place is Place.PROVIDER:
        await scene.provider.arrived.wait()


async def entries_of(scene: Scene) -> list[Entry]:
    today = scene.desk.ledger.today()
    return await scene.desk.ledger.entries(today, today)


def bill(fault: Fault, n_requests: int) -> Usd:
    """What the provider may take for what arrived."""
    each = CHEAP_PRICE.cost(TokenUsage(*fault.billed))
    return Usd(each.nano * n_requests)


def check_money(told: Told, fault: Fault) -> None:
    """Each request that arrived has a record of its own, settled, and together they pay what is billed."""
    assert len(told.asked) <= len(told.entries)
    assert fault.place is not Place.PROVIDER or len(told.asked) == len(told.entries)
    assert len({entry.reservation.id for entry in told.entries}) == len(told.entries)
    assert not any(entry.is_open for entry in told.entries)
    charged = Usd(sum(entry.cost.amount.nano for entry in told.entries))
    assert charged >= bill(fault, len(told.asked))
    assert charged <= Usd(sum(entry.reservation.amount.nano for entry in told.entries))
    assert told.answer.cost is not None
    assert told.answer.cost.amount == charged


def check_secrecy(scene: Scene, told: Told) -> None:
    """The key went to the provider alone, and is in no file."""
    assert scene.elsewhere.requests == []
    assert scene.self_signed.requests == []
    assert {asked.headers["authorization"] for asked in told.asked} <= {f"Bearer {CANARY}"}
    files = [path for path in scene.folder.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]


def check_sentence(error: RalexError) -> None:
    """One sentence of our own, with a way on."""
    assert error.message.isprintable()
    assert len(error.message) < 300
    assert error.hint
    assert CANARY not in error.message + error.hint
    assert not {"litellm", "traceback", "<html"} & set(error.message.lower().split())


async def check_alive(scene: Scene, told: Told) -> None:
    """The next turn of the conversation, on the same engine, is answered."""
    scene.lead_to(Place.PROVIDER)
    scene.provider.script(Reply())
    events = [event async for event in scene.desk.turns.run(Ask("and now?", Mode.CHEAP, told.conversation))]

    assert isinstance(events[-1], Settled)
    assert events[-1].answer.text == "Hello"
    assert len(scene.provider.requests) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
@pytest.mark.parametrize("way", WAYS)
async def test_fault_ends_in_a_settled_record_one_sentence_and_what_came(
    scene_for: SceneMaker, way: str, fault: Fault
) -> None:
    scene = scene_for(WAYS[way], fault)

    told = await run(scene, fault, is_stopped=False)

    check_money(told, fault)
    check_secrecy(scene, told)
    assert told.answer.text == fault.text
    settled = [entry.settlement for entry in told.entries]
    assert {each and each.outcome for each in settled} == {fault.outcome}
    assert {entry.cost.accuracy for entry in told.entries} == {fault.accuracy}
    if fault.error is None:
        assert isinstance(told.last, Settled)
    else:
        assert isinstance(told.last, Failed)
        assert type(told.last.error) is fault.error
        assert fault.words in told.last.error.message
        assert told.answer.state is MessageState.FAILED
        check_sentence(told.last.error)
    await check_alive(scene, told)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
@pytest.mark.parametrize("way", WAYS)
async def test_stop_at_the_fault_ends_in_a_stopped_answer_and_what_came(
    scene_for: SceneMaker, way: str, fault: Fault
) -> None:
    scene = scene_for(WAYS[way], fault)

    told = await run(scene, fault, is_stopped=True)

    check_money(told, fault)
    check_secrecy(scene, told)
    assert isinstance(told.last, Stopped)
    assert told.answer.state is MessageState.STOPPED
    assert fault.text.startswith(told.answer.text)
    assert told.answer.text.startswith(fault.text[:3])
    (entry,) = told.entries
    assert entry.settlement is not None
    assert entry.settlement.outcome is Outcome.STOPPED
    await check_alive(scene, told)
