"""The tables of the report, each from the cells of its part."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import msgspec

from benchmarks.report import table
from benchmarks.selection.arms import DEFAULT, FULL, OURS, PERIODIC, RANDOM, RIVALS
from benchmarks.selection.cell import Cell
from benchmarks.selection.compare import (
    Comparison,
    Figure,
    accuracy,
    arms_of,
    balanced,
    kappa,
    late,
    of_arm,
    random_beside,
)

Cells = Sequence[Cell]


def percent(value: float) -> str:
    """Return a share as a percentage without its sign.

    Examples
    --------
    >>> percent(0.877)
    '87.7'
    """
    return f"{100 * value:.1f}"


def by_stream(known: Comparison, cells: Cells, rivals: Cells) -> str:
    """Return a row for each stream: all labels, ours, random, the best rival."""
    head = (
        "stream", "all labels", "random", "periodic", "**ours**", "above random",
        "best rival here", "its labels", "it", "ours, no more labels",
    )  # fmt: skip
    names = list(dict.fromkeys(cell.stream for cell in cells))
    rows = [_stream_row(known, name, cells, rivals) for name in names]
    return table(head, rows)


def _stream_row(known: Comparison, name: str, cells: Cells, rivals: Cells) -> list[str]:
    here = [cell for cell in cells if cell.stream == name]
    own = of_arm(here)
    figures = [known.mean(of_arm(here, arm)).mean for arm in (FULL, RANDOM, PERIODIC, DEFAULT)]
    gain = known.above_random(own).mean
    row = [name, *map(percent, figures), f"{100 * gain:+.1f}"]
    beside = [cell for cell in rivals if cell.stream == name and cell.rows == here[0].rows]
    if not beside:
        return [*row, "", "", "", ""]
    best = max(arms_of(beside), key=lambda arm: known.mean(of_arm(beside, arm)).mean)
    runs = of_arm(beside, best)
    spent = fmean(known.of(cell).share for cell in runs)
    matched = fmean(accuracy(known.of(known.matched(cell))) for cell in runs)
    shown = best.replace("CognitiveDualQueryStrategy", "CDQS")
    return [*row, shown, f"{100 * spent:.1f} %", percent(known.mean(runs).mean), percent(matched)]


def summary(known: Comparison, cells: Cells) -> str:
    """Return ours above random and periodic, in three measures, a row for each budget and model."""
    head = ("budget", "model", "accuracy above random", "worst stream", "balanced accuracy",
            "kappa", "above periodic", "rarest class: finds a label, of random's")  # fmt: skip
    rows = []
    for budget, model in sorted({(cell.budget, cell.model) for cell in cells}, reverse=True):
        own = of_arm(cells, budget=budget, model=model)
        gain = known.above_random(own)
        rows.append(
            (
                f"{budget:.0%}", model, gain.points(), gain.worst(),
                known.above_random(own, balanced).points(),
                known.above_random(own, kappa).points(),
                known.against(own, _periodic).points(),
                finds(known, own),
            )
        )  # fmt: skip
    return table(head, rows)


def _periodic(cell: Cell) -> Cell:
    return msgspec.structs.replace(cell, arm=PERIODIC)


def finds(known: Comparison, own: Iterable[Cell]) -> str:
    """Return how often a label finds the rarest class, against random, where that is < 15 %."""
    rare = [cell for cell in own if known.of(cell).rare_share < 0.15]
    if not rare:
        return "–"
    ours = fmean(known.of(cell).rare for cell in rare)
    random = fmean(known.of(random_beside(cell)).rare for cell in rare)
    return f"{ours / random:.2f} x" if random else "–"


def field(known: Comparison, cells: Cells) -> str:
    """Return a row for each rival: what it spent, and ours beside it."""
    head = (
        "contender", "labels / rate·n", "worst prefix over rate·n", "over 20 + rate·n",
        "accuracy", "ours, same budget", "**ours, no more labels**", "worst stream", "over",
    )  # fmt: skip
    rows = [_rival_row(known, arm, of_arm(cells, arm)) for arm in arms_of(cells) if arm in RIVALS]
    return table(head, rows)


def _rival_row(known: Comparison, arm: str, runs: Cells) -> list[str]:
    outcomes = [known.of(cell) for cell in runs]
    spent = [
        one.spent / max(1.0, one.rows * cell.budget)
        for one, cell in zip(outcomes, runs, strict=True)
    ]
    matched = known.lead_at_its_spend(runs)
    return [
        arm,
        f"{100 * fmean(spent):.0f} %, most {100 * max(spent):.0f} %",
        f"{max(one.over_line for one in outcomes):.1f}",
        f"{max(one.over_burst for one in outcomes):.1f}",
        percent(known.mean(runs).mean),
        known.lead(runs).points(),
        matched.points(),
        matched.worst(),
        f"{len({cell.stream for cell in runs})} streams, {runs[0].rows:,} rows",
    ]


def policies(known: Comparison, cells: Cells) -> str:
    """Return a row for each of our policies, against the default."""
    head = ("ours set to", "accuracy", "against the default", "worst stream", "worst prefix excess")
    rows = []
    for arm in [one for one in arms_of(cells) if one in OURS and one != DEFAULT]:
        runs = of_arm(cells, arm)
        gap = known.against(runs, _default)
        over = max(known.of(cell).over_burst for cell in runs)
        rows.append((arm, percent(known.mean(runs).mean), gap.points(), gap.worst(), f"{over:g}"))
    return table(head, rows)


def _default(cell: Cell) -> Cell:
    return msgspec.structs.replace(cell, arm=DEFAULT)


def delays(known: Comparison, cells: Cells) -> str:
    """Return what lateness costs each contender, over the rows after the first arrivals."""
    head = ("model", "labels come after", "contender", "accuracy", "lost against no delay",
            "worst stream", "above random")  # fmt: skip
    rows = []
    keys = sorted({(cell.model, cell.delay) for cell in cells if cell.delay})
    for model, delay in keys:
        here = [cell for cell in cells if cell.model == model and cell.delay == delay]
        for arm in arms_of(here):
            runs = [one for one in of_arm(here, arm) if known.of(one).rows > 2 * delay]
            if runs:
                rows.append(_delay_row(known, runs, arm, late(delay)))
    return table(head, rows)


def _delay_row(known: Comparison, runs: Cells, arm: str, figure: Figure) -> Sequence[str]:
    lost = known.against(runs, prompt, figure)
    gain = known.above_random(runs, figure).points() if arm == DEFAULT else ""
    first = runs[0]
    return (first.model, str(first.delay), arm, percent(known.mean(runs, figure).mean),
            lost.points(), lost.worst(), gain)  # fmt: skip


def prompt(cell: Cell) -> Cell:
    """Return the run with every answer at once."""
    return msgspec.structs.replace(cell, delay=0, never=0.0)


def junk(known: Comparison, cells: Cells, tabular: Iterable[str]) -> str:
    """Return how much of the requests was junk, over its share of the stream."""
    head = ("streams", "contender", "junk among requests / in the stream", "worst", "accuracy")
    rows = []
    kinds = dict.fromkeys(tabular, "tabular")
    for kind in ("tabular", "text"):
        here = [cell for cell in cells if kinds.get(cell.stream, "text") == kind]
        for arm in arms_of(here):
            runs = of_arm(here, arm)
            ratios = {cell: junk_ratio(known, cell) for cell in runs}
            worst = max(ratios, key=lambda cell: ratios[cell])
            rows.append((kind, arm, f"{fmean(ratios.values()):.2f} x",
                         f"{ratios[worst]:.2f} x ({worst.stream})",
                         percent(known.mean(runs).mean)))  # fmt: skip
    return table(head, rows)


def junk_ratio(known: Comparison, cell: Cell) -> float:
    """Return junk's share of requests over its share of the stream."""
    found = known.of(cell)
    return found.junk / found.junk_share if found.junk_share else 0.0


def texts(known: Comparison, cells: Cells) -> str:
    """Return a row for each stream with a text, budget and contender."""
    head = ("stream", "budget", "contender", "accuracy", "balanced", "labels / rows")
    rows = []
    for stream, budget in sorted({(cell.stream, cell.budget) for cell in cells}):
        here = [cell for cell in cells if (cell.stream, cell.budget) == (stream, budget)]
        for arm in arms_of(here):
            runs = of_arm(here, arm)
            figures = [percent(known.mean(runs, one).mean) for one in (accuracy, balanced)]
            share = fmean(known.of(cell).share for cell in runs)
            rows.append((stream, f"{budget:.0%}", arm, *figures, f"{share:.1%}"))
    return table(head, rows)


def costs(times: Mapping[str, float]) -> str:
    """Return µs a row of choosing, the cheapest first."""
    ours = times["ours: scorer"]
    rows = [
        (name, f"{took:.1f}", f"{took / ours:.0f} x")
        for name, took in sorted(times.items(), key=lambda item: item[1])
    ]
    return table(("contender", "µs a decision, model aside", "of ours"), rows)
