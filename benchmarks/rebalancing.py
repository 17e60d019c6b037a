"""Do class weights find more of a rare class, and what do they cost in accuracy?

    make bench BENCH=rebalancing                 # the streams that river brings along
    make bench BENCH=rebalancing DATA=FOLDER     # every CSV of a folder

Streams with a class of less than 15 % that has less than half of an even share. The same
model, policy and budget (a tenth of the labels) with class weights and without, three
seeds, prequential over all rows; differences are means over the seeds, in points.
"""

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from benchmarks.report import machine, table
from benchmarks.streams import streams
from streamal.app import simulation_of
from streamal.lab.study import Study
from streamal.settings import load

SEEDS = (0, 1, 2)
PRESETS = ("linear", "bayes", "tree")
POWERS = (0.25, 0.5)
ROWS = 20_000
RARE = 0.15
# Of fewer rows a recall says little.
FEWEST = 20

Cell = tuple[str, str, float, int]
HEAD = ("stream", "rare", "recall", "precision", "accuracy")


class Found(NamedTuple):
    """One run: recall and precision are means over the rare classes."""

    recall: float
    precision: float
    accuracy: float
    kappa: float


def labels(name: str) -> list[str]:
    """Return the truth of the rows that a run reads."""
    return [row.label or "" for row in islice(streams()[name](), ROWS)]


def rare(truth: list[str]) -> list[str]:
    """Return the classes that are rare among labels, the rarest first.

    Examples
    --------
    >>> rare(["a"] * 170 + ["b"] * 30), rare(["a"] * 171 + ["b"] * 29)
    ([], ['b'])
    """
    counts = Counter(truth)
    most = min(RARE, 0.5 / len(counts)) * len(truth)
    found = [label for label, count in counts.items() if FEWEST <= count < most]
    return sorted(found, key=counts.__getitem__)


def run(cell: Cell) -> Found:
    """Return what one simulation found."""
    name, preset, power, seed = cell
    given = {"model.preset": preset, "model.seed": seed, "model.class_weights": power}
    settings = load(None, {}, given)
    with TemporaryDirectory() as folder:
        decisions = Path(folder, "decisions")
        study = Study("0.1", limit=ROWS, decisions=decisions)
        report = simulation_of(settings, {}, streams()[name](), study)
        guesses = _guesses(decisions)
    recall, precision = _of_rare(labels(name), guesses)
    return Found(recall, precision, report["accuracy"], report["kappa"])


def _guesses(decisions: Path) -> dict[int, str]:
    lines = map(msgspec.json.decode, decisions.read_bytes().splitlines())
    return {line["row"]: line.get("label") or "" for line in lines}


def _of_rare(truth: list[str], guesses: dict[int, str]) -> tuple[float, float]:
    true, guessed, hits = Counter(truth), Counter(guesses.values()), Counter[str]()
    hits.update(label for row, label in enumerate(truth) if guesses.get(row) == label)
    classes = rare(truth)
    return (
        mean(hits[one] / true[one] for one in classes),
        mean(hits[one] / max(guessed[one], 1) for one in classes),
    )


def _mean(runs: list[Found]) -> Found:
    return Found(*map(mean, zip(*runs, strict=True)))


def _points(after: Found, before: Found) -> Found:
    return Found(*(100 * (one - other) for one, other in zip(after, before, strict=True)))


def _row(name: str, before: Found, gains: list[Found]) -> list[str]:
    truth = labels(name)
    share = Counter(truth)[rare(truth)[0]] / len(truth)
    plain = [f"{value:.1%}" for value in before[:3]]
    return [name, f"{share:.1%}", *plain, *(_written(gain) for gain in gains)]


def _written(gain: Found) -> str:
    return f"{gain.recall:+.1f} / {gain.accuracy:+.1f} / {gain.kappa:+.1f}"


def _last(gains: list[list[Found]]) -> list[list[str]]:
    """Return the rows of the means and of the worst, each value for itself."""
    columns = list(zip(*gains, strict=True))
    means = [_written(_mean(list(column))) for column in columns]
    worst = [_written(Found(*map(min, zip(*column, strict=True)))) for column in columns]
    blank = [""] * 4
    return [["**mean**", *blank, *means], ["worst", *blank, *worst]]


def _show(preset: str, names: list[str], found: dict[Cell, Found]) -> None:
    def at(name: str, power: float) -> Found:
        return _mean([found[name, preset, power, seed] for seed in SEEDS])

    gains = [[_points(at(name, power), at(name, 0.0)) for power in POWERS] for name in names]
    rows = [_row(name, at(name, 0.0), gain) for name, gain in zip(names, gains, strict=True)]
    head = [*HEAD, *(f"{power:g}: recall / accuracy / kappa" for power in POWERS)]
    print(f"\n`{preset}`\n")
    print(table(head, rows + _last(gains)))


def main() -> None:
    """Run all cells, as many at a time as there are cores, and print a table per preset."""
    names = [name for name in streams() if rare(labels(name))]
    cells = [
        (name, preset, power, seed)
        for name in names
        for preset in PRESETS
        for power in (0.0, *POWERS)
        for seed in SEEDS
    ]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(cells, pool.map(run, cells), strict=True))
    print(machine())
    print("recall and precision: means over the rare classes; differences in points")
    for preset in PRESETS:
        _show(preset, names, found)


if __name__ == "__main__":
    main()
