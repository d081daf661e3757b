"""The user's rules: whole words, first match, and patterns that can't hang the screen."""

import pytest

from ralex_tui.domain.languages import language_of
from ralex_tui.domain.models import Tier
from ralex_tui.domain.rules import Prompt, Rule, Rules, is_safe, rule_set

V2 = Rules(rule_set("ralex-v2"))


def tier_of(text: str, *rules: Rule) -> Tier | None:
    matched = (Rules(rules) if rules else V2).match(Prompt(text))
    return matched.tier if matched else None


@pytest.mark.parametrize(
    ("prompt", "tier"),
    [
        # Ralex V2's own words, each alone in a sentence.
        ("fix this line", Tier.CHEAP),
        ("there is a typo in the title", Tier.CHEAP),
        ("a simple greeting", Tier.CHEAP),
        ("make the margin small", Tier.CHEAP),
        ("format the date", Tier.CHEAP),
        ("add a test", Tier.CHEAP),
        ("comment this function", Tier.CHEAP),
        ("refactor the parser", Tier.SMART),
        ("analyze the logs", Tier.SMART),
        ("a complex query", Tier.SMART),
        ("what architecture would you use", Tier.SMART),
        ("design an API", Tier.SMART),
        ("review my patch", Tier.SMART),
        ("optimize the loop", Tier.SMART),
        ("yolo", Tier.YOLO),
        ("urgent: the site is down", Tier.YOLO),
        ("I need it fast", Tier.YOLO),
        ("answer quickly", Tier.YOLO),
        # The order among them: yolo, smart, cheap.
        ("yolo refactor this now", Tier.YOLO),
        ("fix and refactor this", Tier.SMART),
        ("urgent: fix the typo", Tier.YOLO),
        ("a simple design", Tier.SMART),
        # V2 matched parts of words, and went wrong on these.
        ("explain what a prefix tree is", None),
        ("how do I know if it worked", None),
        ("what is a MAC address", None),
        ("breakfast ideas", None),
        ("who designed the Eiffel tower", None),
        ("what does steadfast mean", None),
        ("preview of the film", None),
        ("prefix know address redesigned suffixes formatted", None),
        # Off unless asked for.
        ("a quick question", None),
        ("what do I do now", None),
        # Case, punctuation, other languages, nothing at all.
        ("REFACTOR!", Tier.SMART),
        ("(refactor)", Tier.SMART),
        ("Refactor: le module, s'il te plait", Tier.SMART),
        ("Que veut dire ce mot ?", None),
        ("", None),
        ('echo "$HOME" && rm -- "$1"', None),
    ],
)
def test_ralex_v2s_words_match_as_whole_words_in_its_order(prompt: str, tier: Tier | None) -> None:
    assert tier_of(prompt) is tier


def test_words_that_are_off_are_used_where_they_are_asked_for() -> None:
    both = rule_set("ralex-v2", ("quick", "now"))

    assert tier_of("a quick question", *both) is Tier.CHEAP
    assert tier_of("what do I do now", *both) is Tier.YOLO
    with pytest.raises(ValueError, match="no words but now, quick that are off"):
        rule_set("ralex-v2", ("soon",))


def test_reason_names_what_was_found() -> None:
    matched = V2.match(Prompt("Please REFACTOR this"))

    assert matched is not None
    assert matched.reason == "it says “refactor”"


def test_long_paste_is_searched_at_its_ends_only() -> None:
    filler = "word " * 100_000

    assert tier_of(filler + "refactor") is Tier.SMART
    assert tier_of("refactor " + filler) is Tier.SMART
    assert tier_of(filler + "refactor " + filler) is None


def test_first_rule_that_holds_decides() -> None:
    rules = (Rule(Tier.LOCAL, words=("secret",)), Rule(Tier.SMART, words=("plan",)))

    assert tier_of("a secret plan", *rules) is Tier.LOCAL
    assert tier_of("a plan", *rules) is Tier.SMART
    assert tier_of("hello", *rules) is None


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = Rule(Tier.SMART, words=("sql",), longer_than=20, languages=("en",))

    assert tier_of("how do I write the SQL for this report?", rule) is Tier.SMART
    assert tier_of("sql", rule) is None
    assert tier_of("wie schreibe ich das SQL für diesen Bericht und die Summe?", rule) is None


def test_phrase_matches_across_any_white_space() -> None:
    assert tier_of("a code\n  review please", Rule(Tier.SMART, words=("code review",))) is Tier.SMART
    assert tier_of("a codereview please", Rule(Tier.SMART, words=("code review",))) is None


@pytest.mark.parametrize(
    ("rule", "text", "reason"),
    [
        (Rule(Tier.CHEAP, shorter_than=40), "short", "shorter than 40 characters"),
        (Rule(Tier.SMART, longer_than=1_000), "x" * 1_001, "longer than 1,000 characters"),
        (Rule(Tier.LOCAL, pattern=r"(?i)pass(word|phrase)"), "my PassPhrase", "“PassPhrase” is in it"),
        (Rule(Tier.LOCAL, pattern=r"\x1b"), "a\x1b[31m", "“␛” is in it"),
        (Rule(Tier.LOCAL, pattern="$"), "", "your pattern is in it"),
        (Rule(Tier.CHEAP, languages=("de",)), "wie ist das Wetter und was ist mit dem Zug?", "it is in de"),
    ],
)
def test_each_condition_says_why_it_holds(rule: Rule, text: str, reason: str) -> None:
    matched = Rules([rule]).match(Prompt(text))

    assert matched is not None
    assert matched.reason == reason


def test_attachments_are_a_condition() -> None:
    rules = Rules([Rule(Tier.SMART, attachments=("image",))])

    assert rules.match(Prompt("what is this?", attachments=frozenset({"file"}))) is None
    matched = rules.match(Prompt("what is this?", attachments=frozenset({"image"})))
    assert matched is not None
    assert matched.reason == "an image is attached"


@pytest.mark.parametrize(
    "pattern", [r"(a+)+", r"(a*b?)*c", r"((x{2,}y)|z)+", r"(?:\w+\s*)*!", r"(a|(b+))*", r"([a-z]+)+$"]
)
def test_pattern_that_could_take_for_ever_is_not_safe(pattern: str) -> None:
    assert not is_safe(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"(?i)password", r"a+b*", r"(ab)+", r"[(+*]+", r"\(a+\)+", r"(a{1,3})+", r"^\s*SELECT\b.*FROM", r"[]*]+"],
)
def test_usual_patterns_are_safe(pattern: str) -> None:
    assert is_safe(pattern)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France and how do I get to it?", "en"),
        ("Wie ist das Wetter in Berlin und was ist mit dem Zug?", "de"),
        ("Comment est-ce que je peux écrire une lettre pour le directeur ?", "fr"),
        ("¿Cómo se escribe una carta para el director de la empresa?", "es"),
        ("Come si scrive una lettera per il direttore della banca?", "it"),
        ("Как написать письмо директору?", "ru"),
        ("東京の天気を教えてください", "ja"),
        ("请把这句话翻译成英文", "zh"),
        ("이 문장을 번역해 주세요", "ko"),
        ("x = 1", ""),
        ("", ""),
        ("solve λ² + μ = 0", ""),
    ],
)
def test_language_is_told_by_script_or_small_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_language_is_that_of_the_beginning() -> None:
    assert language_of("Wie ist das Wetter und was ist mit dem Zug? " * 50 + "what is the weather " * 1_000) == "de"
