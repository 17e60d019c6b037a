"""How long does a prediction take, by the size of the batch?

    make bench BENCH=predict

Preset `linear`, two classes, trained on 2,000 made rows: µs a row for the guard of feature types
and the prediction together; then for one example learned and one row predicted in turn.
"""

import random
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter

import msgspec

from benchmarks.report import machine, table
from streamal.learners.featuretypes import Raw
from streamal.learners.model import Model
from streamal.learners.presets import make

SIZES = (1, 8, 64, 500)
KINDS = ("numbers", "mixed", "text")
TRAINING = 2_000
# Each figure is the best of so many runs over so many rows.
RUNS = 15
ROWS = 2_000
WORDS = [f"word{i}" for i in range(300)]


def main() -> None:
    """Print the report."""
    print(machine())
    rows = [(kind, *_figures(kind)) for kind in KINDS]
    print(table(("rows of", *(f"{size} at once" for size in SIZES), "learn + 1"), rows))


def row_of(kind: str, dice: random.Random) -> Raw:
    """Return ten numbers, or six numbers and four categories, or four numbers and a text."""
    numbers = {"numbers": 10, "mixed": 6, "text": 4}[kind]
    row: dict[str, float | str] = {f"number {i}": dice.gauss(i, i + 1) for i in range(numbers)}
    if kind == "mixed":
        row |= {f"category {i}": dice.choice(WORDS[: 5 * i + 2]) for i in range(4)}
    if kind == "text":
        row["text"] = " ".join(dice.choices(WORDS, k=12))
    # As they come from a topic: decoded.
    return msgspec.json.decode(msgspec.json.encode(row), type=dict[str, float | str])


def _figures(kind: str) -> list[str]:
    dice = random.Random(7)
    model = Model(make("linear", seed=7), {})
    examples = [row_of(kind, dice) for _ in range(TRAINING)]
    for row in examples:
        model.learn(row, "yes" if float(row["number 1"] or 0) > 1 else "no")
    rows = [row_of(kind, dice) for _ in range(ROWS)]
    figures = [_best(partial(_predict, model, rows, size)) for size in SIZES]
    figures.append(_best(partial(_in_turn, model, rows)))
    return [f"{took / ROWS * 1e6:.2f}" for took in figures]


def _best(run: Callable[[], None]) -> float:
    took = []
    for _ in range(RUNS):
        began = perf_counter()
        run()
        took.append(perf_counter() - began)
    return min(took)


def _predict(model: Model, rows: Sequence[Raw], size: int) -> None:
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        model.refusals(batch)
        model.predict(batch)


def _in_turn(model: Model, rows: Sequence[Raw]) -> None:
    for row in rows:
        model.learn(row, "yes")
        model.predict([row])


if __name__ == "__main__":
    main()
