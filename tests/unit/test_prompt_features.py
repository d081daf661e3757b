"""What is counted in a prompt: bounded, the same everywhere, and named for the user."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ralex_tui.domain.prompt_features import FEATURE_NAMES, N_FEATURES, features, looked_at, words_of


def value(prompt: str, name: str) -> float:
    return features(prompt)[FEATURE_NAMES.index(name)]


def test_every_feature_has_a_name_of_its_own() -> None:
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES) == N_FEATURES


# No deadline: on a machine that others keep busy one example may take a second.
@settings(deadline=None)
@given(st.text(max_size=3_000))
def test_features_stay_within_their_bounds(prompt: str) -> None:
    numbers = features(prompt)

    assert len(numbers) == N_FEATURES
    assert all(-3.0 <= number <= 3.0 for number in numbers)


@pytest.mark.parametrize("prompt", ["", " ", "\n\n", "?", "\x00", "\ud800", "(" * 5_000, "é" * 5_000, "1" * 5_000])
def test_features_bear_any_text(prompt: str) -> None:
    assert all(-3.0 <= number <= 3.0 for number in features(prompt))


def test_features_are_the_same_in_every_process() -> None:
    code = "from ralex_tui.domain.prompt_features import features; print(features('Prove it: ∑ 1/n² < 2, or naïvely.'))"

    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert seen == {f"{features('Prove it: ∑ 1/n² < 2, or naïvely.')}\n"}


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Prove that the sum of two odd numbers is even.", "asks for a proof"),
        ("Evaluate $\\int_0^1 x^2 dx$ and $\\sqrt{2}$.", "mathematical notation"),
        ("def area(w, h):\n    return w * h\n", "a function's signature"),
        ("```python\nx = 1;\n```", "code in it"),
        ("Traceback (most recent call last):\nKeyError: 'a'", "an error message"),
        ("Write it in at most 50 words.", "a length that is asked for"),
        ("who wrote this song", "who, when or where"),
        ("who wrote this song", "no capital letters"),
        ("wie ist das Wetter und warum ist der Himmel nicht blau", "not English"),
        ("今天天气怎么样?我们去公园吧。", "not English"),
        ("- one\n- two\n- three\n- four", "a list of points"),
        ("Why? How? When?", "several questions"),
        ("The value of f((x + 1) * (y - 2)) is asked.", "brackets within brackets"),
        ("Implement an algorithm that sorts.", "asks to write a program"),
        ("Tom has 4 apples and buys 3 more for 2 dollars each. How much did he pay in total?", "a sum to work out"),
        ("Rewrite and shorten this, fix the grammar.", "text to rework"),
        ("Write a poem and a short story, then an essay.", "prose to write"),
        ("Who wrote the song called Yesterday?", "a fact that is known or not"),
        ("Refactor the mutex code: the thread pool deadlocks on a race.", "a program to write or mend"),
    ],
)
def test_a_sign_is_seen_where_it_stands(prompt: str, name: str) -> None:
    assert value(prompt, name) > 0
    assert value("Good morning to you", name) <= 0


def test_a_longer_prompt_counts_as_longer() -> None:
    sizes = [value("word " * n, "long") for n in (1, 10, 100, 1_000, 10_000)]

    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(sizes)


def test_words_are_whole_words_in_lower_case() -> None:
    assert words_of("Don’t STOP: prefix/now, 3rd naïve “word”") == [
        "dont",
        "stop",
        "prefix",
        "now",
        "rd",
        "naïve",
        "word",
    ]
    assert value("the prefix of an address", "something to debug") == 0


def test_of_a_long_prompt_the_ends_are_looked_at() -> None:
    prompt = "Prove this. " + "x " * 50_000 + "Where is the lemma?"

    seen = looked_at(prompt)

    assert len(seen) < 4_000
    assert seen.startswith("Prove this.")
    assert seen.endswith("Where is the lemma?")


def test_a_paste_of_4_mb_costs_no_more_than_a_page() -> None:
    page = "Some words, 12 numbers and (a few) signs = enough. " * 80
    paste = page * 1_000

    def cost(prompt: str) -> float:
        began = time.thread_time()
        for _ in range(20):
            features(prompt)
        return time.thread_time() - began

    # The least of several, so that a busy machine can't decide it; five times leaves room for what is left.
    assert min(cost(paste) for _ in range(3)) < 5 * min(cost(page) for _ in range(3))
