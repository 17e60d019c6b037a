"""Do auto-labels keep their promise, what do they cover, and what would a fixed threshold do?

    make bench BENCH=guarantees                          # streams that anybody has
    make bench BENCH=guarantees DATA=FOLDER              # and the CSVs of a folder
    make bench BENCH=guarantees ARGS="--seeds 5 --presets linear,tree --cache FOLDER"

Each cell is one simulation at a tenth of the labels, audits among them, over the first
20,000 rows. Beside it, on the same predictions: a fixed threshold at the target, and the
oracle's, the lowest that all labels together show to be right often enough.
"""

import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby, islice, product
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.report import machine, table
from benchmarks.streams import streams
from streamal.app import simulation_of
from streamal.lab.row import Row
from streamal.lab.study import Study
from streamal.settings import load

ROWS = 20_000
TARGETS = (0.95, 0.9)
PRESETS = ("linear", "tree", "bayes", "ensemble")
FILES = ("elec2", "phishing", "sms_spam", "occupancy", "adult_income", "arabic_digits")
MADE = ("sea", "agrawal")
NEAR = 0.005
"""Half a point: so far may a run be off its target."""
SHORT = 10_000
"""Streams with fewer rows are told apart."""


class Cell(msgspec.Struct, frozen=True, order=True):
    """What one simulation is asked."""

    stream: str
    preset: str
    target: float
    seed: int
    is_strict: bool = False


class Found(msgspec.Struct, frozen=True):
    """What came of it; shares are of the rows, `first` is the row of the first auto-label."""

    rows: int
    labelled: int
    right: int
    oracle: float
    fixed: int
    fixed_right: int
    audits: int
    first: int | None = None
    first_audits: int | None = None

    @property
    def precision(self) -> float:
        """Of the auto-labels; 1 without any."""
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def coverage(self) -> float:
        """The part of the rows that was labelled."""
        return self.labelled / self.rows


class Line(msgspec.Struct, frozen=True):
    """One line of the cache."""

    cell: Cell
    found: Found


