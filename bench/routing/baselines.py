"""What the router must beat: chance, the length of the prompt, Ralex V2's words and LiteLLM's complexity router."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import numpy as np

from bench.routing.data import Floats

_SMART = re.compile(r"\b(refactor|analyze|complex|architecture|design|review|optimize)\b", re.IGNORECASE)
_SEED = 7


def chance(prompts: Sequence[str]) -> Floats:
    """A score drawn for each prompt."""
    return np.asarray(np.random.default_rng(_SEED).random(len(prompts)))


def always(prompts: Sequence[str]) -> Floats:
    """The same score for all: no order at all."""
    return np.ones(len(prompts))


def length(prompts: Sequence[str]) -> Floats:
    """The number of characters."""
    return np.array([len(prompt) for prompt in prompts], dtype=np.float64)


def v2_words(prompts: Sequence[str]) -> Floats:
    """Ralex V2: strong where one of its words stands (whole words, which V2 did not even ask for)."""
    return np.array([1.0 if _SMART.search(prompt) else 0.0 for prompt in prompts])


def litellm_complexity(prompts: Sequence[str]) -> Floats | None:
    """LiteLLM's rule-based complexity score; None where this version has none that runs by itself."""
    logging.getLogger("LiteLLM").setLevel(logging.ERROR)
    try:
        # Costs seconds, and only this comparison needs it.
        from litellm import Router
        from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter
    except ImportError:
        return None
    # It wants a router to hand requests on to; nothing is sent.
    model = {"model_name": "any", "litellm_params": {"model": "openai/any", "api_key": "none"}}
    try:
        scorer = ComplexityRouter("complexity", Router(model_list=[model]), default_model="any")
        return np.array([float(scorer.classify(prompt)[1]) for prompt in prompts])
    except (TypeError, ValueError, AttributeError):
        return None
