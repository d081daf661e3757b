"""A made-up ledger that looks like a year of work: the same one each time, written through the real store."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from ralex_tui.domain.conversation import Conversation, Message, MessageState, Role
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.kinds import Kind
from ralex_tui.domain.ledger import DayOpened, Outcome, Raise, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, TokenUsage, free_price
from ralex_tui.domain.remarks import Opinion, Reconciliation, Tariff, Verdict
from tests.ui.demo import Demo, price

TODAY = date(2026, 11, 23)
EVENING = datetime(2026, 11, 23, 22, 40, tzinfo=UTC)

SONNET = "anthropic/claude-sonnet-5.5"

MODELS: dict[str, tuple[Tier, Price]] = {
    SONNET: (Tier.SMART, price("2.00", "10.00", "0.20")),
    "openai/gpt-5.6-terra": (Tier.SMART, price("2.50", "12.00", "0.25")),
    "openrouter/google/gemini-3.5-flash-lite": (Tier.CHEAP, price("0.30", "2.50", "0.03")),
    "anthropic/claude-haiku-5.5": (Tier.CHEAP, price("0.50", "2.20", "0.05")),
    "openrouter/openai/gpt-oss-120b": (Tier.YOLO, price("0.04", "0.17")),
    "local/qwen3-8b": (Tier.LOCAL, free_price("local")),
}
_MARKS = {
    SONNET: Accuracy.EXACT,
    "openai/gpt-5.6-terra": Accuracy.ESTIMATED,
    "local/qwen3-8b": Accuracy.EXACT,
}
_SHARES = (31, 6, 71, 9, 30, 9)  # of 156 answers, by model
_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 3, 10, 18, 14, 4, 7, 22, 12, 17, 13, 0, 3, 9, 7, 3, 0)

TALKS: tuple[tuple[str, Kind, str], ...] = (
    ("Tests for the parser", Kind.CODE, "three files, asks for a rewrite"),
    ("Slow query on orders", Kind.DEBUG, "a plan of two million rows"),
    ("Release notes, 2.4", Kind.WRITE, "long text, few hard words"),
    ("Regex for log lines", Kind.CODE, "short, one pattern"),
    ("Name for a daemon", Kind.CHAT, "a short question"),
    ("Postgres to SQLite", Kind.DATA, "two schemas side by side"),
    ("Rust lifetimes, once more and slowly", Kind.EXPLAIN, "asks why, twice"),
    ("Letter to the landlord about the broken window", Kind.TRANSLATE, "a letter of ten lines"),
    ("Minutes of the Monday meeting", Kind.SUMMARISE, "long input, short answer"),
)


@dataclass(frozen=True)
class Talk:
    """A conversation of the sample: its id, and the ids of its answers."""

    id: str
    kind: Kind
    answers: tuple[str, ...]


class Sample:
    """Writes days of work into a demo's stores."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._dice = random.Random(2311)
        demo.clock.at = EVENING
        self.talks = [self._talk(*talk) for talk in TALKS]

    def day(self, day: date = TODAY, n_answers: int = 156) -> None:
        """A day's answers, spread over its hours; the last ones of today are still on their way."""
        tariff = self._tariff(day)
        opened = DayOpened(self._id(), day, tariff.at, "UTC", 0, limit=self._demo.policy.daily)
        records: list[Record] = [opened, tariff]
        for _ in range(n_answers):
            records += self._answer(day, tariff)
        if day == TODAY:
            records += [self._request(day, self._pick(), 22, tariff)[0]]
        self._demo.ledger_store.commit(day, lambda _: records)

    def days(self, n_days: int, most: int = 60) -> None:
        """The days before today: fewer answers at weekends, two weeks of holidays, some dear days."""
        for back in range(n_days, 0, -1):
            day = TODAY - timedelta(days=back)
            share = 0.25 if day.weekday() > 4 else 1.0
            if 210 <= back <= 224 or (day.weekday() == 6 and self._dice.random() < 0.5):
                continue
            self.day(day, max(1, int(most * share * self._dice.uniform(0.25, 1.0))))

    def branch_off(self, talk: Talk) -> str:
        """Ask the second question of a conversation anew, and show that branch; the id of its answer."""
        at = EVENING - timedelta(hours=1)
        question = Message(new_id(at), Role.USER, "The other way, then.", at, talk.answers[0])
        answer = Message(new_id(at), Role.ASSISTANT, "The other way.", at, question.id)
        for message in (question, answer):
            self._demo.conversations.put(talk.id, message)
        return answer.id

    def orphan(self, amount: str) -> None:
        """A dear request of today whose conversation is gone."""
        held, usage = self._request(TODAY, SONNET, 11, self._tariff(TODAY))
        held = replace(held, amount=Usd.parse(amount), conversation="gone", tariff="")
        settled = Settlement(held.id, held.at, held.amount, Accuracy.EXACT, Outcome.DONE, usage)
        self._demo.ledger_store.commit(TODAY, lambda _: [held, settled])

    def oddities(self) -> None:
        """A raise, a drift, and a hold that a crash left behind."""
        self._demo.ledger_store.commit(TODAY, lambda _: self._odd())

    def _odd(self) -> Sequence[Record]:
        at = EVENING - timedelta(hours=3)
        since = EVENING - timedelta(hours=22)
        ours, theirs = Usd.parse("3.3560"), Usd.parse("3.3700")
        return [
            Raise(new_id(), TODAY, at, Usd.parse("1.00"), "asked at the limit, for a message to Smart"),
            Reconciliation(new_id(), TODAY, at, "openrouter", since, theirs, ours, Usd.parse("81.25")),
        ]

    def _tariff(self, day: date) -> Tariff:
        tiers: dict[Tier, tuple[str, Price]] = {}
        for model, (tier, its_price) in MODELS.items():
            tiers.setdefault(tier, (model, its_price))
        return Tariff(self._id(), day, datetime(day.year, day.month, day.day, 8, tzinfo=UTC), tiers)

    def _pick(self) -> str:
        return self._dice.choices(list(MODELS), _SHARES)[0]

    def _answer(self, day: date, tariff: Tariff) -> list[Record]:
        """A request, how it ended, and now and then what the user thought of it."""
        dice = self._dice
        hour = dice.choices(range(24), _HOURS)[0]
        held, usage = self._request(day, self._pick(), hour, tariff)
        fate = dice.random()
        outcome = Outcome.FAILED if fate < 0.012 else Outcome.STOPPED if fate < 0.04 else Outcome.DONE
        charged = Usd(0) if outcome is Outcome.FAILED else held.price.cost(usage)
        mark = _MARKS.get(held.model, Accuracy.COMPUTED)
        if outcome is Outcome.STOPPED and charged:
            mark = Accuracy.ESTIMATED
        first = dice.uniform(0.2, 0.9) * (2.5 if held.tier is Tier.SMART else 1)
        speed = dice.uniform(0.6, 1.4) * {Tier.SMART: 80, Tier.CHEAP: 190, Tier.YOLO: 420, Tier.LOCAL: 30}[held.tier]
        settled = Settlement(
            held.id,
            held.at + timedelta(seconds=40),
            charged,
            mark,
            outcome,
            None if outcome is Outcome.FAILED else usage,
            computed=charged,
            first_token_s=None if outcome is Outcome.FAILED else round(first, 3),
            duration_s=round(first + usage.output / speed, 3),
        )
        records: list[Record] = [held, settled]
        opinion = dice.choices((None, Opinion.UP, Opinion.DOWN, Opinion.AGAIN, Opinion.ESCALATED), (80, 6, 2, 2, 3))[0]
        if opinion is not None and outcome is Outcome.DONE:
            records.append(Verdict(self._id(), held.id, settled.at, opinion))
        return records

    def _request(self, day: date, model: str, hour: int, tariff: Tariff) -> tuple[Reservation, TokenUsage]:
        dice = self._dice
        tier, its_price = MODELS[model]
        scale = {Tier.SMART: 1.5, Tier.CHEAP: 1.0, Tier.YOLO: 2.6, Tier.LOCAL: 0.4}[tier]
        n_input = int(dice.lognormvariate(9.1, 0.6) * scale)
        usage = TokenUsage(n_input, int(dice.lognormvariate(7.9, 0.6) * scale), cache_read=n_input // 4)
        hold = its_price.worst_case(int(usage.input * 1.3), int(usage.output * 2.5))
        talk = dice.choices(self.talks, (20, 16, 9, 12, 10, 8, 7, 5, 5))[0]
        at = datetime(day.year, day.month, day.day, hour, dice.randrange(60), dice.randrange(60), tzinfo=UTC)
        reservation = Reservation(
            id=self._id(),
            day=day,
            at=at,
            owner=self._demo.ledger_store.owner,
            conversation=talk.id,
            tier=tier,
            model=model,
            amount=hold,
            input_bound=int(usage.input * 1.3),
            max_tokens=int(usage.output * 2.5),
            price=its_price,
            is_auto=dice.random() < 0.96,
            answer=dice.choice(talk.answers) if day == TODAY else "",
            request_kind=talk.kind if day > TODAY - timedelta(days=200) else "",
            tariff=tariff.id,
        )
        return reservation, usage

    def _talk(self, title: str, kind: Kind, reason: str) -> Talk:
        """A conversation of four questions and answers."""
        at = EVENING - timedelta(hours=9)
        conversation = Conversation(new_id(at), at, title)
        self._demo.conversations.create(conversation)
        parent, answers = None, []
        for n in range(4):
            asked_at = at + timedelta(minutes=25 * n)
            question = Message(new_id(asked_at), Role.USER, f"Question {n + 1} on this.", asked_at, parent)
            answer = Message(new_id(asked_at), Role.ASSISTANT, f"Answer {n + 1} to it.", asked_at, question.id)
            answer = replace(
                answer, state=MessageState.DONE, tier=Tier.SMART, model=SONNET, reason=reason, finish_reason="stop"
            )
            answer = replace(answer, cost=Figure(Usd.parse("0.0142"), Accuracy.EXACT))
            for message in (question, answer):
                self._demo.conversations.put(conversation.id, message)
            parent = answer.id
            answers.append(answer.id)
        return Talk(conversation.id, kind, tuple(answers))

    def _id(self) -> str:
        return f"{self._dice.getrandbits(100):026x}"[:26]
