"""Run as a module: prints a digest per preset, for other processes to compare."""

import json
import sys
from hashlib import blake2b

from streamal.learners.model import Model
from streamal.learners.port import Features
from streamal.learners.presets import PRESETS, make

Example = tuple[Features, str]

WORDS = "refund card cash fee limit abroad pin lost rate top-up".split()
LENGTH = 120
COLOURS = ("red", "green", "blue")


def stream(length: int) -> list[Example]:
    """Numbers, booleans, categories and texts, five classes, some features missing."""
    return [(_features(i), f"class {i * i % 11 % 5}") for i in range(length)]


def _features(i: int) -> Features:
    words = " ".join(WORDS[(i * step) % 10] for step in (1, 3, 7))
    row = {"size": i * 37 % 101 / 7, "share": i % 13 / 13, "is_new": i % 2 == 0}
    return {**row, "colour": COLOURS[i * i % 3], **({"text": words} if i % 5 else {})}


def digests(length: int) -> dict[str, str]:
    """Preset to a digest of all bits that a model answers after learning the stream."""
    return {preset: _digest(preset, stream(length)) for preset in PRESETS}


def _digest(preset: str, examples: list[Example]) -> str:
    model = Model(make(preset, seed=7), {})
    for row, label in examples:
        assert model.learn(row, label) is None
    answers = model.predict([row for row, _ in examples[:40]])
    return blake2b(repr(answers).encode(), digest_size=8).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"digests": digests(LENGTH), "salted": hash("salt")}))
