"""`ralex route --jsonl`: thousands of prompts through Auto, a JSON object a line in, one a line out, in order.

Tells what Auto wants, by the rules and the score alone: money and missing models don't change a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from ralex_tui.cli.output import note
from ralex_tui.domain.models import Catalogue
from ralex_tui.domain.pricing import estimate_tokens
from ralex_tui.domain.rules import Prompt
from ralex_tui.services.auto import AutoService

# Which models can be reached must not change what is wanted.
_NO_MODELS = Catalogue()


def route_lines(auto: AutoService, lines: Iterable[bytes], out: TextIO) -> int:
    """Write a line for each line; the exit code: 2 where one held no prompt, and says so in its place."""
    n_wrong = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        answer = _answer(auto, line)
        if "error" in answer:
            n_wrong += 1
            answer["error"] = f"line {number} {answer['error']}"
        # ASCII only, as `output.write_json` has it.
        out.write(json.dumps(answer) + "\n")
    out.flush()
    if n_wrong:
        note(f"ralex: {n_wrong} of the lines held no prompt; their places say why")
    return 2 if n_wrong else 0


def _answer(auto: AutoService, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "is no JSON"}
    if not isinstance(asked, Mapping):
        return {"error": "is no JSON object"}
    handed_on = {"id": asked["id"]} if "id" in asked else {}
    prompt = asked.get("prompt")
    if not isinstance(prompt, str):
        return {**handed_on, "error": 'has no text under "prompt"'}
    pick = auto.pick(Prompt(prompt, estimate_tokens(prompt)), _NO_MODELS)
    return {**handed_on, "tier": pick.tier.value, "score": round(pick.score, 6), "reason": pick.reason}
