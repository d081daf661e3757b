"""TeX in an answer: what it looks like, where it begins and ends, and that money is none."""

from __future__ import annotations

import pytest

from ralex_tui.ui.markdown.formulas import inline_formula
from ralex_tui.ui.markdown.inline import inline
from ralex_tui.ui.markdown.pens import TEXT
from ralex_tui.ui.maths.tex import display, formula
from tests.ui.shown import lines


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"E = mc^2", "E = mc²"),
        (r"a^2+b^2=c^2", "a² + b² = c²"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{c+d}", "(a+b)/(c+d)"),
        (r"\frac12 \dfrac{1}{2a}", "1/2 1/(2a)"),
        (r"\frac{1}{2}mv^2", "1/2 mv²"),
        (r"\frac{\partial f}{\partial x}", "∂f/∂x"),
        (r"\sum_{i=1}^{n} i^2", "∑ᵢ₌₁ⁿ i²"),
        (r"\int_0^\infty e^{-x} \, dx", "∫₀^∞ e⁻ˣ dx"),
        (r"x_{ab} + x_b + x_i^2 + y^{q}", "x_(ab) + x_b + xᵢ² + y^q"),
        (r"\lim_{x \to 0} \frac{\sin x}{x}", "lim_(x→0) (sin x)/x"),
        (r"\sqrt{2} \sqrt{x+1} \sqrt[3]{8}", "√2 √(x + 1) ∛8"),
        (r"\forall x \in \mathbb{R}: x \geq 0", "∀x ∈ ℝ: x ≥ 0"),
        (r"\mathcal{L}(\theta) \not= \hat{y}", "ℒ(θ) ≠ y\u0302"),
        (r"\text{if } x > 0", "if x > 0"),
        (r"\left( \frac{a}{b} \right)^2", "(a/b)²"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1 2; 3 4)"),
        (r"\alpha\beta \cdot 2 \pi r", "αβ · 2πr"),
        (r"f'(x), 90^\circ, A^T, 10^{-3}", "f′(x), 90°, Aᵀ, 10⁻³"),
        (r"O(n \log n)", "O(n log n)"),
        (r"-1 + (-x)", "-1 + (-x)"),
        (r"\unknown{x} + \foo", r"\unknown{x} + \foo"),
        (r"\frac", r"\frac{}{}"),
        ("}{", "}"),
        ("", ""),
    ],
)
def test_formulas_become_readable_letters(tex: str, shown: str) -> None:
    assert formula(tex) == shown


def test_matrices_and_cases_are_rows_in_tall_brackets() -> None:
    assert display(r"A = \begin{bmatrix} 1 & 0 \\ 0 & 10 \end{bmatrix} + 1") == ("A = ⎡ 1  0  ⎤ + 1", "    ⎣ 0  10 ⎦")
    assert display(r"\begin{cases} x & x > 0 \\ -x & \text{else} \\ 0 \end{cases}") == (
        "⎧ x   x > 0",
        "⎨ -x  else",
        "⎩ 0",
    )


def test_aligned_lines_stand_below_each_other() -> None:
    assert display(r"\begin{aligned} (a+b)^2 &= a^2 + b^2 \\ &\le c \end{aligned}") == (
        "(a + b)² = a² + b²",
        "         ≤ c",
    )


@pytest.mark.parametrize("tex", ["x" * 5_000, "{" * 100 + "x", r"\sqrt" * 100, r"\begin{matrix}" * 40, r"\left(" * 40])
def test_what_is_no_formula_for_a_screen_stays_as_it_is(tex: str) -> None:
    assert formula(tex) is None
    assert tex in "".join(lines(f"$$\n{tex}\n$$", 10_000))


@pytest.mark.parametrize(
    "text",
    [
        "it costs $5 and $10",
        "from $5-$10 a month, or $100/$200",
        "US$5 or CA$6, then 7$",
        "$5 for lunch and 10$ for dinner",
        "$HOME/bin:$PATH",
        "echo $HOME and $USER",
        "**$5** to **$10**",
        "$20k vs 30k$",
        "a $ sign and a $",
        "$ x $",
        "between $1,000 and $2,000.50",
        "the $word and word$ of it all in$ide",
        "$$$ and $$",
        r"\$5 and \$6",
        "(see \\(all of this here\\))",
        "\\[not a link\\]",
    ],
)
def test_money_is_no_formula(text: str) -> None:
    shown = inline(text, {}, TEXT).text

    assert shown.count("$") == text.count("$")
    assert all(inline_formula(text, at) is None for at, char in enumerate(text) if char == "$" and text[at - 1] != "\\")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("so $x^2$ holds", ["so x² holds"]),
        ("so \\(x^2\\), $a_1$-th", ["so x², a₁-th"]),
        ("costs $5, and $x$ too", ["costs $5, and x too"]),
        ("$a*b*c$ and *it*", ["a * b * c and it"]),
        ("as $$x = 1$$ says", ["as", "  x = 1", "says"]),
        ("text\n$$\na\n> 0\n- b\n$$\nmore", ["text", "", "  a > 0 - b", "", "more"]),
        ("\\[ x \\le 1 \\]", ["  x ≤ 1"]),
        ("- item\n  $$\n  x^2\n  $$", ["• item", "    x²"]),
        ("```math\nx^2\n\ny\n```", ["  x² y"]),
        ("\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}", ["  a = b", "  c = d"]),
        ("$$\nnever closed\n- so text\n\npara", ["$$ never closed - so text", "", "para"]),
        ("`$x$` and `\\(y\\)`", ["$x$ and \\(y\\)"]),
    ],
)
def test_formulas_stand_in_lines_and_blocks(source: str, shown: list[str]) -> None:
    assert lines(source) == shown
