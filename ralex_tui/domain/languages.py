"""Which language a text is in: by its script, else by its commonest small words. A guess, for rules."""

from __future__ import annotations

import re
from functools import cache

_LOOKED_AT_CHARS = 2_000

# Fewer small words than this say nothing.
_ENOUGH = 2

_SCRIPTS = (
    ("ja", "[\u3040-\u30ff]"),
    ("ko", "[\uac00-\ud7af]"),
    ("zh", "[\u4e00-\u9fff]"),
    ("ru", "[\u0400-\u04ff]{3,}"),
    ("el", "[\u0370-\u03ff]{3,}"),
    ("ar", "[\u0600-\u06ff]{3,}"),
    ("he", "[\u0590-\u05ff]{3,}"),
    ("hi", "[\u0900-\u097f]{3,}"),
    ("th", "[\u0e00-\u0e7f]{3,}"),
)

_SMALL_WORDS = {
    "en": "the of and to is in that it for with this how what are can you i my a an on be not do",
    "de": "der die das und ist nicht ein eine ich wie was mit auf für zu den dem von kann mir bitte im sind",
    "fr": "le la les des et est un une je que qui dans pour pas sur avec comment vous du ce au mon",
    "es": "el la los las de y es un una que en por para con no cómo qué como mi del se lo",
    "it": "il lo la gli di e è un una che in per con non come cosa del della mi sono ho questo",
    "pt": "o a os as de e é um uma que em para com não como do da no na meu por isso",
    "nl": "de het een en is niet ik van op met voor hoe wat dat te zijn je mijn kan deze",
    "sv": "och är en ett det som att jag inte på för med hur vad av till kan min den",
    "pl": "i w na nie jest się to że jak co do z dla jest mój czy mnie ale o po",
    "tr": "ve bir bu için ile ne nasıl mi ben çok var değil da de olarak",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
LANGUAGES: tuple[str, ...] = (*_WORDS, *(language for language, _ in _SCRIPTS))
"""The codes that `language_of` can answer, ISO 639-1."""


@cache  # compiled when a rule asks, and not when the program starts
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((language, re.compile(script)) for language, script in _SCRIPTS)


def language_of(text: str) -> str:
    """The language's ISO 639-1 code, by the first 2,000 characters; "" where it can't be told."""
    text = text[:_LOOKED_AT_CHARS].lower()
    letters = sum(map(str.isalpha, text))
    for language, script in _scripts():
        # Words, where the script has them: single Greek letters in a formula are no Greek.
        if sum(map(len, script.findall(text))) * 5 > letters > 0:
            return language
    words = re.findall(r"[^\W\d_]+", text)
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    rivals = [counts[language] for language in counts if language != best]
    return best if counts[best] >= _ENOUGH and counts[best] > max(rivals) else ""
