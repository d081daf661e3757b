"""Whether an answer itself shows that a stronger model should be asked: cut off, declined, unsure, broken.

Pure, quick and deterministic: it reads the text and knows no model. Measured by `python -m bench.doubts`;
docs/escalation.md has the table. English first: phrases in other languages are not known to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ralex_tui.domain.answer_code import Block, blocks_of, does_json_parse, does_python_parse

# What an answer thinks of itself stands at its ends; the middle of a long one is not searched.
_END_CHARS = 1_500
_HEAD_CHARS = 400
_LOOP_CHARS = 8_000

# Shorter than this an answer shows no working.
_BARE_CHARS = 40

# Of Python, in all blocks together: some 150 lines. Parsing 16 kB took 10 ms, and typing must not feel it.
_PARSED_CHARS = 6_000

# The same sentence this often is no style any more. Shorter ones repeat for good reasons.
_LOOP_TIMES = 4
_LOOP_SENTENCE_CHARS = 25

# Fences of these hold prose as often as code.
_PROSE = ("", "json", "text", "txt", "markdown", "md")

# What somebody else says, be it in a story, is no word of the answer about itself.
_QUOTED = re.compile(r'"[^"\n]{1,300}"|“[^”\n]{1,300}”')

# A last line shorter than this may be a heading, a signature or a value.
_CLAUSE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sign that an answer is not good enough.

    Args:
        why: In words, to stand behind a colon: "its Python does not parse".
        weight: About how likely such an answer is wrong, 0 to 1; measured where the data could tell, else judged.
    """

    why: str
    weight: float


@dataclass(frozen=True, slots=True)
class Given:
    """What the signs look at, worked out once."""

    question: str
    answer: str
    ends: str  # of what it says itself: without code and quotations, in lower case
    head: str
    finish_reason: str | None
    blocks: tuple[Block, ...]
    is_fence_open: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """One way to doubt. `name` is for the benchmark's table."""

    name: str
    doubt: Doubt
    is_seen: Callable[[Given], bool]


def doubt(question: str, answer: str, finish_reason: str | None) -> Doubt | None:
    """The strongest sign that the answer should be asked of a stronger model; None without one.

    Args:
        finish_reason: As the provider gave it; "length" means cut off.
    """
    found = signs_in(question, answer, finish_reason)
    return max((sign.doubt for sign in found), key=lambda each: each.weight, default=None)


def signs_in(question: str, answer: str, finish_reason: str | None) -> list[Sign]:
    """All signs that are seen, for whoever wants to count them."""
    given = _given(question, answer, finish_reason)
    if not answer.strip():
        return [EMPTY]
    return [sign for sign in SIGNS if sign.is_seen(given)]


def _given(question: str, answer: str, finish_reason: str | None) -> Given:
    blocks, is_fence_open = blocks_of(answer)
    prose = answer
    for block in blocks:
        if block.language not in _PROSE:
            prose = prose.replace(block.body, "", 1)
    ends = _QUOTED.sub("", _ends(prose).replace("’", "'")).lower()
    return Given(_ends(question), answer, ends, ends[:_HEAD_CHARS], finish_reason, tuple(blocks), is_fence_open)


def _ends(text: str) -> str:
    return text if len(text) <= 2 * _END_CHARS else f"{text[:_END_CHARS]}\n{text[-_END_CHARS:]}"


