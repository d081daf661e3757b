"""The user's file over the bundled one, with the place of each key kept for messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ralex_tui.config.strict_yaml import Document, KeyPath

# Sections whose entries are merged field by field; entries of the others are replaced as a whole:
# half of one price and half of another would be nobody's.
_BY_FIELD = ("tiers",)


def merge(base: Document, own: Document | None) -> tuple[dict[str, object], Callable[[KeyPath], str]]:
    """The merged content, and a function that names file and line of a key path.

    Sections merge key by key, a tier field by field. A key without a value, as when all below it is
    commented out, changes nothing in a section's place; inside a section it means null.
    """
    if own is None:
        return base.content, _placer([base])
    content = dict(base.content)
    replaced: set[KeyPath] = set()
    for name, section in own.content.items():
        below = content.get(name)
        if section is None and name in content:
            continue
        if not isinstance(section, dict) or not isinstance(below, dict):
            content[name] = section
            replaced.add((name,))
            continue
        content[name] = _merge_section(name, below, section, replaced)
    return content, _placer([own, _without(base, replaced)])


def _merge_section(
    name: str, below: Mapping[str, object], section: Mapping[str, object], replaced: set[KeyPath]
) -> dict[str, object]:
    merged = dict(below)
    for key, value in section.items():
        under = merged.get(key)
        if name in _BY_FIELD and isinstance(under, dict) and isinstance(value, dict | None):
            merged[key] = {**under, **(value or {})}
            replaced.update((name, key, field) for field in value or {})
        else:
            merged[key] = value
            replaced.add((name, key))
    return merged


def _without(document: Document, replaced: set[KeyPath]) -> Document:
    lines = {
        path: line
        for path, line in document.lines.items()
        if not any(path[:length] in replaced for length in range(1, len(path) + 1))
    }
    return Document(document.where, document.content, lines)


def _placer(documents: list[Document]) -> Callable[[KeyPath], str]:
    def place(path: KeyPath) -> str:
        """File and line of `path` or, where it is missing, of the nearest key above it."""
        for length in range(len(path), 0, -1):
            for document in documents:
                if path[:length] in document.lines:
                    return f"{document.where} line {document.lines[path[:length]]}"
        return documents[0].where

    return place
