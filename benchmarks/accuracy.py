"""Honest accuracy: how often both intervals hold the truth, how wide they are, how biased.

    make bench BENCH=accuracy                      # the streams that river brings along
    make bench BENCH=accuracy DATA=FOLDER          # every CSV of a folder
    ROWS=6000 SEEDS=200 STREAMS=elec2,phishing …   # more rows, so many seeds, some streams

For each stream, preset and budget a model's predictions are made once, by a sampler that
learns at that budget. Each seed then draws anew over these predictions: scorer, arbiter,
ledger, audits and estimate are the real ones, only the model stands still. Whole runs,
where the model learns from what each seed asked, are the check beside it.
The truth is the accuracy on all rows so far.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, product

import numpy as np

from benchmarks.drawn import ROWS, Cell, Outcome, holds, outcome, said
from benchmarks.report import machine, table
from benchmarks.streams import streams
from streamal import Sampler

SEEDS = int(os.environ.get("SEEDS", "200"))
WHOLE = int(os.environ.get("WHOLE", "10"))
PRESETS = tuple(os.environ.get("PRESETS", "linear,tree").split(","))
RATES = (0.1, 0.02)
TARGETS = (None, 0.9)


def whole(cell: Cell, seed: int) -> tuple[bool, float]:
    """Run a sampler whose model learns what this seed asks; is the truth inside? The error."""
    sampler = Sampler(
        {"auto_label": {"target_precision": cell.target} if cell.target else {}},
        budget=cell.rate,
        model=cell.preset,
        seed=seed,
    )
    right = total = 0
    for row in islice(streams()[cell.stream](), ROWS):
        decision = sampler.decide(row.features)
        right, total = right + (decision.label == row.label), total + 1
        if decision.route == "request":
            sampler.teach(decision, row.label)
    bounds, truth = sampler.estimate, right / total
    return holds(bounds.low, truth, bounds.high), 100 * ((bounds.accuracy or 0.0) - truth)


def run(cell: Cell) -> tuple[list[Outcome], list[tuple[bool, float]]]:
    """Run all seeds of a cell, and the whole runs beside them."""
    rows = said(cell)
    is_plain = not cell.delay and not cell.never
    check = [whole(cell, seed) for seed in range(WHOLE)] if is_plain else []
    return [outcome(cell, rows, seed) for seed in range(SEEDS)], check


def cells() -> Iterator[Cell]:
    """Yield all cells; delays and silence on the first stream only."""
    names = [one for one in os.environ.get("STREAMS", "").split(",") if one] or list(streams())
    for name, preset, rate, target in product(names, PRESETS, RATES, TARGETS):
        yield Cell(name, preset, rate, target)
    for delay, never in ((100, 0.0), (0, 0.2), (100, 0.2)):
        yield Cell(names[0], PRESETS[0], RATES[0], None, delay, never)


HEAD = (
    "stream, preset, budget, target",
    "95 %: inside",
    "width",
    "anytime: always inside",
    "width",
    "bias",
    "raw",
    "no label left",
    "classes: inside",
    "auto-labels: inside",
    "whole runs: inside, bias",
)


def line(cell: Cell, found: list[Outcome], check: list[tuple[bool, float]]) -> tuple[str, ...]:
    """Return a cell's row of the table."""
    target = f", {cell.target}" if cell.target else ""
    odd = f", delay {cell.delay}, never {cell.never:g}" if cell.delay or cell.never else ""
    ratios = np.sum([one.ratios for one in found], axis=0)
    autos = np.sum([one.autos for one in found], axis=0)
    beside = "–"
    if check:
        beside = f"{np.mean([a for a, _ in check]):.2f}, {np.mean([b for _, b in check]):+.1f}"
    return (
        f"{cell.stream}, {cell.preset}, {cell.rate:.0%}{target}{odd}",
        f"{np.mean([one.is_inside for one in found]):.3f}",
        f"{np.mean([one.width for one in found]):.1f}",
        f"{np.mean([one.is_always_inside for one in found]):.3f}",
        f"{np.mean([one.anytime_width for one in found]):.1f}",
        f"{np.mean([one.error for one in found]):+.2f}",
        f"{np.mean([one.raw_error for one in found]):+.1f}",
        f"{np.mean([one.unseen for one in found]):.2f}",
        f"{ratios[0] / max(1, ratios[1]):.3f}",
        f"{autos[0] / autos[1]:.3f}" if autos[1] else "–",
        beside,
    )


def gates(runs: dict[Cell, list[Outcome]]) -> Iterator[str]:
    """Yield each gate, what was seen, and whether it is met."""
    inside = [float(np.mean([one.is_inside for one in found])) for found in runs.values()]
    always = [float(np.mean([one.is_always_inside for one in found])) for found in runs.values()]
    bias = [abs(float(np.mean([one.error for one in found]))) for found in runs.values()]
    yield _gate("inside in 91 to 99 % of each cell", min(inside), max(inside), 0.91, 0.99)
    mean = float(np.mean(inside))
    yield _gate("inside in 93.5 to 96.5 % over all", mean, mean, 0.935, 0.965)
    yield _gate("always inside in 93 % of each cell", min(always), max(always), 0.93, 1.0)
    yield _gate("bias below half a point", min(bias), max(bias), 0.0, 0.5)


def _gate(name: str, least: float, most: float, low: float, high: float) -> str:
    met = "met" if low <= least and most <= high else "**not met**"
    return f"- {name}: {least:.3f} to {most:.3f}, {met}"


def main() -> None:
    """Run all cells, print the table as it grows, then the gates."""
    todo, runs = list(cells()), {}
    print(machine())
    print(f"{ROWS} rows, {SEEDS} seeds, {WHOLE} whole runs a cell; widths and biases in points.\n")
    with ProcessPoolExecutor(int(os.environ.get("WORKERS", "2"))) as pool:
        lines = []
        for cell, (found, check) in zip(todo, pool.map(run, todo), strict=True):
            runs[cell] = found
            lines.append(line(cell, found, check))
            print(" | ".join(lines[-1]), flush=True)
    print(f"\n{table(HEAD, lines)}\n")
    for gate in gates(runs):
        print(gate)


if __name__ == "__main__":
    main()
