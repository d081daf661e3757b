"""What kind of request a prompt is, by its signs together: each kind a number from 0 (not at all) to 1 (clearly).

One sign says little ("sum" may be a sum of money, "list" a list of names); several of one kind say much, and
further ones nothing more: hence sums of signs that are cut at 1.
"""

from __future__ import annotations

from collections.abc import Mapping

KIND_NAMES: tuple[str, ...] = (
    "mathematics",
    "a sum to work out",
    "a program to write or mend",
    "a fact that is known or not",
    "an everyday question",
    "a puzzle to reason through",
    "prose to write",
    "text to rework",
    "small talk as a whole",
    "many demands at once",
    "long mathematics",
    "a long program",
    "science with numbers",
)

# One of these in a short question, and it is no longer an everyday one.
_THOUGHT = (
    "asks for a proof",
    "asks for an analysis",
    "asks for a comparison",
    "asks for a design",
    "asks for the best or least",
    "deep engineering",
    "something to debug",
)
_SHORT_WORDS = 24


def _cut(value: float) -> float:
    return max(0.0, min(1.0, value))


def kinds(seen: Mapping[str, float], n_words: int) -> tuple[float, ...]:
    """The kinds, in the order of `KIND_NAMES`.

    Args:
        seen: Shape features by name, as they are, and the word groups by name as plain counts.
        n_words: How many words were looked at.
    """
    signs = seen["mathematical notation"]
    code = _cut(
        (
            0.7 * seen["asks for a program"]
            + seen["names of languages and tools"]
            + 0.5 * seen["structures of data"]
            + seen["a function's signature"]
            + seen["code in it"]
            + 0.7 * seen["deep engineering"]
            + seen["an error message"]
            + seen["asks to write a program"]
        )
        / 4
        - 0.1
    )
    maths = _cut(
        (
            2 * signs
            + seen["formulas"]
            + 0.8 * seen["higher mathematics"]
            + 0.8 * seen["geometry"]
            + 0.6 * seen["chance and counting"]
            + seen["asks for a proof"]
        )
        / 5
        - code / 2
    )
    numbers = min(3.0, seen["many numbers"] + seen["numbers in words"] / 3)
    sums = _cut(numbers / 2) * _cut((seen["reckoning"] + seen["an everyday sum"]) / 3) * (1 - code / 2)
    is_short = _cut((_SHORT_WORDS - n_words) / 8 + 1)
    thought = _cut(sum(seen[name] for name in _THOUGHT) / 2)
    plain = is_short * (1 - code) * (1 - maths) * (1 - sums) * (1 - thought)
    asks_fact = _cut(seen["who, when or where"] + seen["a fact to look up"] / 3)
    fact = plain * asks_fact
    everyday = plain * (1 - asks_fact) * (1.0 if not numbers else 0.3)
    puzzle = _cut((seen["a puzzle of places"] + seen["numbers in words"] + seen["if and suppose"] / 2) / 8 - 0.25) * (
        1 - code
    )
    prose = _cut((seen["something to write"] + seen["something to invent"] + 0.5 * seen["a role to play"]) / 3) * (
        1 - code
    )
    rework = _cut((seen["something to reword"] + seen["something to sum up"] + seen["a translation"]) / 2) * (1 - maths)
    talk = _cut((seen["small talk"] + 0.5 * seen["about the writer"]) / 3) * plain
    demands = _cut(
        (
            seen["demands that must hold"]
            + seen["a length that is asked for"]
            + seen["a list of points"]
            + seen["each and all"] / 2
        )
        / 8
    )
    science = _cut(seen["engineering and physics"] / 3 + seen["chemistry"] / 4) * _cut(numbers / 2)
    length = seen["long"]
    return (
        *(maths, sums, code, fact, everyday, puzzle, prose, rework, talk, demands),
        *(maths * length, code * length, science),
    )
