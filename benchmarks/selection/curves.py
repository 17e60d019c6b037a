"""Learning curves as small SVG files, the same bytes for the same figures."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.report import table
from benchmarks.selection.area import normalised
from benchmarks.selection.arms import DEFAULT, FULL, RANDOM
from benchmarks.selection.cell import Cell
from benchmarks.selection.compare import Comparison, accuracy, arms_of, of_arm
from benchmarks.selection.outcome import BLOCKS
from benchmarks.selection.paired import Interval, paired

Cells = Sequence[Cell]
COLOURS = {DEFAULT: "#0b6e4f", RANDOM: "#8a8a8a", FULL: "#111111"}
OTHERS = ("#c1666b", "#d4a017", "#4281a4")


def _axes() -> Any:  # noqa: ANN401 - matplotlib is imported where it draws, and only there
    import matplotlib as mpl

    mpl.use("svg")
    # Text stays text and ids are not random: small files that differ only where figures do.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "selection", "font.size": 9})
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=(5.2, 3.4), layout="constrained")


def _save(figure: Any, path: Path) -> None:  # noqa: ANN401
    from matplotlib import pyplot as plt

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def _colour(arm: str, arms: Sequence[str]) -> str:
    others = [one for one in arms if one not in COLOURS]
    return COLOURS.get(arm) or OTHERS[others.index(arm) % len(OTHERS)]


def against_labels(known: Comparison, cells: Cells, model: str, path: Path) -> None:
    """Draw the mean accuracy over streams against the labels spent."""
    figure, axes = _axes()
    here = [cell for cell in cells if cell.model == model]
    arms = arms_of(here)
    full = known.mean(of_arm(here, FULL)).mean
    axes.axhline(100 * full, color=COLOURS[FULL], linewidth=0.8, linestyle=":", label=FULL)
    for arm in arms:
        if arm != FULL:
            _line(known, of_arm(here, arm), axes, arm, _colour(arm, arms))
    axes.set_xscale("log")
    axes.set_xlabel("labels, % of the samples (logarithmic)")
    axes.set_ylabel("accuracy, %")
    axes.set_title(f"{model}: mean of {len({cell.stream for cell in here})} streams")
    axes.legend(frameon=False)
    _save(figure, path)


def _line(known: Comparison, runs: Cells, axes: Any, arm: str, colour: str) -> None:  # noqa: ANN401
    budgets = sorted({cell.budget for cell in runs})
    spent, heights = [], []
    for budget in budgets:
        at = of_arm(runs, arm, budget=budget)
        spent.append(100 * fmean(known.of(cell).share for cell in at))
        heights.append(100 * known.mean(at).mean)
    axes.plot(spent, heights, marker="o", markersize=3, color=colour, label=arm)
    if arm == DEFAULT:
        ends = [known.above_random(of_arm(runs, arm, budget=budget)) for budget in budgets]
        low = [h - 100 * (e.mean - e.low) for h, e in zip(heights, ends, strict=True)]
        high = [h + 100 * (e.high - e.mean) for h, e in zip(heights, ends, strict=True)]
        axes.fill_between(spent, low, high, color=colour, alpha=0.15, linewidth=0)


def over_time(known: Comparison, cells: Cells, model: str, path: Path) -> None:
    """Draw accuracy in each twentieth of the streams, at a tenth of the labels."""
    figure, axes = _axes()
    here = [cell for cell in cells if cell.model == model and cell.budget == 0.1]
    arms = arms_of(here)
    steps = [100 * (at + 0.5) / BLOCKS for at in range(BLOCKS)]
    for arm in arms:
        runs = [known.of(cell).blocks for cell in of_arm(here, arm)]
        heights = [100 * fmean(blocks[at] for blocks in runs) for at in range(BLOCKS)]
        axes.plot(steps, heights, color=_colour(arm, arms), label=arm, linewidth=1.2)
    axes.set_xlabel("part of the stream, %")
    axes.set_ylabel("accuracy, %")
    axes.set_title(f"{model}, 10 % of the labels")
    axes.legend(frameon=False)
    _save(figure, path)


def areas(known: Comparison, cells: Cells) -> str:
    """Return the area between random (0) and all labels (1), for each model and contender."""
    head = ("model", "contender", "area between random (0) and all labels (1)", "worst stream")
    rows = []
    for model in dict.fromkeys(cell.model for cell in cells):
        here = [cell for cell in cells if cell.model == model]
        for arm in arms_of(here):
            if arm not in (RANDOM, FULL):
                found = _area(known, here, arm)
                shown = f"{found.mean:.2f} ({found.low:.2f} … {found.high:.2f})"
                rows.append((model, arm, shown, f"{found.least:.2f} ({found.where})"))
    return table(head, rows)


def _area(known: Comparison, here: Cells, arm: str) -> Interval:
    """Streams on which all labels are worth less than a point over random say nothing."""
    found = []
    for name in dict.fromkeys(cell.stream for cell in here):
        at = [cell for cell in here if cell.stream == name]
        budgets = sorted({cell.budget for cell in at})
        own, random = ([_at(known, at, one, b) for b in budgets] for one in (arm, RANDOM))
        full = known.mean(of_arm(at, FULL)).mean
        if full - fmean(random) > 0.01:
            found.append((name, normalised(budgets, own, random, full)))
    return paired(found)


def _at(known: Comparison, cells: Cells, arm: str, budget: float) -> float:
    return fmean(accuracy(known.of(cell)) for cell in of_arm(cells, arm, budget=budget))
