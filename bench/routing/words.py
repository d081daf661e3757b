"""Words as numbers: how common they are, and which of them the training looks at."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from bench.routing.data import Floats, Strings
from ralex_tui.domain.difficulty import rarity
from ralex_tui.domain.prompt_features import looked_at, words_of

_COMMON = Path(__file__).with_name("common_words.txt.gz")
# A word must be ordinary: in many prompts of several unlike tasks, so that the table quotes nobody.
_MIN_PROMPTS = 20
_MIN_TASKS = 4
# Nor may one task hold most of them: "write" and "function" told one benchmark's template from all the rest.
_MAX_SHARE = 0.5
# Words that only hold a sentence together say nothing that a user would take for a reason.
_EMPTY = frozenset(
    ("the", "and", "was", "were", "are", "for", "with", "from", "this", "that", "his", "her", "its", "had")
)


def code(word: str) -> int:
    """What stands for a word in the table."""
    return crc32(word.encode())


def commonness() -> dict[int, int]:
    """CRC-32 of the common English words: 0 for the commonest, 1 for the next."""
    text = gzip.decompress(_COMMON.read_bytes()).decode()
    first, _, second = "\n".join(line for line in text.splitlines() if not line.startswith("#")).partition("\n-\n")
    return {code(word): 1 for word in second.split()} | {code(word): 0 for word in first.split()}


def long_words(prompt: str) -> list[str]:
    """The different words of three letters or more, in order: what the scorer looks up."""
    return [word for word in dict.fromkeys(words_of(looked_at(prompt))) if len(word) > 2]


def rarities(prompts: Sequence[str], common: dict[int, int]) -> Floats:
    """Two columns: how rare the words of each prompt are."""
    return np.array([rarity([code(word) for word in long_words(prompt)], common) for prompt in prompts])


def vocabulary(prompts: Sequence[str], tasks: Strings) -> list[str]:
    """The words that may get a weight, sorted."""
    n_prompts: Counter[str] = Counter()
    in_tasks: dict[str, Counter[str]] = defaultdict(Counter)
    for prompt, task in zip(prompts, tasks.tolist(), strict=True):
        for word in long_words(prompt):
            n_prompts[word] += 1
            in_tasks[word][task.partition("/")[0]] += 1
    return sorted(
        word
        for word, n in n_prompts.items()
        if word not in _EMPTY
        and n >= _MIN_PROMPTS
        and len(in_tasks[word]) >= _MIN_TASKS
        and max(in_tasks[word].values()) <= _MAX_SHARE * n
    )


def presence(prompts: Sequence[str], words: Sequence[str]) -> Floats:
    """Which words each prompt has, each row of length 1, as the scorer weighs them."""
    place = {word: number for number, word in enumerate(words)}
    table = np.zeros((len(prompts), len(words)))
    for row, prompt in enumerate(prompts):
        found = [place[word] for word in long_words(prompt) if word in place]
        if found:
            table[row, found] = len(found) ** -0.5
    return table
