"""Do modifiers pay? Junk with and without the guard, and each modifier alone, paired.

    make bench BENCH=modifiers                # the streams that river brings along
    make bench BENCH=modifiers DATA=FOLDER    # every CSV of a folder

A tenth of the rows is junk, by keyed draws, of four kinds drawn alike: *far* (each number 3
to 10 spreads off its mean), *uniform* (each over three times its range), *shuffled* (each
feature of another row; of a text each word), *garbled* (numbers as in shuffled). Strings
are random characters but in shuffled rows. People answer `rejected` to junk and the truth
to the rest at once. Accuracy is prequential, over the rows that are no junk.
"""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from statistics import mean, pstdev
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.report import machine, table
from benchmarks.streams import streams
from streamal import Sampler
from streamal.core.draw import draw
from streamal.core.records import Features, Value
from streamal.core.surroundings import ModifierSpec, Surroundings

ROWS = int(os.environ.get("ROWS", "4000"))
SEEDS = range(int(os.environ.get("SEEDS", "2")))
PRESETS = ("linear", "tree")
RATES = (0.1, 0.02)
NONE = {"guard": 0.0}
GUARD = {"guard": 1.0}
MODIFIERS = {
    "novelty ¼": {**NONE, "novelty": 0.25},
    "novelty 1": {**NONE, "novelty": 1.0},
    "density ¼": {**NONE, "density": 0.25},
    "density 1": {**NONE, "density": 1.0},
    "both ¼": {**NONE, "novelty": 0.25, "density": 0.25},
}
KINDS = ("far", "uniform", "shuffled", "garbled")
SHARE = 0.1
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

Labelled = tuple[Features, str | None]


class Cell(NamedTuple):
    """One run."""

    stream: str
    seed: int
    preset: str
    rate: float
    is_junked: bool
    modifiers: tuple[tuple[str, float], ...]


class Found(NamedTuple):
    """Accuracy, and junk's share of the requests by its share of the stream."""

    accuracy: float
    junk: float


