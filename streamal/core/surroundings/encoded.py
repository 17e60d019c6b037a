"""A batch in the coordinates of the examples kept."""

import numpy as np

from streamal.core.surroundings.layout import Batch, Floats, Tokens
from streamal.core.surroundings.scale import Scale
from streamal.core.surroundings.slots import Slots


class Columns:
    """What a batch has of categories, or of words.

    Attributes
    ----------
    found
        Per row the columns of the tokens that a kept example has; empty without any.
    sizes
        (n,) how many tokens each row has, known or not.
    """

    __slots__ = ("found", "sizes")

    def __init__(self, tokens: Tokens, slots: Slots, rows: int) -> None:
        self.found: list[list[int]] = []
        self.sizes = np.zeros(rows)
        if tokens is not None:
            self.found = [slots.find(row) for row in tokens]
            self.sizes = _sizes(tokens)

    def unknown(self) -> Floats:
        """Return per row the share of its tokens that no kept example has; 0 without any."""
        if not self.found:
            return self.sizes
        shares: Floats = (self.sizes - _sizes(self.found)) / np.maximum(self.sizes, 1.0)
        return shares


class Encoded:
    """A batch in coordinates: (n, d) whole numbers, and the columns of its tokens."""

    __slots__ = ("categories", "numbers", "words")

    def __init__(self, batch: Batch, scale: Scale, categories: Slots, words: Slots) -> None:
        self.numbers = scale.coordinates(batch.numbers)
        rows = len(self.numbers)
        self.categories = Columns(batch.categories, categories, rows)
        self.words = Columns(batch.words, words, rows)


def _sizes(rows: list[list[int]] | list[list[str]]) -> Floats:
    return np.array([*map(len, rows)], dtype=np.float64)
