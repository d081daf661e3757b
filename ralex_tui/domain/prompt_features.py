"""What can be told of a prompt by counting: its shape, its demands, its subjects; no word of it is kept.

These numbers are the router's dense half (see difficulty.py) and all that local learning ever keeps.
It promises to know no model, no price and no table, and to be the same in every process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import log, log2

from ralex_tui.domain.prompt_kinds import KIND_NAMES, kinds
from ralex_tui.domain.prompt_words import GROUPS, LANGUAGE_WORDS

# A request says what it wants at its ends, and a 4 MB paste must cost no more than a page.
_HEAD_CHARS = 1_600
_TAIL_CHARS = 800

# Each literal that is counted costs a microsecond, a regular expression a hundred.
_OPERATORS = ("=", "<", ">", "^", "*", "+", " - ", " / ")
_MATHS_SIGNS = frozenset("≤≥±×÷·√∑∫∞π∂∆∇≠≈∈∉⊂∪∩→⇒∀∃θλμσφωαβγδε²³")
_EXAMPLES = (">>>", "==>", "->", "nput:", "utput:", "or example", "e.g.", "assert ")
_TRACES = ("Traceback", "Error", "Exception", " line ", "panic", "egfault", "exit code", "stack trace")
_CODE_SIGNS = (
    *("```", ";\n", "{\n", "}\n", "):\n", "();", "=>", "</"),
    *("\n    ", "\n\t", "==", "!=", "::", " = ", "SELECT "),
)
_SIGNATURES = ("def ", "class ", "func ", "fn ", "function(", "void ", "public ", "#include", "import ", "return ")
_ITEMS = (
    "\n- ",
    "\n* ",
    "\n1. ",
    "\n2. ",
    "\n3. ",
    "\n4. ",
    "\n5. ",
    "\n6. ",
    "\n1)",
    "\n2)",
    "\n3)",
    "\n  - ",
    "\n    - ",
)
_CHOICES = ("\nB) ", "\nB. ", "\n(B) ", "\nb) ", "\nC) ", "\nC. ", "\n(C) ", "\nc) ")
_LENGTHS = ("word ", "words", " sentence", " paragraph", " bullet", " lines", " pages", " characters", "-word")
_STOPS = (". ", "? ", "! ", ".\n", "?\n", "!\n")

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_CAPITAL = re.compile(r" [A-Z][a-z]")
_NESTED = re.compile(r"[(\[{][^)\]}]*[(\[{]")
# UTF-8 byte by byte, the fastest way: letters stay, as do the bytes of other scripts; the rest parts words.
_TO_WORDS = bytes(code if code >= 0x80 or chr(code).isalpha() else 0x20 for code in range(256))
_TYPESET = frozenset("“”„«»‘—–…。、，！？·•")
_MAKING = frozenset(["write", "implement", "create", "complete", "develop", "build", "code", "make", "generate"])
_PROGRAMS = frozenset(
    [
        "function",
        "functions",
        "program",
        "script",
        "method",
        "class",
        "algorithm",
        "query",
        "regex",
        "api",
        "app",
        "def",
    ]
)
_OPENERS = frozenset(("who", "whose", "whom", "when", "where", "which"))
_ENDINGS = (
    *("tion", "sion", "ology", "osis", "itis", "emia", "ics", "ism", "ity", "ance", "ence", "ment", "ous", "ive"),
    *("phy", "metry", "genic", "oid", "ase", "yne", "ane", "ium", "ular", "ical", "ation"),
)


def _count(value: float) -> float:
    """A count, tamed: 0, 1, 3 and 7 become 0, 1, 2 and 3, and more stays 3."""
    return min(3.0, log2(1.0 + value))


def _clip(value: float) -> float:
    return max(-3.0, min(3.0, value))


def _bent(value: float) -> float:
    # Past some 800 characters more text is mostly more to read, not more to think about.
    return _clip(value if value < 1.3 else 1.3 + (value - 1.3) / 4)


def looked_at(prompt: str) -> str:
    """The part of a prompt that is judged: all of it, or of a long one the head and the tail."""
    if len(prompt) <= _HEAD_CHARS + _TAIL_CHARS:
        return prompt
    return f"{prompt[:_HEAD_CHARS]}\n{prompt[-_TAIL_CHARS:]}"


def words_of(text: str) -> list[str]:
    """The words of a text in lower case and in order, without numbers, signs and apostrophes."""
    lower = text.lower()
    if not lower.isascii():
        lower = lower.replace("’", "'")
        for sign in _TYPESET.intersection(_NOT_ASCII.findall(lower)):
            lower = lower.replace(sign, " ")
    return lower.encode(errors="replace").translate(_TO_WORDS, b"'").decode().split()


_SHAPE_NAMES = (
    "long",
    "very short",
    "long sentences",
    "many lines",
    "several questions",
    "asks a question",
    "a list of points",
    "choices to pick from",
    "long words",
    "learned endings",
    "names of people and places",
    "no capital letters",
    "who, when or where",
    "many numbers",
    "large or fractional numbers",
    "mathematical notation",
    "formulas",
    "single letters as variables",
    "code in it",
    "a function's signature",
    "examples of input and output",
    "an error message",
    "a length that is asked for",
    "a gap to fill in",
    "not English",
    "brackets within brackets",
    "a long text before the request",
    "words that do not repeat",
    "asks to write a program",
)
N_SHAPE: int = len(_SHAPE_NAMES)
FEATURE_NAMES: tuple[str, ...] = (*_SHAPE_NAMES, *(name for name, _ in GROUPS), *KIND_NAMES)
_GROUP_NAMES = tuple(name for name, _ in GROUPS)
N_FEATURES: int = len(FEATURE_NAMES)


def _lexicon() -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for place, (_, words) in enumerate(GROUPS):
        for word in words:
            places[word] = (*places.get(word, ()), place)
    return places


_LEXICON = _lexicon()


def _groups(words: Iterable[str]) -> list[int]:
    counts = [0] * len(GROUPS)
    for word in words:
        for place in _LEXICON.get(word, ()):
            counts[place] += 1
    return counts


def _is_learned(word: str) -> bool:
    return word.endswith(_ENDINGS)


def _number_of(text: str, literals: Iterable[str]) -> int:
    return sum(map(text.count, literals))


def _foreignness(others: list[str], words: list[str], length: int) -> float:
    """3 for another script, up to 2 for a prose whose function words are not English, else 0.

    Args:
        others: The characters beyond ASCII.
        words: All words.
        length: The number of characters.
    """
    if len(others) * 4 > length and sum(1 for char in others if char > "\u02ff" and char.isalpha()) * 4 > length:
        return 3.0
    return min(2.0, 12.0 * sum(map(LANGUAGE_WORDS.__contains__, words[:200])) / (6 + min(len(words), 200)))


def _shape(raw: str, words: list[str], full_length: int) -> list[float]:
    others = [] if raw.isascii() else _NOT_ASCII.findall(raw)
    text = raw.encode("ascii", "replace").decode() if others else raw
    maths_signs = sum(map(_MATHS_SIGNS.__contains__, others))
    n_words = max(1, len(words))
    different = set(words)
    lines = text.count("\n") + 1
    sentences = 1 + _number_of(text, _STOPS)
    questions = text.count("?")
    lengths = list(map(len, words))
    singles = lengths.count(1)
    mean_length = (sum(lengths) - singles) / max(1, n_words - singles)
    learned = sum(map(_is_learned, [word for word in words if len(word) > 6]))
    numbers = _NUMBER.findall(text)
    tail_asks = 1.0 if full_length > 600 and "?" in text[-200:] else 0.0
    return [
        _bent((log(1 + full_length) - 5.3) / 1.1),
        1.0 if n_words <= 8 else 0.0,
        _clip((log(1 + n_words / sentences) - 2.7) / 0.6),
        _count(lines / 3),
        _count(max(0, questions - 1)),
        1.0 if questions else 0.0,
        _count(_number_of(text, _ITEMS)),
        1.0 if _number_of(text, _CHOICES) >= 2 else 0.0,
        _clip((mean_length - 4.8) / 0.7),
        _clip(20 * learned / (n_words + 10)),
        _clip(15 * max(0, len(_CAPITAL.findall(text)) - sentences + 1) / (n_words + 10)),
        1.0 if n_words > 2 and text == text.lower() else 0.0,
        1.0 if words and words[0] in _OPENERS and n_words < 40 else 0.0,
        _count(len(numbers)),
        _count(sum(1 for number in numbers if len(number) > 3)),
        _count(_number_of(text, ("\\", "$")) / 2),
        _count((_number_of(text, _OPERATORS) + maths_signs) / 2),
        _count((singles - words.count("a") - words.count("i")) / 2),
        _count(_number_of(text, _CODE_SIGNS) / 2),
        _count(_number_of(text, _SIGNATURES)),
        _count(_number_of(text, _EXAMPLES)),
        _count(_number_of(text, _TRACES)),
        _count(min(len(numbers), _number_of(text, _LENGTHS))),
        _count(text.count("__") / 2),
        _foreignness(others, words, len(raw)),
        _count(len(_NESTED.findall(text))),
        tail_asks,
        _clip((len(different) / n_words - 0.75) / 0.12),
        1.0 if different & _MAKING and different & _PROGRAMS else 0.0,
    ]


def features(prompt: str) -> tuple[float, ...]:
    """The prompt as `N_FEATURES` numbers, each within [-3, 3], in the order of `FEATURE_NAMES`."""
    return read(prompt)[0]


def read(prompt: str) -> tuple[tuple[float, ...], list[str]]:
    """The features of a prompt, and the words that were looked at, in lower case and in order."""
    text = looked_at(prompt)
    words = words_of(text)
    shape = _shape(text, words, len(prompt))
    groups = _groups(words)
    seen = dict(zip(_SHAPE_NAMES, shape, strict=True)) | dict(zip(_GROUP_NAMES, map(float, groups), strict=True))
    return (*shape, *map(_count, groups), *kinds(seen, len(words))), words
