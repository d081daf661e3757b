"""How each model has fared, here and in the other terminals, and which one of a tier goes first because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.deployments import UNTRIED, Health, ranked
from ralex_tui.domain.errors import KeyRefused
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Catalogue, ModelRef
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.request_log import RequestLog
from ralex_tui.services.one_thread import OneThread

SPAN = timedelta(hours=24)
"""How far back health and rates go."""


class Deployments:
    """Remembers every request, and ranks the catalogue by what it remembers."""

    def __init__(self, log: RequestLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._thread = OneThread("requests")
        self._health: dict[str, Health] = {}
        # A refused key is one for all models of its provider.
        self._provider_rests: dict[str, datetime] = {}

    @property
    def health(self) -> Mapping[str, Health]:
        """How each model that was asked has fared, by its full id; with the rests of its provider."""
        return {model: self._with_rest(model, known) for model, known in self._health.items()}

    def of(self, ref: ModelRef) -> Health:
        """How one model has fared."""
        return self._with_rest(ref.id, self._health.get(ref.id, UNTRIED))

    async def load(self) -> None:
        """Take in what the last day's requests have shown, those of other terminals included."""
        since = self._clock.now() - SPAN
        for attempt in await self._thread.run(self._log.recent, since):
            self._take(attempt)

    def note(self, attempt: Attempt) -> None:
        """Remember one more request, and have it written."""
        self._take(attempt)
        self._thread.post(self._log.write, attempt)

    def rank(self, catalogue: Catalogue) -> Catalogue:
        """The same catalogue, each tier's models in the order in which they would be asked now."""
        now = self._clock.now()
        health = {model.ref.id: self.of(model.ref) for plan in catalogue.tiers.values() for model in plan.models}
        return Catalogue(
            {
                tier: replace(plan, models=tuple(ranked(plan.models, plan.pick, health, now)))
                for tier, plan in catalogue.tiers.items()
            }
        )

    def version(self) -> object:
        """Something that changes when `rank` may; compare with ==."""
        now = self._clock.now()
        resting = frozenset(model for model, known in self.health.items() if known.is_resting(now))
        providers = frozenset(name for name, until in self._provider_rests.items() if now < until)
        return resting, providers, tuple(known.latency_s for known in self._health.values())

    def close(self) -> None:
        """Finish what is being written. Safe to call more than once."""
        self._thread.close()

    def _take(self, attempt: Attempt) -> None:
        self._health[attempt.model] = self._health.get(attempt.model, UNTRIED).after(attempt)
        provider = attempt.model.partition("/")[0]
        if attempt.error == KeyRefused.__name__ and attempt.rest_s:
            self._provider_rests[provider] = attempt.at + timedelta(seconds=attempt.rest_s)
        elif attempt.outcome is not Outcome.FAILED:
            self._provider_rests.pop(provider, None)

    def _with_rest(self, model: str, known: Health) -> Health:
        until = self._provider_rests.get(model.partition("/")[0])
        if until is None or (known.rests_until is not None and until <= known.rests_until):
            return known
        return replace(known, rests_until=until)
