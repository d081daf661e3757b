"""What the word behind a fence means: which lexer colours it, and what its label says. Knows no Pygments."""

from __future__ import annotations

import re

from ralex_tui.domain.text import visible_line

# What models write, and no lexer of Pygments is called.
_ALIASES = {
    "assembly": "nasm",
    "bat": "batch",
    "cmd": "batch",
    "containerfile": "docker",
    "c#": "csharp",
    "c++20": "cpp",
    "dotenv": "bash",
    "env": "bash",
    "git-diff": "diff",
    "golang": "go",
    "gql": "graphql",
    "h": "c",
    "json5": "javascript",
    "jsonc": "javascript",
    "jsonl": "json",
    "latex": "tex",
    "makefile": "make",
    "mysql": "sql",
    "ndjson": "json",
    "node": "javascript",
    "objective-c": "objectivec",
    "patch": "diff",
    "pgsql": "postgresql",
    "postgres": "postgresql",
    "proto3": "protobuf",
    "shell": "bash",
    "shell-session": "console",
    "sqlite": "sql",
    "terminal": "console",
    "tfvars": "terraform",
    "vimscript": "vim",
    "viml": "vim",
    "vue": "html",
    "svelte": "html",
    "zshrc": "zsh",
}
_PLAIN = frozenset(["", "text", "txt", "plain", "plaintext", "none", "output", "raw"])
_MATHS = frozenset(["math", "katex", "mathjax"])
_WORD = re.compile(r"[^\s:{}\[\](),;=\"'`<>|\\]+")
_LONGEST_LABEL = 24  # characters


def language_of(info: str) -> str:
    """The language that a fence's info string names, in lower case: `{.python .numberLines}` is python."""
    word = _WORD.search((info[:200].split() or [""])[0])
    return word[0].lstrip(".").lower() if word else ""


def lexer_name(language: str) -> str:
    """What the lexers call a language."""
    return _ALIASES.get(language, language)


def is_maths(info: str) -> bool:
    """Whether the fence holds a formula to be drawn, not to be read as code."""
    return language_of(info) in _MATHS


def label_of(language: str) -> str:
    """What stands at the top of a fence; empty where there is nothing to say."""
    if language in _PLAIN:
        return ""
    if language == "mermaid":
        return "mermaid, as source"
    return visible_line(language, _LONGEST_LABEL)
