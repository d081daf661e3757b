"""The user's own rules for Auto: tried in order, before anything is reckoned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ralex_tui.domain.languages import language_of
from ralex_tui.domain.models import Tier
from ralex_tui.domain.text import visible_line

# Rules decide by what a request says, and that stands at its ends; the middle of a long paste is not searched.
_SEARCHED_CHARS = 4_000
_SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a pick is made by.

    Args:
        n_tokens: About how many tokens would be sent, history included.
        attachments: Kinds of what is attached: "image", "file".
    """

    text: str
    n_tokens: int = 0
    attachments: frozenset[str] = frozenset()

    @property
    def ends(self) -> str:
        """The beginning and the end of a long text; a short one whole."""
        half = _SEARCHED_CHARS // 2
        return self.text if len(self.text) <= _SEARCHED_CHARS else f"{self.text[:half]}\n{self.text[-half:]}"


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions that are given must hold.

    Args:
        words: Whole words or phrases, one of which the text must say, whatever its case.
        pattern: A regular expression that must be found in it.
        longer_than, shorter_than: Characters.
        attachments: Kinds, one of which must be attached.
        languages: ISO 639-1 codes, one of which the text must be in.
    """

    tier: Tier
    words: tuple[str, ...] = ()
    pattern: str = ""
    longer_than: int | None = None
    shorter_than: int | None = None
    attachments: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """The first rule that holds, and what of the prompt made it hold, in words."""

    tier: Tier
    reason: str


class Rules:
    """An ordered set of rules, ready to be tried on every key."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, _any_of(rule.words), re.compile(rule.pattern)) for rule in rules]

    def match(self, prompt: Prompt) -> Matched | None:
        """The first rule that holds; None where none does."""
        if not self._rules:
            return None
        text = prompt.ends
        for rule, words, pattern in self._rules:
            reasons = _reasons(rule, words, pattern, prompt, text)
            if reasons:
                return Matched(rule.tier, ", ".join(reasons))
        return None


def _reasons(
    rule: Rule, words: re.Pattern[str] | None, pattern: re.Pattern[str], prompt: Prompt, text: str
) -> list[str]:
    """Why a rule holds; empty where it doesn't. What costs least is looked at first."""
    reasons: list[str] = []
    n_chars = len(prompt.text)
    if rule.longer_than is not None:
        if n_chars <= rule.longer_than:
            return []
        reasons.append(f"longer than {rule.longer_than:,} characters")
    if rule.shorter_than is not None:
        if n_chars >= rule.shorter_than:
            return []
        reasons.append(f"shorter than {rule.shorter_than:,} characters")
    if rule.attachments:
        kinds = [kind for kind in rule.attachments if kind in prompt.attachments]
        if not kinds:
            return []
        reasons.append(f"{'an image' if kinds[0] == 'image' else 'a file'} is attached")
    if words is not None:
        said = words.search(text)
        if said is None:
            return []
        reasons.append(f"it says “{visible_line(said[0].lower(), _SHOWN_CHARS)}”")
    if rule.pattern:
        found = pattern.search(text)
        if found is None:
            return []
        reasons.append(f"“{visible_line(found[0], _SHOWN_CHARS)}” is in it" if found[0] else "your pattern is in it")
    if rule.languages:
        language = language_of(text)
        if language not in rule.languages:
            return []
        reasons.append(f"it is in {language}")
    return reasons


def _any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """One of these as whole words: "fix" is not in "prefix"."""
    if not words:
        return None
    either = "|".join(r"\s+".join(map(re.escape, word.split())) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


# Ralex V2's lists (facts/ralex-v2.md), in its order: yolo before smart before cheap. 'quick' and 'now' are out
# unless they are asked for: in ordinary prose they say nothing about the request.
_V2 = (
    (Tier.YOLO, ("yolo", "urgent", "fast", "quickly"), ("now",)),
    (Tier.SMART, ("refactor", "analyze", "complex", "architecture", "design", "review", "optimize"), ()),
    (Tier.CHEAP, ("fix", "typo", "simple", "small", "format", "add", "comment"), ("quick",)),
)
RULE_SETS = ("ralex-v2",)
"""The rule sets that ship with Ralex, by name."""


def rule_set(name: str, also: Sequence[str] = ()) -> tuple[Rule, ...]:
    """The rules of a shipped set.

    Args:
        also: Words of it that are off by default, to be used too: "quick", "now".

    Raises:
        KeyError: If there is no such set.
        ValueError: If the set has no such word.
    """
    if name not in RULE_SETS:
        raise KeyError(name)
    known = {word for _, _, off in _V2 for word in off}
    if not known.issuperset(also):
        raise ValueError(f"it has no words but {', '.join(sorted(known))} that are off")
    return tuple(Rule(tier, (*words, *(word for word in off if word in also))) for tier, words, off in _V2)


def is_safe(pattern: str) -> bool:
    """Whether a regular expression can't take forever: no repetition without end inside another one."""
    depth_has_repeat = [False]
    at, is_set = 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if is_set:
            is_set = char != "]"
        elif char == "[":
            is_set = True
            at += 1 if pattern[at + 1 : at + 2] in ("]", "^") else 0
        elif char == "(":
            depth_has_repeat.append(False)
        elif char == ")" and len(depth_has_repeat) > 1:
            inner = depth_has_repeat.pop()
            if inner and _is_endless(pattern[at + 1 :]):
                return False
            depth_has_repeat[-1] |= inner
        elif _is_endless(pattern[at:]):
            depth_has_repeat[-1] = True
        at += 1
    return True


def _is_endless(rest: str) -> bool:
    return rest[:1] in ("*", "+") or re.match(r"\{\d*,\}", rest) is not None
