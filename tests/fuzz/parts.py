"""What hostile texts are made of: escapes, markup, letters, Markdown that ends nothing it begins, and a sound text."""

from __future__ import annotations

# One to a line they would fill a book.
# fmt: off

ESCAPES = (
    "\x1b[31m", "\x1b[8;53;73m", "\x1b[2J", "\x1b[999;999H", "\x1b[6n", "\x1b[?1049l", "\x1b[?2026h",
    "\x1b[>4;2m", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b]52;c;?\x1b\\",
    "\x1b]8;;https://x.example\x1b\\x\x1b]8;;\x1b\\", "\x1bP$q m\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\", "\x1b_apc\x1b\\", "\x1b^pm\x1b\\", "\x1bc", "\x1b(0", "\x1b",
    "\x1b[", "\x1b]", "\x1b[38;2;1;2", "\x9b31m", "\x9d0;c1\x9c", "\x90q\x9c", "\x85", "\x9c", "\x80", "\x9f",
    "\x07", "\x08", "\x0b", "\x0c", "\x0e", "\x0f", "\x00", "\x7f", "\x18", "\x1a", "\x05",
)
BLANKS = (
    "\n", "\n\n", "\n\n\n", " ", "  ", "    ", "\t", "\t\t", "\r", "\r\n", "\n\r", "\u2028", "\u2029", "\xa0",
    "\u3000",
)
MARKUP = (
    "[/]", "[/x]", "[bold]", "[@click=app.quit]x[/]", "[@click='app.bell()']y[/]",
    "[link=https://x.example]z[/link]", "[red on blue]", "[$primary]", "[b][i][/b]", "[[", "]]", "[]", "\\[",
    "[on #fff]", "[@click=screen.dismiss]", "[=]",
)
WORDS = (
    "a", "word", "the quick brown fox", "x" * 300, "1,000.50", "e.g.", "https://example.org/a?b=c", "@", "___",
    "Ω≈ç√",
)
LETTERS = (
    "日本語の文章", "한국어", "中文。「」、", "ｆｕｌｌ", "עברית מימין", "العربية", "हिन्दी", "ไทย",
    "e\u0301\u0302\u0303" * 3, "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🇩🇪🇫🇷🇬", "👍🏽", "1\ufe0f⃣",
    "❤\ufe0f", "❤", "\u200d" * 3, "a\u200d", "\ufe0f", "z\u0335" * 20, "ﷺ",
    "𒐫", "꧅", "\u202e", "\u202d", "\u2066x\u2069", "\u200e", "\u200f", "\u061c", "\u200b", "\ufeff", "\u2060",
    "\u00ad", "\u180e", "\ud800", "\udfff", "\udcff\udc80", "\ufdd0", "\ufffe", "\uffff", "\U0010ffff",
    "\U000e0041\U000e007f", "\ue000",
)
INLINE = (
    "*", "**", "***", "_", "__", "~~", "~", "`", "``", "```", "$", "$$", "\\", "\\\\", "<", ">", "&", "!", "|",
    ":", "^", "*a*", "**b**", "`c`", "~~d~~", "***e***", "**a *b `c` d* e**", "$x^2$", "\\(y\\)", "\\[z\\]",
    "$$\\frac{a}{b}$$", "[a](https://x.example)", "[a](javascript:alert(1))", "[a][b]", "[a]",
    "![i](https://x.example/i.png)", "[](x)", "](", "[a](", "<https://x.example>", "<b>", "</b>", "<br>",
    "<!-- c -->", "<!--", "<a href='x'>", "<![CDATA[", "<?x", "&amp;", "&#27;", "&#x9b;", "&#0;", "&#xD800;",
    "&nbsp;", "&lt;b&gt;", "&#x202e;", "[^1]", "[x]", "a  \nb", "a\\\nb", "\\*", "http://", "www.x.example",
)
BLOCKS = (
    "# h\n", "###### h ######\n", "#\n", "h\n===\n", "h\n---\n", "---\n", "* * *\n", "- a\n", "- \n", "+ a\n",
    "1. a\n", "7) b\n", "999999999. n\n", "- [ ] t\n", "- [x] t\n", "  - b\n", "      c\n", "\tcode\n",
    "    code\n", "> q\n", ">\n", "> > q\n", "> - a\n", "- > q\n", "| a | b |\n|---|:-:|\n| c | d |\n",
    "| a |\n|---|\n", "|---|\n", "| e | f | g |\n", "a | b\n-|-\n", "|\n", "||||\n",
    "```python\nprint('x')\n```\n", "```\n", "~~~\n", "````md\n```\n````\n", "```mermaid\ngraph TD\n```\n",
    "```diff\n-a\n+b\n```\n", "```[/]\n", "``` \x1b[31m\n", "[a]: https://x.example 'title'\n", "[b]: <>\n",
    "[^1]: note\n", "[a]:\n", "<div>\n", "</div>\n", "<table><tr><td>x</td></tr></table>\n", "<script>\n",
    "<pre>\n", "$$\n\\sum_{i=0}^n\n$$\n", "\\[\nx\n\\]\n", "* a\n\n  b\n", "1. a\n   - b\n",
)
ALL = (ESCAPES, BLANKS, MARKUP, WORDS, LETTERS, INLINE, BLOCKS)
# What is repeated by itself: marks that open something, and the steps of a nesting.
RUNS = (
    "*", "_", "`", "~", "[", "]", "(", ")", "<", ">", "!", "|", "\\", "#", "-", "+", "=", "$", "&", ":", "^",
    "\x1b", "\x00", "[a](", "![", "**a ", "*a **b ", "a**b", "_a ", "<b>", "<a ", "&#", "&amp;", "`a", "``a`",
    "$a", "\\(", "\\[", "~~a ", "a_b*", "> ", "- ", "1. ", "* ", "> - ", "- 1. ", "+ > ", "\t", "    ", "\n",
    " ", "\r", "[^1]", "[a]", "[a]: b\n", "[a]:\n", "|-", "| ", "a|b\n", "|a|\n", "- a\n", "1. a\n", "# a\n",
    "---\n", "```\n", "~~~x\n", "<div>\n", "a\n", "> a\n", "$$\n", "a  \n", "x", "日", "👩\u200d", "\u0301", "\u200d",
    "\ufe0f", "\u202e", "\ud83d", "e\u0301", "🇩", "א", "[/]", "[b]", "https://a.b/", "www.", "a@b.c ", "<!--",
    "\\frac{", "{", "}", "x^{", "_{", "\\sqrt", "\\left(", "((((", "]]]](", "](x)", "*](", "`[", "[`", "\"'",
    "'", "\u2028", "<?", "<!A",
)
LANGUAGES = (
    "python", "js", "html", "php", "diff", "sql", "c++", "rust", "bash", "yaml", "json", "latex", "markdown",
    "perl", "nope", "",
)
CODE = (
    "'", '"', '"""', "/*", "*/", "//", "#", "<!--", "-->", "<?php", "?>", "${", "}", "{{", "(", "[", "\\",
    "<<EOF", "EOF", "r'(a+)+$'", "def f(x):", "class A:", "    return 1", "<div class='", "SELECT * FROM",
    "@@ -1 +1 @@", "-a", "+b", "%{", "qw(", "=pod", "f'{x!r}'", "0x1F", "1e999", "`", "```x", "~~~x", "\t",
    "日本", "\x1b[31m", "\u202e", "x" * 200, "\n", "\n", "\n", " ",
)

# fmt: on

DOCUMENT = """\
# What Markdown can hold

A paragraph with *emphasis*, **strength**, ~~a mistake~~, `code` and [a link](https://example.org/page), and one by
reference: [the manual][m]. A line<br>break too, a note[^1], and \\(e^{i\\pi} + 1 = 0\\).

## Lists

- First, with a longer text that has to wrap at the edge of the column
- Second
  - nested once
    - nested twice
  1. and numbered
- [ ] a task
- [x] a task that is done

> A quote of two lines,
> the second here.
>
> - with a list in it

| Model | Price | Note |
|:------|------:|:----:|
| small | $0.30 | **cheap** |
| large | $3.00 | smart, and with a remark that has to be folded in its cell |

---

日本語の文章は幅が二倍です。折り返しも正しくなければなりません。 Emoji too: 👩‍👩‍👧 ✅ 🚀. עברית, العربية.

```python
def f(x: int) -> str:
    return f"{x!r}"  # a comment
```

$$
\\sum_{i=0}^n \\frac{1}{i!}
$$

![picture](https://images.example.com/cat.png) and <b>HTML</b> as text.

[m]: https://docs.example.org/manual
[^1]: The note.
"""
