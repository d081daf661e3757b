"""`auto:` of config.yaml as checked settings: the quality to keep, and the user's rules."""

from __future__ import annotations

import re

from ralex_tui.config.fields import Section, show
from ralex_tui.config.schema import AutoSettings
from ralex_tui.config.strict_yaml import nearest
from ralex_tui.domain.languages import LANGUAGES
from ralex_tui.domain.models import Tier
from ralex_tui.domain.rules import RULE_SETS, Rule, is_safe, rule_set

_CONDITIONS = ("words", "pattern", "longer_than", "shorter_than", "attachments", "languages")
_ATTACHMENTS = ("image", "file")
_MOST_CHARS = 10_000_000


def auto_settings(section: Section) -> AutoSettings:
    """The section `auto`.

    Raises:
        ConfigError: If something in it is wrong; names file, line and key.
    """
    section.refuse_others(AutoSettings.__dataclass_fields__)
    quality = section.number("quality", 0, 1)
    rules = tuple(rule for row in section.rows("rules", "each rule holds keys and values") for rule in _rules(row))
    return AutoSettings(quality if quality is not None else AutoSettings().quality, rules)


def _rules(row: Section) -> tuple[Rule, ...]:
    """One item of the list: a rule, or a whole set that ships with Ralex."""
    if row.has("use"):
        row.refuse_others(("use", "also"))
        try:
            return rule_set(row.choice("use", RULE_SETS, ""), row.texts("also"))
        except ValueError as error:
            raise row.error("also", str(error)) from None
    row.refuse_others(("tier", "use", *_CONDITIONS))
    tier = row.choice("tier", [tier.value for tier in Tier], "")
    if not tier:
        raise row.error("tier", "the rule names no tier", hint=f"add tier: one of {', '.join(Tier)}")
    if not any(row.has(condition) for condition in _CONDITIONS):
        raise row.error("tier", "the rule has no condition", hint=f"add one or more of {', '.join(_CONDITIONS)}")
    return (
        Rule(
            Tier(tier),
            words=row.texts("words"),
            pattern=_pattern(row),
            longer_than=row.integer("longer_than", 0, _MOST_CHARS),
            shorter_than=row.integer("shorter_than", 1, _MOST_CHARS),
            attachments=_known(row, "attachments", _ATTACHMENTS),
            languages=_known(row, "languages", LANGUAGES),
        ),
    )


def _pattern(row: Section) -> str:
    pattern = row.text("pattern", limit=500) or ""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise row.error("pattern", f"it is no regular expression: {error}") from None
    if not is_safe(pattern):
        hint = "it can take for ever on some texts, and is tried at every key"
        raise row.error("pattern", "a repetition without end stands inside another one", hint=hint)
    return pattern


def _known(row: Section, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    values = row.texts(key)
    for value in values:
        if value not in known:
            hint = nearest(value, known) or f"known here: {', '.join(known)}"
            raise row.error(key, f"{show(value)} is none of them", hint=hint)
    return values