def _any(*phrases: str) -> re.Pattern[str]:
    """One of these as whole phrases, on lower-case text; "(a|b)" in them are alternatives."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)")


_DECLINES = _any(
    "i('m| am) sorry,? (but )?i (can't|cannot|can not|am not able|am unable)",
    "i (can't|cannot|can not|won't|will not) (help|assist|answer|do that|provide|comply|fulfill?|complete|access)",
    "i('m| am) (unable|not able|not allowed|not permitted) to",
    "i must (decline|refuse)",
    "as an ai( language)?( model)?,? i",
    "i (don't|do not) have (access to|the ability to|enough information)",
)
_FINDS_NONE = _any(
    "(can't|cannot|can not|could not|couldn't) be (determined|answered|solved|calculated|computed|established)",
    "(not|n't)( \\w+)? enough (information|data|context|details)",
    "insufficient (information|data|context)",
    "need (more|additional|further) (information|data|context|details)",
    "without (more|additional|further|any) (information|context|details|data)",
    "(error|mistake|typo|inconsistency) in the (question|problem|options|choices|statement)",
    "(question|problem|statement) (is|seems|appears) (to be )?(flawed|ill-posed|incomplete|inconsistent|incorrect)",
    "i (can't|cannot|could not|couldn't) (find|determine|give|figure out|work out|arrive at)",
    "i apologi[sz]e",
)
_TURNS_ROUND = re.compile(
    r"(?:^|[.!?:\n] ?)wait,|"
    r"(?<!\w)(?:(?:let's|let us|let me|we should|we need to) "
    r"(?:re-?examine|re-?consider|re-?check|re-?evaluate|re-?calculate|re-?think|try (?:again|another|a different))"
    r"|let me correct|(?:i|we)(?: have| must have)? made an? (?:mistake|error)|on second thought|scratch that)"
    r"(?!\w)"
)
_UNSURE = _any(
    "i('m| am) not (sure|certain|entirely sure|completely sure|100% sure)",
    "i('m| am) (unsure|uncertain)",
    "i (could|may|might) be (wrong|mistaken)",
    "i (don't|do not) know",
    "not entirely (clear|certain|sure)",
    "(my|an|the) (best|educated) guess",
    "(it is|it's) (difficult|hard|impossible) to (say|tell|know|determine|be sure)",
    "(may|might) not be (accurate|correct|exact|reliable|up to date)",
    "if i (remember|recall) correctly",
)
_NEAREST = _any(
    "(closest|nearest) (given |available |possible )?(option|answer|choice|match|value|approximation)",
    "(none|neither) of the (given |provided |available |above |listed )?(options|answers|choices|values)",
    "no (given |provided |available )?(option|choice|answer) (exactly |precisely )?(matches|fits)",
    "match any of the (options|answers|choices)",
)
_SUPPOSES = _any("(let's|let us|we|i|i'll|we'll|must|have to) assume", "(the )?most (likely|plausible|probable)")
_WANTS_JSON = re.compile(
    r"\b(?:return|respond|reply|answer|output|give|write|produce|print|provide|format|only|as|in|into|valid)\b[^\n.?!]{0,40}\bjson\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"^[ \t]*\(?([A-J])[.)][ \t]", re.MULTILINE)
_CHOSEN = re.compile(r"(?<![\w'])\(?[A-J](?:\)|(?![\w']))")
_NUMBER = re.compile(r"\d+")
_WORKED_OUT = _any(
    "how (many|much|long|far|fast|often)",
    "calculate|compute|solve|prove|derive|determine|estimate|find the",
    "what (is|was|will be|would be|must be) the",
)
_SENTENCE_END = re.compile(r"[.!?\n]+")


def _is_cut(given: Given) -> bool:
    return given.finish_reason in ("length", "max_tokens")


def _has_broken_python(given: Given) -> bool:
    room = _PARSED_CHARS
    for block in given.blocks:
        if block.language in ("python", "py"):
            room -= len(block.body)
            if room < 0:
                return False
            if not does_python_parse(block.body):
                return True
    return False


def _has_broken_json(given: Given) -> bool:
    if not _WANTS_JSON.search(given.question):
        return False
    fenced = [block.body for block in given.blocks if block.language == "json"]
    bare = given.answer.strip()
    if not fenced and bare[:1] in ("{", "["):
        fenced = [bare]
    return any(not does_json_parse(body) for body in fenced)


def _stops_midway(given: Given) -> bool:
    """The last line is a long clause without an end, though the answer ends its sentences elsewhere."""
    if given.is_fence_open:
        return True
    text = given.answer.rstrip()
    before, _, last = text.rpartition("\n")
    if not before:
        before, _, last = text.rpartition(". ")
    if len(last) < _CLAUSE_CHARS or last.lstrip()[:1] in ("|", "#", "-", "*", ">", "+", "`"):
        return False
    return last[-1].isalpha() and last.isascii() and " " in last and before.rstrip().endswith((".", ":", "!", "?"))


def _goes_round(given: Given) -> bool:
    """The same sentence again and again outside code, as models do that are stuck."""
    tail = given.answer[-_LOOP_CHARS:]
    if given.blocks and any(len(block.body) > len(tail) // 2 for block in given.blocks):
        return False
    sentences = [part.strip().lower() for part in _SENTENCE_END.split(tail)]
    counted = Counter(each for each in sentences if len(each) >= _LOOP_SENTENCE_CHARS and " " in each)
    return any(times >= _LOOP_TIMES for times in counted.values())


def _chooses_none(given: Given) -> bool:
    offered = set(_CHOICE.findall(given.question))
    if len(offered) < 3 or _CHOSEN.search(given.answer[-_END_CHARS:]):
        return False
    # Whoever writes the choice out in full has chosen too.
    said = given.ends
    lines = [line.split(None, 1) for line in given.question.splitlines() if _CHOICE.match(line)]
    return not any(len(parts) == 2 and parts[1].strip().lower() in said for parts in lines)


def _shows_no_working(given: Given) -> bool:
    if len(given.answer.strip()) >= _BARE_CHARS or len(given.question) < 2 * _BARE_CHARS:
        return False
    return len(_NUMBER.findall(given.question)) >= 3 and _WORKED_OUT.search(given.question.lower()) is not None


EMPTY = Sign("empty", Doubt("it is empty", 1.0), lambda given: not given.answer.strip())

SIGNS: tuple[Sign, ...] = (
    Sign("cut off", Doubt("it was cut off at its length", 0.9), _is_cut),
    Sign("Python", Doubt("its Python does not parse", 0.9), _has_broken_python),
    Sign("JSON", Doubt("its JSON does not parse", 0.9), _has_broken_json),
    Sign("loop", Doubt("it repeats itself", 0.9), _goes_round),
    Sign("midway", Doubt("it stops in mid-sentence", 0.8), _stops_midway),
    Sign("no choice", Doubt("it picks none of the choices", 0.9), _chooses_none),
    Sign("declines", Doubt("it declines", 0.85), lambda given: _DECLINES.search(given.head) is not None),
    Sign("no answer", Doubt("it found no answer", 0.8), lambda given: _FINDS_NONE.search(given.ends) is not None),
    Sign("unsure", Doubt("it is unsure of itself", 0.7), lambda given: _UNSURE.search(given.ends) is not None),
    Sign(
        "turns", Doubt("it corrects itself on the way", 0.7), lambda given: _TURNS_ROUND.search(given.ends) is not None
    ),
    Sign("bare", Doubt("it shows no working", 0.6), _shows_no_working),
    Sign(
        "nearest",
        Doubt("it settles for the nearest choice", 0.5),
        lambda given: _NEAREST.search(given.ends) is not None,
    ),
    Sign("supposes", Doubt("it works on a guess", 0.5), lambda given: _SUPPOSES.search(given.ends) is not None),
)
"""All signs but emptiness, in no order that matters."""