class Dice:
    """Keyed draws for one row."""

    def __init__(self, seed: int, row: int) -> None:
        self._seed, self._row, self._drawn = seed, row, 0

    def between(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        self._drawn += 1
        return low + (high - low) * draw(self._seed, "junk", f"{self._row}/{self._drawn}")

    def below(self, count: int) -> int:
        """Return a whole number from 0, less than count."""
        return int(self.between(0, count))

    def word(self) -> str:
        """Return three to ten random characters."""
        return "".join(LETTERS[self.below(len(LETTERS))] for _ in range(3 + self.below(8)))


class Junk:
    """Turns rows of a stream into junk."""

    def __init__(self, rows: list[Labelled], seed: int) -> None:
        self._rows = rows
        self._seed = seed
        self._numbers: dict[str, list[float]] = {}
        for features, _ in rows:
            for name, value in features.items():
                if not (value is None or isinstance(value, str)):
                    self._numbers.setdefault(name, []).append(float(value))
        self._shape = {name: (mean(v), pstdev(v)) for name, v in self._numbers.items()}

    def injected(self) -> list[Labelled]:
        """Return the rows, a tenth of them junk, which has no label."""
        return [self._maybe(at, row) for at, row in enumerate(self._rows)]

    def _maybe(self, at: int, row: Labelled) -> Labelled:
        dice = Dice(self._seed, at)
        if dice.between(0, 1) >= SHARE:
            return row
        kind = KINDS[dice.below(len(KINDS))]
        return {
            name: None if value is None else self._cell(kind, name, value, dice)
            for name, value in row[0].items()
        }, None

    def _cell(self, kind: str, name: str, value: Value, dice: Dice) -> Value:
        if isinstance(value, str):
            return self._string(kind, name, value, dice)
        return self._number(kind, name, dice)

    def _number(self, kind: str, name: str, dice: Dice) -> float:
        mean_, spread = self._shape[name]
        if kind == "far":
            side = 1 if dice.below(2) else -1
            return mean_ + side * dice.between(3, 10) * spread
        known = self._numbers[name]
        if kind == "uniform":
            low, high = min(known), max(known)
            return dice.between(2 * low - high, 2 * high - low)
        return known[dice.below(len(known))]

    def _string(self, kind: str, name: str, value: str, dice: Dice) -> str:
        size = max(1, len(value.split()))
        if kind != "shuffled":
            return " ".join(dice.word() for _ in range(size))
        return " ".join(self._other(name, dice, size > 1) for _ in range(size))

    def _other(self, name: str, dice: Dice, is_word: bool) -> str:
        other = str(self._rows[dice.below(len(self._rows))][0].get(name, ""))
        words = other.split() if is_word else [other]
        return words[dice.below(len(words))] if words else ""


def run(cell: Cell) -> Found:
    """Decide on a stream; answer every request at once."""
    rows: list[Labelled] = [
        ({**row.features}, row.label) for row in islice(streams()[cell.stream](), ROWS)
    ]
    if cell.is_junked:
        rows = Junk(rows, cell.seed).injected()
    sampler = Sampler(
        budget=cell.rate, model=cell.preset, seed=cell.seed, modifiers=dict(cell.modifiers)
    )
    right, asked = 0, []
    for features, label in rows:
        decision = sampler.decide(features)
        right += label is not None and decision.label == label
        if decision.route == "request":
            asked.append(label is None)
            if label is None:
                sampler.teach(decision, outcome="rejected")
            else:
                sampler.teach(decision, label)
    junk = sum(label is None for _, label in rows)
    share = mean(asked) / (junk / len(rows)) if junk else 0.0
    return Found(100 * right / (len(rows) - junk), share)


def cells() -> list[Cell]:
    """Return all runs."""
    found = []
    for name in streams():
        for seed in SEEDS:
            for preset in PRESETS:
                first = (name, seed, preset)
                found += [
                    Cell(*first, 0.1, j, _key(m)) for j in (False, True) for m in (NONE, GUARD)
                ]
                alone = [NONE, *MODIFIERS.values()]
                found += [Cell(*first, rate, False, _key(m)) for rate in RATES for m in alone]
    return list(dict.fromkeys(found))


def _key(modifiers: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(modifiers.items())


Runs = Mapping[Cell, Found]


def junk_table(runs: Runs, preset: str) -> str:
    """Return the shares of junk without and with the guard, and what it changes."""
    rows = []
    for name in streams():
        line = []
        for modifiers in (NONE, GUARD):
            of = [runs[Cell(name, s, preset, 0.1, True, _key(modifiers))] for s in SEEDS]
            line += [mean(one.junk for one in of), mean(one.accuracy for one in of)]
        clean = _gain(runs, name, preset, 0.1, GUARD)
        rows.append((name, line[0], line[2], line[3] - line[1], clean))
    return _figures(("stream", "junk, no guard", "guard", "points, junk", "points, clean"), rows)


def gain_table(runs: Runs, preset: str, rate: float) -> str:
    """Return the points that each modifier gains or costs on clean streams."""
    rows = [
        (name, *(_gain(runs, name, preset, rate, m) for m in MODIFIERS.values()))
        for name in streams()
    ]
    return _figures(("stream", *MODIFIERS), rows)


def _gain(runs: Runs, name: str, preset: str, rate: float, modifiers: Mapping[str, float]) -> float:
    """Return the mean difference to the same run without modifiers."""
    pairs = [
        [runs[Cell(name, seed, preset, rate, False, _key(m))].accuracy for m in (modifiers, NONE)]
        for seed in SEEDS
    ]
    return mean(with_it - without for with_it, without in pairs)


def _figures(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    rows = [*rows, ("**mean**", *map(mean, columns))]
    rows += [("least", *map(min, columns)), ("most", *map(max, columns))]
    shown = [f"{{:{'+.1f' if 'points' in name or len(head) == 6 else '.2f'}}}" for name in head]
    return table(head, [(row[0], *map(str.format, shown[1:], row[1:])) for row in rows])


def cost_table() -> str:
    """Return the microseconds that a sample's factors take, the guard awake."""
    rows = []
    for width in (10, 40):
        made = [_made(at, width) for at in range(730)]
        around = Surroundings(ModifierSpec(guard=1.0))
        for features in made[:220]:
            around.learn(features, "a")
        for features in made[220:230]:
            around.reject(features)
        times = [f"{_microseconds(around, made[230:], size):.1f}" for size in (1, 4, 64, 500)]
        rows.append((str(width), *times))
    return table(("numbers", "batches of 1", "4", "64", "500"), rows)


def _made(at: int, width: int) -> Features:
    return {f"x{i}": draw(1, str(i), str(at)) for i in range(width)}


def _microseconds(around: Surroundings, rows: Iterable[Features], size: int) -> float:
    batch = list(islice(rows, size))
    best = float("inf")
    for _ in range(30):
        began = perf_counter()
        around.factors(batch)
        best = min(best, perf_counter() - began)
    return best / size * 1e6


def main() -> None:
    """Run all cells, two at a time, and print the tables."""
    todo = cells()
    with ProcessPoolExecutor(2) as pool:
        runs = dict(zip(todo, pool.map(run, todo), strict=True))
    print(machine())
    print(cost_table())
    for preset in PRESETS:
        print(f"\n## {preset}: junk, 10 % of the labels\n\n{junk_table(runs, preset)}")
        for rate in RATES:
            print(f"\n## {preset}: points, {rate:.0%} of the labels\n")
            print(gain_table(runs, preset, rate))


if __name__ == "__main__":
    main()
