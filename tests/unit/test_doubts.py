"""The signs of an answer that is not good enough: what they see, what they let pass, and that nothing breaks them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ralex_tui.domain.answer_code import blocks_of, does_json_parse, does_python_parse
from ralex_tui.domain.doubts import SIGNS, doubt, signs_in

SENTENCE = "The index is not used, because the column is wrapped in a function. "
CHOICES = "What is it?\nA) the first one\nB) the second one\nC) the third one\n"
NUMBERS = "A train leaves at 8:15 and arrives at 11:45; it stops 4 times for 3 minutes. How long does it move?"


def python(code: str) -> str:
    return f"Like this:\n\n```python\n{code}\n```\n"


SEEN = [
    ("Why?", "", "it is empty"),
    ("Why?", " \n\t", "it is empty"),
    ("Write it.", python("def f(:\n    pass"), "its Python does not parse"),
    ("Write it.", python("for x in y\n    print(x)"), "its Python does not parse"),
    ("Write it.", "1. So:\n\n   ```py\n   if x:\n   y = (\n   ```\n", "its Python does not parse"),
    ("Answer as JSON.", '```json\n{"a": 1,}\n```', "its JSON does not parse"),
    ("Return only valid JSON", "{'a': 1}", "its JSON does not parse"),
    ("Why?", "I'm sorry, but I can't help with that.", "it declines"),
    ("Why?", "As an AI language model, I have no opinion on it.", "it declines"),
    ("Why?", "I’m unable to open links.", "it declines"),
    ("Why?", "There is not enough information to say which.", "it found no answer"),
    ("Why?", "It cannot be determined from the figures.", "it found no answer"),
    ("Why?", "I'm not sure, but it may be 1971.", "it is unsure of itself"),
    ("Why?", "If I remember correctly it was 1971.", "it is unsure of itself"),
    ("Why?", "That gives 12. Wait, that is wrong. It is 14.", "it corrects itself on the way"),
    ("Why?", "That is negative. Let's re-examine the sum.", "it corrects itself on the way"),
    (CHOICES, "That depends on the weather and on the hour.", "it picks none of the choices"),
    (CHOICES, "The closest option is B.", "it settles for the nearest choice"),
    (NUMBERS, "3 h 18 min", "it shows no working"),
    (
        "Why?",
        SENTENCE * 3 + "\n" + "So the planner reads the whole of the table and then it",
        "it stops in mid-sentence",
    ),
    ("Why?", SENTENCE + "\n```sh\nls -l", "it stops in mid-sentence"),
    ("Why?", "Let me explain it to you once more. " * 12, "it repeats itself"),
]


@pytest.mark.parametrize(("question", "answer", "why"), SEEN)
def test_a_sign_is_seen(question: str, answer: str, why: str) -> None:
    found = doubt(question, answer, "stop")

    assert found is not None
    assert found.why == why
    assert 0 < found.weight <= 1


PASSED = [
    ("Why?", SENTENCE),
    ("Why?", "Yes"),
    ("What is 2 + 2?", "4"),
    ("Write it.", python("def f(x):\n    return x")),
    ("Write it.", python("    def method(self):\n        return await self.x()")),
    ("Write it.", python(">>> f(1)\n2")),
    ("Write it.", python("!pip install x\nimport x")),
    ("Write it.", python("x = <your key>\ny = f(...)")),
    ("Write it.", python("type Pair[T] = tuple[T, T]")),
    ("Write it.", python("print(f'{d['a']}')")),
    ("Write it.", python('re.compile("\\d+")')),
    ("Write it.", "```js\nfunction f( {\n```"),
    ("How do I parse JSON in Python?", "Use `json.loads`:\n\n```json\n{'a': 1}\n```"),
    ("Answer as JSON.", '```json\n{"a": [1, 2]}\n```'),
    ("Answer as JSON.", '{"a": null}'),
    ("Write a story.", 'She shrugged. "I don\'t know," she said. "I\'m not sure." And left.'),
    ("Write a story.", "“Wait, I can’t help you,” he said, and shut the door behind him."),
    ("Fix it.", "```sh\n# wait, then let me correct it\nsleep 1\n```\nIt waits now."),
    ("How does it work?", "It does not match the pattern; the lock waits, wakes, and the most common case is quick."),
    (CHOICES, "It is B, since only that one floats."),
    (CHOICES, "The second one is right."),
    (
        "Why?",
        SENTENCE + "\n\n- one of the things that are to be done here\n- another of the things that are to be done",
    ),
    ("Why?", SENTENCE + "\n\n## A heading that has quite a few words in it and no end"),
    ("Write it.", "```c\n" + "    x = x + 1; /* the same line */\n" * 40 + "```\nThat is all."),
]


@pytest.mark.parametrize(("question", "answer"), PASSED)
def test_a_good_answer_passes(question: str, answer: str) -> None:
    assert doubt(question, answer, "stop") is None


@pytest.mark.parametrize("reason", ["length", "max_tokens"])
def test_an_answer_at_its_length_is_cut_off(reason: str) -> None:
    found = doubt("Why?", SENTENCE, reason)

    assert found is not None
    assert found.why == "it was cut off at its length"


def test_the_strongest_sign_is_told() -> None:
    found = doubt("Write it.", "I'm not sure. " + python("def f(:"), "stop")

    assert found is not None
    assert found.why == "its Python does not parse"


def test_the_middle_of_a_long_answer_is_not_searched_for_phrases() -> None:
    long = "\n".join(f"Number {n} is about another matter." for n in range(200))

    assert doubt("Why?", f"{long}\nI'm not sure.\n{long}", "stop") is None
    assert doubt("Why?", f"{long}\n{long}\nI'm not sure.", "stop") is not None


def test_each_sign_has_a_name_and_words_of_its_own() -> None:
    assert len({sign.name for sign in SIGNS}) == len({sign.doubt.why for sign in SIGNS}) == len(SIGNS)


HOSTILE = [
    "(" * 20_000,
    "-" * 20_000 + "1",
    "x" + ".a" * 3_500,
    "not " * 1_900 + "x",
    "1" + "**1" * 2_000,
    "9" * 7_900,
    "\0",
    "\ud800",
    "f'{" * 50,
    "if x:\n" + "".join(" " * n + "if x:\n" for n in range(1, 100)),
]


@pytest.mark.parametrize("code", HOSTILE)
def test_code_that_breaks_parsers_breaks_nothing(code: str) -> None:
    assert isinstance(does_python_parse(code), bool)
    assert isinstance(does_json_parse("[" * 90_000), bool)
    signs_in("Answer as JSON.", f"```python\n{code}\n```\n```json\n{code}\n```", None)


PIECES = st.sampled_from(
    [
        "```",
        "```python\n",
        "~~~",
        "\n",
        "wait,",
        "I'm not sure",
        "A) ",
        "{",
        "[" * 50,
        '"',
        "\ud800",
        "\0",
        "def f(:",
        "é",
        " ",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=40).map("".join))


@given(TEXTS, TEXTS, st.one_of(st.none(), st.text(max_size=10)))
@settings(max_examples=400, deadline=None)
def test_nothing_breaks_it_and_it_says_the_same_twice(question: str, answer: str, reason: str | None) -> None:
    found = doubt(question, answer, reason)

    assert found == doubt(question, answer, reason)
    assert found is None or 0 < found.weight <= 1


@given(TEXTS)
@settings(deadline=None)
def test_blocks_are_parts_of_the_text(text: str) -> None:
    blocks, _ = blocks_of(text)

    assert all(block.body in text for block in blocks)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Why?", SENTENCE * 1_500),
        ("Write it.", python("def f(x):\n    return [x, {'a': (1, 2)}]\n" * 150) * 16),
        ("Answer as JSON.", "[" + "1, " * 33_000 + "1]"),
        ("Why?", "```" * 33_000),
        ("Why?", '"' * 100_000),
        ("Why?", "I am " * 20_000),
        ("Answer " * 14_000, "No."),
    ],
)
def test_a_hundred_kilobytes_are_not_felt(question: str, answer: str) -> None:
    took = []
    for _ in range(5):
        # The thread's own time: what else runs on the machine says nothing of it.
        began = time.thread_time()
        doubt(question, answer, "stop")
        took.append(time.thread_time() - began)

    assert min(took) < 0.010
