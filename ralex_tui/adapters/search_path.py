"""Where programs are looked for: never in the current folder, which may be somebody else's."""

from __future__ import annotations

import os
from collections.abc import Mapping


def search_path(environ: Mapping[str, str]) -> str:
    """PATH without its relative and empty entries, which lead into whatever folder one happens to be in."""
    entries = environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if os.path.isabs(entry))