class Made:
    """A stream that river makes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def count(self) -> int:
        """Return how many rows there are."""
        return ROWS

    def __iter__(self) -> Iterator[Row]:
        """Make them."""
        from river.datasets import synth

        sea = synth.SEA(variant=0, seed=1, noise=0.1)
        made = sea if self.name == "sea" else synth.Agrawal(classification_function=0, seed=1)
        for i, (features, label) in enumerate(made.take(ROWS)):
            plain = {
                str(name): value if isinstance(value, str) else float(value)
                for name, value in features.items()
            }
            yield Row(number=i, id=f"{self.name}-{i}", features=plain, label=str(label))


def names() -> list[str]:
    """Return the streams at hand."""
    return [*(name for name in streams() if name in FILES), *MADE]


def run(cell: Cell) -> Found:
    """Return what one simulation found."""
    made = cell.stream in MADE

    def opened() -> Iterator[Row]:
        return iter(Made(cell.stream) if made else streams()[cell.stream]())

    given = {
        "model.preset": cell.preset,
        "model.seed": cell.seed,
        "auto_label.target_precision": cell.target,
        "auto_label.strict": cell.is_strict,
    }
    stream = Made(cell.stream) if made else streams()[cell.stream]()
    with TemporaryDirectory() as folder:
        decisions = Path(folder, "decisions")
        study = Study("0.1", limit=ROWS, decisions=decisions)
        simulation_of(load(None, {}, given), {}, stream, study)
        lines = [msgspec.json.decode(line) for line in decisions.read_bytes().splitlines()]
    truth = [row.label for row in islice(opened(), ROWS)]
    return _found(lines, truth, cell.target)


def _found(lines: list[dict[str, object]], truth: Sequence[str | None], target: float) -> Found:
    guesses = [(float(str(line["confidence"])), line["label"] == label)
               for line, label in zip(lines, truth, strict=True)]  # fmt: skip
    labelled = [i for i, line in enumerate(lines) if line["route"] == "auto_label"]
    fixed = [right for confidence, right in guesses if confidence >= target]
    audits = [i for i, line in enumerate(lines) if line["reason"] in ("audit", "exploration")]
    first = labelled[0] if labelled else None
    return Found(
        rows=len(lines),
        labelled=len(labelled),
        right=sum(guesses[i][1] for i in labelled),
        oracle=oracle(guesses, target),
        fixed=len(fixed),
        fixed_right=sum(fixed),
        audits=len(audits),
        first=first,
        first_audits=None if first is None else sum(i < first for i in audits),
    )


def oracle(guesses: list[tuple[float, bool]], target: float) -> float:
    """Return the part above the lowest threshold that is right often enough.

    Examples
    --------
    >>> oracle([(0.9, True), (0.8, False), (0.7, True), (0.7, True)], 0.75)
    1.0
    >>> oracle([(0.9, True), (0.8, False), (0.7, True), (0.6, False)], 0.9)
    0.25
    """
    best = count = right = 0
    for _, group in groupby(sorted(guesses, reverse=True), key=lambda guess: guess[0]):
        found = [is_right for _, is_right in group]
        count, right = count + len(found), right + sum(found)
        if right >= target * count:
            best = count
    return best / len(guesses)


def outcomes(cells: list[Cell], folder: Path | None, workers: int) -> dict[Cell, Found]:
    """Run what is not known yet; a folder keeps it, so that a stopped run goes on."""
    path = None if folder is None else folder / "guarantees.jsonl"
    known: dict[Cell, Found] = {}
    if path is not None and path.exists():
        lines = (msgspec.json.decode(one, type=Line) for one in path.read_bytes().splitlines())
        known = {line.cell: line.found for line in lines}
    missing = [cell for cell in cells if cell not in known]
    with ProcessPoolExecutor(workers) as pool:
        running = {pool.submit(run, cell): cell for cell in missing}
        for done in as_completed(running):
            cell = running[done]
            known[cell] = done.result()
            if path is not None:
                with path.open("ab") as file:
                    file.write(msgspec.json.encode(Line(cell, known[cell])) + b"\n")
    return {cell: known[cell] for cell in cells}


def share(flags: Sequence[bool]) -> float | None:
    """Return the part that holds; None of nothing."""
    return sum(flags) / len(flags) if flags else None


def _ratio(found: Sequence[Found], fixed: bool = False) -> float | None:
    """Return what was covered over what the oracle covers, where that is 10 % or more."""
    counted = [one for one in found if one.oracle >= 0.1]
    most = sum(one.oracle * one.rows for one in counted)
    if not most:
        return None
    return sum(one.fixed if fixed else one.labelled for one in counted) / most


def _row(name: str, target: float, found: list[Found]) -> list[str]:
    labelled = [one for one in found if one.labelled]
    fixed = sum(one.fixed_right for one in found) / max(1, sum(one.fixed for one in found))
    first = [one.first for one in labelled if one.first is not None]
    used = [one.first_audits for one in labelled if one.first_audits is not None]
    return [
        name,
        f"{target:g}",
        f"{len(labelled)} / {len(found)}",
        _percent(min((one.precision for one in labelled), default=None)),
        _percent(mean(one.precision for one in labelled) if labelled else None),
        _percent(mean(one.coverage for one in found)),
        _percent(mean(one.oracle for one in found)),
        f"{median(first):.0f} / {median(used):.0f}" if first else "",
        f"{_percent(fixed)} / {_percent(mean(one.fixed / one.rows for one in found))}",
    ]


HEAD = ("stream, preset", "target", "runs that label", "worst precision", "mean precision",
        "coverage", "oracle's", "first at row / audits",
        "fixed p ≥ target: precision / coverage")  # fmt: skip


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _gates(target: float, found: list[Found]) -> list[list[str]]:
    large = [one for one in found if one.coverage >= 0.02]
    some = [one for one in found if one.labelled]
    fixed = [one for one in found if one.fixed >= 0.02 * one.rows]
    overall = sum(one.right for one in some) / max(1, sum(one.labelled for one in some))
    least = {0.95: 0.4, 0.9: 0.6}[target]
    kept = [one.precision >= target - NEAR for one in large]
    kept_some = [one.precision >= target - NEAR for one in some]
    kept_fixed = [one.fixed_right >= (target - NEAR) * one.fixed for one in fixed]
    long = _ratio([one for one in found if one.rows >= SHORT])
    short = _ratio([one for one in found if one.rows < SHORT])
    return [
        _gate(target, f"precision kept, of {len(large)} runs over 2 % of rows", share(kept), 0.95),
        _gate(target, f"precision kept, of {len(some)} runs that label", share(kept_some), 0.9),
        _gate(target, "precision of all auto-labels", overall if some else None, target),
        _gate(target, "coverage over the oracle's", long, least),
        _gate(target, f"the same under {SHORT:,} rows", short, None),
        _gate(target, "fixed p ≥ target: precision kept over 2 %", share(kept_fixed), None),
        _gate(target, "fixed p ≥ target: coverage over the oracle's", _ratio(found, True), None),
    ]


def _gate(target: float, what: str, value: float | None, least: float | None) -> list[str]:
    told = "" if least is None else f"≥ {least:.0%}"
    held = "" if least is None or value is None else ("met" if value >= least else "not met")
    return [f"{target:g}", what, _percent(value), told, held]


def show(found: dict[Cell, Found]) -> None:
    """Print a table of the cells and one of the gates."""
    groups: dict[tuple[str, float], list[Found]] = {}
    for cell, one in found.items():
        groups.setdefault((f"{cell.stream}, {cell.preset}", cell.target), []).append(one)
    print(table(HEAD, [_row(name, target, group) for (name, target), group in groups.items()]))
    print()
    gates = [
        gate
        for target in TARGETS
        for gate in _gates(target, [one for cell, one in found.items() if cell.target == target])
    ]
    print(table(("target", "gate", "seen", "needed", ""), gates))


def main() -> None:
    """Run all cells, as many at a time as there are cores, and print both tables."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=3, help="of draws and models, from 0")
    options.add_argument("--presets", default=",".join(PRESETS))
    options.add_argument("--streams", default=",".join(names()))
    options.add_argument("--strict", action="store_true", help="certify by the plain theorem")
    options.add_argument("--cache", type=Path, help="folder that keeps what was run")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = options.parse_args()
    grid = product(asked.streams.split(","), asked.presets.split(","), TARGETS, range(asked.seeds))
    cells = [Cell(*one, is_strict=asked.strict) for one in grid]
    print(machine())
    show(outcomes(cells, asked.cache, asked.workers))


if __name__ == "__main__":
    main()
