"""A made stream of any length: samples with a learnable label, and poison among them."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

POISON: tuple[bytes | None, ...] = (
    None,
    b"",
    b"not json",
    b"\xff\xfe\x00",
    b'{"features": {"x": NaN}}',
    b'{"features": {"x": [1]}}',
    b'{"features": {}}',
    b"[" * 10_000,
    b"[1, 2]",
    b"x" * 200_000,
)
"""Records of `samples` that are none, each in its own way."""

POISONED = 0.03
"""Share of records that are poison."""


class Stream:
    """Draws one record after the other from a seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(f"{seed}/stream")
        self.sent = 0

    def record(self) -> tuple[bytes, bytes | None, bool]:
        """Return the next key and value, and whether that is poison."""
        self.sent += 1
        # An id may come again: ids are the users', and nothing may hang on them.
        key = f"s-{self.sent - self._random.randrange(2) * (self.sent % 50 == 0)}"
        if self._random.random() < POISONED:
            return key.encode(), self._random.choice(POISON), True
        return key.encode(), self._sample(key), False

    def _sample(self, key: str) -> bytes:
        x, y = self._random.gauss(0, 1), self._random.gauss(0, 1)
        features = {"x": round(x, 4), "y": round(y, 4), "c": self._random.choice("abc")}
        payload = {"text": "é" * self._random.randrange(40)}
        return json.dumps({"id": key, "features": features, "payload": payload}).encode()


def truth(features: Mapping[str, Any]) -> str:
    """Return the label of a sample: which side of a line it lies on."""
    return "up" if features["x"] + features["y"] > 0 else "down"
