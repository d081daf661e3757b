"""Code in an answer: colours, labels, and fences that are odd."""

from __future__ import annotations

import time

import pytest

from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import ASIDE, Pen
from tests.ui.shown import DARK, TERMINAL, lines


def one(source: str) -> Leaf:
    [leaf] = parse_blocks(source, DARK)
    return leaf


CODE = {
    "python": "def f(): return 1",
    "python3": "def f(): return 1",
    "py": "import os",
    "{.python .numberLines}": "import os",
    "js": "const x = 'a';",
    "javascript": "let y = 1",
    "ts": "const x: string = 'a';",
    "ts title=x.ts": "interface A {}",
    "tsx": "const x = <a/>;",
    "jsx": "const x = <a/>;",
    "java": "public class A {}",
    "c": "int main(void);",
    "cpp": "class A {};",
    "c++": "class A {};",
    "csharp": "class A {}",
    "c#": "class A {}",
    "go": "func main() {}",
    "golang": "func main() {}",
    "rust": "fn main() {}",
    "rs": "fn main() {}",
    "ruby": "def a; end",
    "php": "<?php echo 'a';",
    "swift": 'let a = "b"',
    "kotlin": "fun main() {}",
    "scala": "object A",
    "sql": "SELECT 1",
    "postgres": "SELECT 1",
    "bash": "if true; then echo 'a'; fi",
    "sh": "echo 'a'",
    "zsh": "echo 'a'",
    "shell": "echo 'a'",
    "console": "$ echo 'a'",
    "powershell": "Write-Host 'a'",
    "ps1": "Write-Host 'a'",
    "html": "<a href='b'>",
    "css": "a { color: red }",
    "scss": "$a: 1px; a { b { color: red } }",
    "json": '{"a": "b"}',
    "jsonc": '{"a": 1} // b',
    "yaml": "a: b",
    "yml": "# a",
    "toml": "a = 'b'",
    "xml": "<a/>",
    "markdown": "# a",
    "md": "# a",
    "dockerfile": "FROM a",
    "makefile": "all:\n\techo",
    "lua": "local a = 'b'",
    "r": "f <- function(x) 'a'",
    "perl": "my $a = 'b';",
    "haskell": "module Main where",
    "elixir": "defmodule A do",
    "dart": "class A {}",
    "diff": "+a",
    "patch": "-a",
    "ini": "[a]\nb=c",
    "graphql": "query A { b }",
    "proto": "message A {}",
    "protobuf": "message A {}",
    "terraform": 'resource "a" "b" {}',
    "tf": 'resource "a" "b" {}',
    "hcl": 'resource "a" "b" {}',
    "nginx": "server { listen 80; }",
    "vim": "let a = 'b'",
    "tex": "\\section{a}",
    "latex": "\\section{a}",
}


@pytest.mark.parametrize(("info", "code"), CODE.items())
def test_code_has_colours_in_the_languages_people_use(info: str, code: str) -> None:
    leaf = one(f"```{info}\n{code}\n```")
    assert isinstance(leaf, FenceLeaf)
    n_rows = leaf.lay(60)

    assert leaf.colour(0, n_rows, time.monotonic() + 60)

    pens = {pen for n in range(1, n_rows - 1) for text, pen in leaf.row(n) if text.strip()}
    assert pens - {Pen(ground="panel"), ASIDE._replace(ground="panel")}


def test_a_diff_is_told_apart_by_colour_and_sign() -> None:
    leaf = one("```diff\n-old\n+new\n```")
    assert isinstance(leaf, FenceLeaf)
    leaf.lay(30)
    leaf.colour(0, 4, time.monotonic() + 60)

    assert ("-old", Pen("muted", ground="panel")) in leaf.row(1)
    assert ("+new", Pen("code_string", ground="panel")) in leaf.row(2)


def test_the_language_stands_at_the_right_of_the_first_line() -> None:
    assert lines("```sql\nSELECT 1\n```", 20)[1] == "  SELECT 1     sql"
    assert lines("```mermaid\ngraph TD\n```", 40)[1] == "  graph TD" + " " * 10 + "mermaid, as source"
    assert lines("```sql\nSELECT 1\n```", 20, TERMINAL) == ["│  SELECT 1" + " " * 6 + "sql"]


def test_the_label_never_stands_over_code() -> None:
    assert lines("```sql\nSELECT a, b, c\n```", 20)[1] == "  SELECT a, b, c"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("```\n```", [""]),
        ("```py", ["        py"]),
        ("```\n\n \n```", ["", ""]),
        ("```\nopen", ["  open"]),
        ("    indented", ["  indented"]),
        ("```\n日本語日本語\n```", ["  日本語日", "  本語"]),
    ],
)
def test_odd_fences_are_shown_all_the_same(source: str, shown: list[str]) -> None:
    assert lines(source, 12)[1:-1] == shown
