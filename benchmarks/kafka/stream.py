"""What is sent: samples of ten numbers, and the answers that train a model on them."""

import random
from collections.abc import Iterator

import msgspec

Row = dict[str, float]

NAMES = [f"feature_{i}" for i in range(10)]
CLASSES = ("down", "up")

_encode = msgspec.json.Encoder().encode


def rows(count: int, seed: int) -> Iterator[Row]:
    """Yield rows that a linear model can learn."""
    made = random.Random(seed)
    for _ in range(count):
        yield {name: round(made.gauss(0, 1), 5) for name in NAMES}


def sample(name: str, row: Row) -> bytes:
    """Return a record of `samples`, of about 240 bytes."""
    return _encode({"id": name, "features": row})


def answer(name: str, row: Row) -> bytes:
    """Return a record of `labels` that nobody asked for."""
    return _encode({"sample_id": name, "label": CLASSES[sum(row.values()) > 0], "features": row})
