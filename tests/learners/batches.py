"""Made batches: large enough to be read by columns, with every kind of row among them."""

import random
from collections.abc import Callable, Sequence

from streamal.learners.port import Features, Value
from tests.contracts.learner import AWKWARD, Example

# Declared for every test that uses these rows.
TYPES = {"zip": "category"}

_MIXED: Sequence[Value] = [1.5, "one", True]
Draw = Callable[[random.Random], Value]
_DRAWS: dict[str, Draw] = {
    "x": lambda dice: dice.gauss(3, 2),
    "y": lambda dice: dice.choice([0.1, 1e300, -1e308, 5e-324, dice.random()]),
    "is_new": lambda dice: dice.random() < 0.5,
    "count": lambda dice: dice.randrange(-3, 2**62),
    "colour": lambda dice: dice.choice(["red", "blue", "", f"shade {dice.random()}"]),
    "zip": lambda dice: dice.choice([1, 8001.0, True]),
    "mixed": lambda dice: dice.choice(_MIXED),
    "text": lambda dice: " ".join(dice.choices("an old red bike is not new".split(), k=3)),
    "constant": lambda _: 7.0,
    "colour=red": lambda dice: dice.random(),
    "\0": lambda dice: dice.random(),
}
_SHAPES: Sequence[Sequence[str]] = [
    ("x", "y", "is_new"),
    ("x", "count", "colour", "constant"),
    ("x", "zip"),
    ("colour", "x"),
    ("x", "colour"),
    ("x", "mixed"),
    ("x", "text", "colour"),
    ("x", "colour=red"),
    ("x", "colour=red", "colour"),
    ("x", "\0"),
    (),
]


def examples(dice: random.Random, count: int, classes: int) -> list[Example]:
    """Return labelled rows, and some `AWKWARD` ones."""
    rows = [_row(dice) for _ in range(count)] + dice.sample(AWKWARD, 3)
    return [(row, f"class {dice.randrange(classes)}") for row in rows]


def batch(dice: random.Random) -> list[Features]:
    """Return a few hundred rows of the shapes above and `AWKWARD` ones, in any order."""
    rows = [_row(dice) for _ in range(300)] + AWKWARD
    dice.shuffle(rows)
    return rows


def _row(dice: random.Random) -> Features:
    return {name: _DRAWS[name](dice) for name in dice.choice(_SHAPES)}
