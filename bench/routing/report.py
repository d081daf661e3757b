"""The benchmark's print: one Markdown page, good or bad, for docs/routing-benchmark.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.routing import baselines
from bench.routing.data import MIX, Columns, Floats, Mask, Row
from bench.routing.examples import fair_pairs, pairs
from bench.routing.fitting import logistic, quality_curve
from bench.routing.measures import (
    PRICE_RATIO,
    apgr,
    macro,
    macro_interval,
    macro_outcome,
    members,
    paired_gain,
    reliability,
)
from bench.routing.timing import times
from bench.routing.training import (
    ESCALATED,
    Material,
    folds,
    held_out,
    needed,
    prepare,
    probabilities,
    source_weights,
)
from ralex_tui.adapters.router_table import TABLE_PATH, load_scorer
from ralex_tui.domain.difficulty import Scorer, threshold_on

_QUALITIES = (0.90, 0.95, 0.98)
# A task's own APGR means something only where the strong model gains, and on a hundred prompts or more.
_MIN_TASK_ROWS = 100
_MIN_TASK_GAP = 0.05


def report(rows: Sequence[Row]) -> str:
    """The whole page for the rows."""
    material = prepare(rows)
    prompts = [row.prompt for row in rows]
    kept = material.rows
    out_of_fold = held_out(material, folds(kept))
    calibration = logistic(out_of_fold, needed(kept), source_weights(kept))
    scores = probabilities(out_of_fold, calibration)
    rankings = _rankings(material, prompts, out_of_fold)
    parts = (
        _ranking_table(kept, rankings),
        _task_table(kept, rankings),
        _system_table(kept, scores),
        _reliability_table(scores, kept),
        _examples_table(load_scorer()),
        _times_line(prompts),
    )
    return "\n\n".join(parts)


def _rankings(material: Material, prompts: Sequence[str], out_of_fold: Floats) -> dict[str, Floats]:
    kept = material.rows
    found = {
        "random": baselines.chance(prompts),
        "always strong": baselines.always(prompts),
        "Ralex V2's words": baselines.v2_words(prompts),
        "length": baselines.length(prompts),
    }
    complexity = baselines.litellm_complexity(prompts)
    if complexity is not None:
        found["LiteLLM's complexity router"] = complexity
    found["prior alone (sees no outcome)"] = held_out(material, folds(kept), 0, 0)
    found["Auto, new prompts (5 folds)"] = out_of_fold
    found["Auto, new tasks (one left out)"] = held_out(material, _tasks_out(kept))
    found["Auto, new sources (one left out)"] = held_out(material, members(kept.source, kept.sources()))
    return found


def _tasks_out(rows: Columns) -> list[Mask]:
    """The tasks of the mix one by one; of other sources the whole, since their subjects share the pair of models."""
    of_mix = sorted(set(rows.task[rows.source == MIX].tolist()))
    others = [name for name in rows.sources() if name != MIX]
    return members(rows.task, of_mix) + members(rows.source, others)


def _ranking_table(rows: Columns, rankings: dict[str, Floats]) -> str:
    names = rows.sources()
    groups = members(rows.source, names)
    lines = [
        f"| ranking | macro APGR [95 %] | gain over length [95 %] | {' | '.join(names)} |",
        "|" + " --- |" * (3 + len(names)),
    ]
    for name, scores in rankings.items():
        gain = "" if name == "length" else str(paired_gain(scores, rankings["length"], rows.gain, groups))
        each = " | ".join(f"{apgr(scores[m], rows.gain[m]):.3f}" for m in groups)
        lines.append(f"| {name} | {macro_interval(scores, rows.gain, groups)} | {gain} | {each} |")
    return "### How well it ranks\n\n" + "\n".join(lines)


def _task_table(rows: Columns, rankings: dict[str, Floats]) -> str:
    of_mix = sorted(set(rows.task[rows.source == MIX].tolist()))
    groups = [
        (name, mask)
        for name, mask in zip(of_mix, members(rows.task, of_mix), strict=True)
        if mask.sum() >= _MIN_TASK_ROWS and rows.gain[mask].mean() >= _MIN_TASK_GAP
    ]
    shown = ["length", *[name for name in rankings if name.startswith(("prior", "Auto"))]]
    lines = [f"| task of the mix | prompts | {' | '.join(shown)} |", "|" + " --- |" * (2 + len(shown))]
    for name, mask in groups:
        each = " | ".join(f"{apgr(rankings[one][mask], rows.gain[mask]):.3f}" for one in shown)
        lines.append(f"| {name} | {mask.sum()} | {each} |")
    masks = [mask for _, mask in groups]
    means = " | ".join(f"{macro(rankings[one], rows.gain, masks):.3f}" for one in shown) if masks else ""
    lines.append(f"| mean of these | | {means} |")
    return "### Within one task\n\n" + "\n".join(lines)


def _system_table(rows: Columns, scores: Floats) -> str:
    names = rows.sources()
    groups = members(rows.source, names)
    lines = [
        "| auto.quality | escalated | score from | strong calls | cost | quality kept | quality by source |",
        "|" + " --- |" * 7,
    ]
    for quality in _QUALITIES:
        for escalated in (ESCALATED, 0.0):
            score = threshold_on(quality_curve(scores, rows, escalated), quality)
            mean = macro_outcome(scores, score, rows.weak, rows.strong, groups, escalated)
            each = ", ".join(
                f"{macro_outcome(scores, score, rows.weak, rows.strong, [m], escalated).quality:.3f}" for m in groups
            )
            lines.append(
                f"| {quality:.2f} | {escalated:.0%} | {score:.3f} | {mean.strong_share:.1%} | {mean.cost:.1%} "
                f"| {mean.quality:.1%} | {each} |"
            )
    score = threshold_on(quality_curve(scores, rows, ESCALATED), 0.95)
    told = macro_outcome(scores, score, rows.weak, rows.strong, groups, ESCALATED)
    bare = macro_outcome(scores, score, rows.weak, rows.strong, groups)
    at_once = f"{told.strong_share:.1%} of calls strong at once"
    sentence = (
        f"At auto.quality 0.95 Auto keeps {told.quality:.1%} of the strong tier's quality at {told.cost:.1%}"
        f" of its cost if half of the bad cheap answers are escalated ({at_once}),"
        f" and {bare.quality:.1%} at {bare.cost:.1%} if none is."
    )
    costs = f"Cost counts a weak call as {PRICE_RATIO:g} of a strong one: these sources give no prices for all rows."
    return "### As a system\n\n" + "\n".join(lines) + f"\n\n{sentence}\n{costs}"


def _reliability_table(scores: Floats, rows: Columns) -> str:
    lines = ["| prompts | mean score | strong needed |", "| --- | --- | --- |"]
    lines += [
        f"| {one.n} | {one.score:.3f} | {one.needed:.3f} |"
        for one in reliability(scores, needed(rows), source_weights(rows))
    ]
    return "### Is the score a probability?\n\n" + "\n".join(lines)


def _examples_table(scorer: Scorer) -> str:
    def share(found: list[tuple[str, str]]) -> str:
        scored = {prompt: scorer.judge(prompt).score for pair in found for prompt in pair}
        right = float(np.mean([scored[lesser] < scored[harder] for lesser, harder in found]))
        by_length = float(np.mean([len(lesser) < len(harder) for lesser, harder in found]))
        return f"{len(found)} | {by_length:.1%} | {right:.1%}"

    return "\n".join(
        (
            "### Our own examples of chat, code and sums",
            "",
            "| pairs | number | length is right | Auto is right |",
            "| --- | --- | --- | --- |",
            f"| weights fitted to them | {share(pairs(0))} |",
            f"| of these, length tells nothing | {share(fair_pairs(0))} |",
            f"| no weight fitted to them | {share(pairs(1))} |",
            f"| of these, length tells nothing | {share(fair_pairs(1))} |",
        )
    )


def _times_line(prompts: Sequence[str]) -> str:
    taken = times(prompts)
    return (
        "### Time and size\n\n"
        f"A decision on 4,000 characters: p50 {taken.p50:.2f} ms, p95 {taken.p95:.2f} ms"
        f" (of the processor's time {taken.own_p50:.2f} and {taken.own_p95:.2f} ms); on a paste of 4 MB"
        f" {taken.paste:.2f} ms. Import {taken.import_ms:.1f} ms, table loaded in {taken.load_ms:.1f} ms,"
        f" {TABLE_PATH.stat().st_size:,} bytes, version {load_scorer().version}."
    )
