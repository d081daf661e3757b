"""What a message asks for, by a simple heuristic: which kinds of request there are, and what they cost.

A guess by words and signs, for a chart; nothing is decided by it. English first, with the commonest words of
German, French and Spanish.
"""

from __future__ import annotations

import re
from enum import StrEnum

# How much of a prompt is looked at: what is asked for stands at its beginning or at its end.
_HEAD = 1_500
_TAIL = 500

# How much of that is taken for the asking itself, and not for what was pasted.
_ASKED_HEAD = 300
_ASKED_TAIL = 200


class Kind(StrEnum):
    """A kind of request, as the day review and the ledger call it."""

    CODE = "code"
    DEBUG = "debug"
    EXPLAIN = "explain"
    WRITE = "write"
    TRANSLATE = "translate"
    SUMMARISE = "summarise"
    DATA = "data"
    CHAT = "chat"


def kind_of(text: str) -> Kind:
    """The kind that a prompt most likely is; CHAT where nothing speaks for another. The same for the same text."""
    seen = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    scores = dict.fromkeys(Kind, 0)
    for kind, weight, literals, sign in _SIGNS:
        # Nearly all prompts have none of the literals, which are far quicker to look for.
        if any(literal in seen for literal in literals) and (sign is None or sign.search(seen)):
            scores[kind] += weight
    if _is_table(seen):
        scores[Kind.DATA] += 3
    prose = _FENCE.sub("\n", seen)
    asked = prose if len(prose) <= _ASKED_HEAD + _ASKED_TAIL else f"{prose[:_ASKED_HEAD]}\n{prose[-_ASKED_TAIL:]}"
    words = _WORD.findall(asked.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    for word in dict.fromkeys(words):
        if word in _WEIGHTS:
            kind, weight = _WEIGHTS[word]
            scores[kind] += weight
    # The first word is often the order itself: "Translate", "Fix", "Explain".
    for word in words[:2]:
        if word in _ORDERS:
            scores[_ORDERS[word]] += 2
    if scores[Kind.CODE] > 1 and "why" in words:
        scores[Kind.DEBUG] += 4
    line = f" {' '.join(words)} "
    for kind, weight, phrase in _PHRASES:
        if phrase in line:
            scores[kind] += weight
    best = max(_PLACES, key=scores.__getitem__)
    return best if scores[best] > 1 else Kind.CHAT


def _is_table(text: str) -> bool:
    """Whether three lines in a row have the same number of separators."""
    for separator in ("|", ",", ";", "\t"):
        counts = [line.count(separator) for line in text.split("\n")[:40]]
        if any(a and a == b == c for a, b, c in zip(counts, counts[1:], counts[2:], strict=False)):
            return separator != "," or "{" not in text
    return False


# Where two score the same, the narrower kind wins.
_PLACES = (
    Kind.TRANSLATE,
    Kind.SUMMARISE,
    Kind.DEBUG,
    Kind.DATA,
    Kind.CODE,
    Kind.WRITE,
    Kind.EXPLAIN,
    Kind.CHAT,
)

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:['+#.][^\W_]+|\+\+|#)*")

_SIGNS: tuple[tuple[Kind, int, tuple[str, ...], re.Pattern[str] | None], ...] = (
    (Kind.DEBUG, 5, ("Traceback (most", "core dumped", "panic: ", "npm ERR!"), None),
    (Kind.DEBUG, 5, ("at ",), re.compile(r"\bat [\w.$]+\([\w.]+:\d+\)")),
    (Kind.DEBUG, 4, ("Error", "Exception", "error"), re.compile(r"(?:Error|Exception)\b[:( ]|\berror(?:\[\w+\])?: ")),
    (Kind.CODE, 2, ("```",), None),
    (
        Kind.CODE,
        2,
        ("def ", "class ", "fn ", "func ", "function ", "import ", "#include", "public ", "const ", "let ", "int "),
        re.compile(r"^ *(?:def|class|fn|func|function|import|#include|public|const|let|int) ", re.M),
    ),
    (Kind.CODE, 1, (";\n", "{\n", "}\n", "=>", "()", "):"), None),
    (Kind.CODE, 1, (":\n",), re.compile(r"^ *(?:while|for|if) .*:$", re.M)),
    (Kind.DATA, 3, ("SELECT ",), re.compile(r"\bSELECT .{1,300}?\sFROM\s", re.S)),
)


def _weights(*lists: tuple[Kind, int, str]) -> dict[str, tuple[Kind, int]]:
    return {word: (kind, weight) for kind, weight, words in lists for word in words.split()}


_WEIGHTS = _weights(
    (
        Kind.CODE,
        2,
        "python javascript typescript java rust golang kotlin swift php ruby perl scala haskell c++ c# bash shell "
        "powershell regex regexp refactor function method api endpoint html css react vue django flask fastapi "
        "dockerfile kubernetes terraform makefile git github cron script code coding snippet algorithm parser compiler "
        "async pytest unittest cli sdk npm yaml component implement implementiere implémente implementa funktion "
        "programm",
    ),
    (Kind.CODE, 1, "class module test tests variable variables array loop go command library one-liner program linux"),
    (
        Kind.DEBUG,
        3,
        "bug bugs debug crash crashes crashed fails failing traceback stacktrace segfault broken exception fehler "
        "undefined erreur",
    ),
    (Kind.DEBUG, 2, "fix error errors fail failed wrong"),
    (
        Kind.EXPLAIN,
        3,
        "explain explains explanation erkläre erklär erklären warum wieso weshalb pourquoi explique expliquer "
        "explica explicar explícame understand bedeutet signifie significa",
    ),
    (Kind.EXPLAIN, 2, "why difference mean meaning unterschied différence diferencia"),
    (
        Kind.WRITE,
        3,
        "poem story essay letter email e-mail mail slogan slogans haiku poetry lyrics speech toast blog tweet "
        "newsletter proofread rephrase rewrite reword draft compose wording tagline caption brief gedicht geschichte "
        "aufsatz lettre courriel poème histoire carta correo poema cuento ensayo",
    ),
    (Kind.WRITE, 2, "write schreib schreibe écris rédige escribe redacta post paragraph letters emails description"),
    (
        Kind.TRANSLATE,
        5,
        "translate translation translating übersetze übersetz übersetzen übersetzung traduis traduire traduction "
        "traduisez traduce traducir traducción traduzca",
    ),
    (
        Kind.SUMMARISE,
        5,
        "summarise summarize summary summaries tldr gist takeaways zusammenfassung zusammenfassen résumé résumer "
        "résume resumen resumir condense",
    ),
    (Kind.SUMMARISE, 3, "shorten fasse zusammen resume recap outline"),
    (
        Kind.DATA,
        4,
        "sql csv json spreadsheet excel pandas vlookup dataset postgres mysql sqlite dataframe tabelle tableau tabla",
    ),
    (
        Kind.DATA,
        3,
        "table average median column columns rows query extract sort percentage statistics chart join formula",
    ),
)

_ORDERS = {
    word: kind
    for kind, words in (
        (Kind.CODE, "implement refactor port"),
        (Kind.DEBUG, "fix debug"),
        (Kind.EXPLAIN, "explain why warum pourquoi explica explique erkläre"),
        (Kind.WRITE, "draft compose rewrite rephrase proofread"),
        (Kind.SUMMARISE, "summarise summarize shorten fasse résume resume condense"),
        (Kind.TRANSLATE, "translate übersetze traduis traduce"),
        (Kind.DATA, "extract sort compute calculate"),
    )
    for word in words.split()
}

_LANGUAGES = (
    "english german french spanish italian portuguese polish dutch russian chinese japanese korean arabic turkish "
    "englisch englische deutsch deutsche französisch spanisch anglais allemand espagnol inglés francés alemán"
)

_PHRASES = (
    *((Kind.TRANSLATE, 3, f" {into} {language} ") for into in ("into", "to") for language in _LANGUAGES.split()),
    *((Kind.TRANSLATE, 3, f" {language} word for ") for language in _LANGUAGES.split()),
    *((Kind.TRANSLATE, 4, phrase) for phrase in (" how do you say ", " would i say ", " wie sagt man ", " se dice ")),
    *((Kind.TRANSLATE, 4, phrase) for phrase in (" comment dit on ", " do i say ", " comment dire ")),
    *((Kind.SUMMARISE, 5, phrase) for phrase in (" key points ", " main points ", " tl dr ", " in a nutshell ")),
    *((Kind.EXPLAIN, 2, phrase) for phrase in (" what is ", " what's ", " what are ", " how does ", " how do ")),
    *(
        (Kind.EXPLAIN, 3, phrase)
        for phrase in (" was ist ", " qu'est ce ", " qué es ", " por qué ", " wie funktioniert ")
    ),
    *((Kind.EXPLAIN, 3, phrase) for phrase in (" what does ", " wie geht ", " comment fonctionne ", " cómo funciona ")),
    *((Kind.DEBUG, 4, phrase) for phrase in (" doesn't work ", " does not work ", " not working ", " can't see why ")),
    *((Kind.DEBUG, 3, phrase) for phrase in (" what is wrong ", " what's wrong ", " never end", " how to solve ")),
    *((Kind.WRITE, 3, phrase) for phrase in (" cover letter ", " a name for ", " names for ", " come up with ")),
    *((Kind.CODE, 2, phrase) for phrase in (" command line ", " type hints ", " unit test", " in go ", " in c ")),
    *(
        (Kind.CHAT, 3, phrase)
        for phrase in (" how are you ", " tell me a joke ", " what's up ", " should i ", " should we ")
    ),
)
