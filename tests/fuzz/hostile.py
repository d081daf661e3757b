"""Texts that nobody would write and a model may send: one for each seed, always the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.parts import ALL, CODE, DOCUMENT, ESCAPES, INLINE, LANGUAGES, LETTERS, MARKUP, RUNS, WORDS

LONGEST = 4_096
HUGE = 50_000
_HUGE_ONE_IN = 250


LONG_RUNS = range(-len(RUNS), 0)
"""Seeds of 50 KB of one mark each."""


def hostile(seed: int) -> str:
    """The text of a seed; most are short, few have 4 KB, one in 250 has 50 KB."""
    if seed < 0:
        return RUNS[seed] * (HUGE // len(RUNS[seed]))
    random = Random(seed)
    is_huge = random.randrange(_HUGE_ONE_IN) == 0
    size = HUGE if is_huge else round(2 ** random.uniform(0, LONGEST.bit_length() - 1))
    make: Callable[[Random, int], str] = random.choices(
        (_pieces, _few_kinds, _run, _nest, _table, _fence, _characters, _mutation), (30, 15, 15, 10, 5, 7, 8, 10)
    )[0]
    if make is _mutation:
        size = max(size, 400)
    return make(random, size)[:size]


def cut(random: Random, text: str) -> list[str]:
    """A text in pieces, at most 6 of them."""
    places = sorted(random.randrange(len(text) + 1) for _ in range(random.randrange(6)))
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def _pieces(random: Random, size: int) -> str:
    """Anything after anything."""
    return _grow(size, lambda: random.choice(random.choice(ALL)))


def _few_kinds(random: Random, size: int) -> str:
    """A few things over and over, as they set each other off."""
    few = [random.choice(random.choice(ALL)) for _ in range(random.randrange(2, 6))]
    return _grow(size, lambda: random.choice(few))


def _run(random: Random, size: int) -> str:
    """One thing many times, with something before and behind."""
    before, behind = (random.choice(random.choice(ALL)) for _ in range(2))
    mark = random.choice(RUNS)
    return before + mark * (max(0, size - len(before) - len(behind)) // len(mark)) + behind


def _nest(random: Random, size: int) -> str:
    """Lists and quotes in each other, and lines that fit into none of them."""
    depth = 0

    def line() -> str:
        nonlocal depth
        depth = max(0, depth + random.choice((-2, -1, 0, 1, 1, 1)))
        step = random.choice(("  ", "    ", "> ", "   ", "\t"))
        mark = random.choice(("- ", "1. ", "> ", "", "* ", "+ ", "10) ", "- [ ] ", "```", "| a | b |"))
        return step * min(depth, 60) + mark + random.choice(random.choice(ALL)) + "\n"

    return _grow(size, line)


def _table(random: Random, size: int) -> str:
    """Rows with too many cells, too few, and anything in them."""
    n_columns = random.choice((1, 2, 3, 8, 40))
    row = "|" + "|".join(random.choice((":-", "-:", ":-:", "-")) for _ in range(n_columns)) + "|\n"

    def cells() -> str:
        n = max(1, n_columns + random.choice((-1, 0, 0, 0, 1)))
        found = "|".join(random.choice(random.choice((WORDS, LETTERS, INLINE, MARKUP, ESCAPES))) for _ in range(n))
        return f"|{found}|\n"

    return cells() + row + _grow(size, cells)


def _fence(random: Random, size: int) -> str:
    """Code that is none, in a fence that may not end."""
    fence = random.choice(("```", "~~~", "`````"))
    body = _grow(max(0, size - 20), lambda: random.choice(CODE))
    return f"{fence}{random.choice(LANGUAGES)}\n{body}\n{random.choice((fence, '', '```'))}"


def _characters(random: Random, size: int) -> str:
    """Any characters at all."""
    tops = random.choice(([0x80], [0x20, 0x100], [0x3000], [0x10000], [0x110000]))
    return _grow(size, lambda: chr(random.randrange(random.choice(tops))))


def _mutation(random: Random, size: int) -> str:
    """A sound document with mistakes."""
    text = DOCUMENT
    for _ in range(random.randrange(1, 30)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice((0, 1, 1, 2, 10, 100)))
        other = random.randrange(len(text) + 1)
        put: Sequence[str] = ("", random.choice(random.choice(ALL)), text[other : other + random.randrange(60)])
        text = text[:start] + random.choice(put) + text[end:]
    return text * (1 + size // max(1, len(text)) if size > LONGEST else 1)


def _grow(size: int, more: Callable[[], str]) -> str:
    """What `more` gives, until there is enough of it."""
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(more())
        length += len(parts[-1])
    return "".join(parts)
