"""What a model costs: exact cost of a usage, worst case of a request, tokens that money affords."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ralex_tui.domain.money import Usd

_PER = 1_000_000

# What a provider wraps around a message (role, separators, chat template), in tokens.
_OVERHEAD_PER_MESSAGE = 8
_OVERHEAD_PER_REQUEST = 200


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one request as the provider bills them.

    `input` holds all input tokens, those in `cache_read` and `cache_write` included;
    `output` holds all output tokens, those in `reasoning` included; `cache_write` those in
    `cache_write_1h`, which are written to be kept for an hour.
    """

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    cache_write_1h: int = 0

    def __post_init__(self) -> None:
        counts = self.input, self.output, self.cache_read, self.cache_write, self.reasoning, self.cache_write_1h
        if min(counts) < 0:
            raise ValueError("a count of tokens is never negative")


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars for a million tokens of each kind; a kind without a rate of its own is billed as input or output.

    Args:
        cache_write_1h: Without one, twice the input's: what each of the 198 models that LiteLLM 1.106.2
            has such a rate for asks. We never ask to keep anything for an hour, but a proxy may.
    """

    input: Usd
    output: Usd
    cache_read: Usd | None = None
    cache_write: Usd | None = None
    reasoning: Usd | None = None
    cache_write_1h: Usd | None = None

    @property
    def dearest_input(self) -> Usd:
        rates = (self.input, self.cache_read, self.cache_write, self.cache_write_1h)
        return max(rate for rate in rates if rate is not None)

    @property
    def dearest_output(self) -> Usd:
        return max(rate for rate in (self.output, self.reasoning) if rate is not None)


@dataclass(frozen=True, slots=True)
class Price:
    """A model's price, with where it comes from and when; frozen into every record made with it.

    Args:
        long_context: Rates that hold for the whole request once its input passes `long_context_over` tokens.
        request_fee: A fixed fee for each request.
        source: Who said so: "own", "litellm 1.106.1", "openrouter".
    """

    rates: Rates
    source: str
    dated: date | None = None
    long_context: Rates | None = None
    long_context_over: int | None = None
    request_fee: Usd = Usd(0)

    @property
    def is_free(self) -> bool:
        """Whether nothing can ever be charged; such a model goes on after the limit."""
        rates = [self.rates] if self.long_context is None else [self.rates, self.long_context]
        return not self.request_fee and not any(rate.dearest_input or rate.dearest_output for rate in rates)

    def cost(self, usage: TokenUsage) -> Usd:
        """What `usage` costs, rounded up to a whole nano-dollar."""
        rates = self.rates_for(usage.input)
        plain = max(0, usage.input - usage.cache_read - usage.cache_write)
        spoken = max(0, usage.output - usage.reasoning)
        hour = min(usage.cache_write_1h, usage.cache_write)
        parts = (
            (plain, rates.input),
            (usage.cache_read, rates.cache_read if rates.cache_read is not None else rates.input),
            (usage.cache_write - hour, rates.cache_write if rates.cache_write is not None else rates.input),
            (hour, rates.cache_write_1h if rates.cache_write_1h is not None else Usd(2 * rates.input.nano)),
            (spoken, rates.output),
            (usage.reasoning, rates.reasoning if rates.reasoning is not None else rates.output),
        )
        return Usd(-(-sum(tokens * rate.nano for tokens, rate in parts) // _PER)) + self.request_fee

    def saved_by_cache(self, usage: TokenUsage) -> Usd:
        """How much dearer `usage` would have been without prompt caching; negative where it was not worth it."""
        if not usage.cache_read and not usage.cache_write:
            return Usd(0)
        return self.cost(replace(usage, cache_read=0, cache_write=0)) - self.cost(usage)

    @property
    def max_rates(self) -> tuple[Usd, Usd]:
        """The plain rates in and out for a million tokens, or the long-context ones where they are dearer."""
        tiers = [self.rates] if self.long_context is None else [self.rates, self.long_context]
        return max(rates.input for rates in tiers), max(rates.output for rates in tiers)

    def worst_case(self, input_bound: int, max_tokens: int) -> Usd:
        """The most a request can cost: every token at the dearest rate that may apply to it."""
        rates = self._worst_rates(input_bound)
        tokens = input_bound * rates[0].nano + max_tokens * rates[1].nano
        return Usd(-(-tokens // _PER)) + self.request_fee

    def affordable_output(self, money: Usd, input_bound: int) -> int | None:
        """How many output tokens `money` pays for in the worst case; None when output is free.

        Returns -1 when it does not even cover the input.
        """
        if self.worst_case(input_bound, 0) > money:
            return -1
        dearest_input, dearest_output = self._worst_rates(input_bound)
        if not dearest_output:
            return None
        # Before any rounding: with the input rounded up by itself, a token too few would come out.
        rest = (money - self.request_fee).nano * _PER - input_bound * dearest_input.nano
        return rest // dearest_output.nano

    def rates_for(self, n_input: int) -> Rates:
        """The rates of a request with so many tokens of input."""
        if self.long_context and self.long_context_over is not None and n_input > self.long_context_over:
            return self.long_context
        return self.rates

    def _worst_rates(self, input_bound: int) -> tuple[Usd, Usd]:
        applying = [self.rates, self.rates_for(input_bound)]
        return max(r.dearest_input for r in applying), max(r.dearest_output for r in applying)


def free_price(source: str) -> Price:
    """The price of what runs on this computer: zero in so many words."""
    return Price(Rates(Usd(0), Usd(0)), source=source)


def input_bound(texts: list[str]) -> int:
    """An upper bound of a request's input tokens, without a tokenizer.

    No byte-level tokenizer makes more tokens than there are UTF-8 bytes; the template around
    the messages comes on top.
    """
    # "surrogatepass": a lone surrogate from a paste must not break the sum.
    n_bytes = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    return n_bytes + _OVERHEAD_PER_MESSAGE * len(texts) + _OVERHEAD_PER_REQUEST


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has, on or above the usual count.

    A quarter of the ASCII characters and every other one: measured against OpenAI's
    tokenizers on English (930 for 644), code (1,500 for 1,496) and Chinese (960 for 600).
    """
    n_ascii = len(text.encode("ascii", "ignore"))
    return -(-n_ascii // 4) + len(text) - n_ascii
