"""The examples kept, and how far samples are from each of them."""

import numpy as np
from numpy.typing import NDArray

from streamal.core.surroundings.encoded import Columns, Encoded
from streamal.core.surroundings.layout import Batch, Floats
from streamal.core.surroundings.scale import STEPS, Scale
from streamal.core.surroundings.slots import Slots

KEPT = 200
"""So many of the examples learned last are neighbours."""

EARLY, PERIOD = 20, 10
"""The scale is measured anew at each of the first examples, then at every tenth."""

CATEGORIES, WORDS = 512, 8192
"""So many different categories and words are told apart; the others are unknown."""

TEXT = 4.0
"""The squared distance, in squared spreads, of texts that have no word in common."""

_SQUARE = float(STEPS * STEPS)


class Kept:
    """A ring of the last examples: numbers, categories and words.

    Two numbers that differ by a spread are at a squared distance of 1, two categories
    that differ at 2, as numbers drawn independently are in the mean; texts as 1 less the
    cosine of their sets of words says, times `TEXT`.
    """

    def __init__(self) -> None:
        self.learned = 0
        self._scale = Scale()
        self._raw = np.zeros((KEPT, 0))
        self._numbers = np.zeros((KEPT, 0))
        self._slots, self._words = Slots(CATEGORIES), Slots(WORDS)
        self._held: list[list[int]] = [[] for _ in range(KEPT)]
        self._held_words: list[list[int]] = [[] for _ in range(KEPT)]
        self._table = np.zeros((KEPT, 0))
        self._lines: NDArray[np.int16] = np.zeros((1, KEPT), dtype=np.int16)
        self._norms = np.zeros(KEPT)
        self._pairs = np.zeros(KEPT)
        self._lengths = np.zeros(KEPT)

    def __len__(self) -> int:
        return min(self.learned, KEPT)

    def encode(self, batch: Batch) -> Encoded:
        """Return a batch in coordinates."""
        return Encoded(batch, self._scale, self._slots, self._words)

    def add(self, batch: Batch) -> None:
        """Keep one example instead of the oldest."""
        at = self.learned % KEPT
        self.learned += 1
        self._widen(batch.numbers.shape[1])
        self._raw[at] = batch.numbers[0]
        if batch.categories is not None:
            self._hold(at, batch.categories[0])
        if batch.words is not None:
            self._hold_words(at, batch.words[0])
        if self.learned <= EARLY or self.learned % PERIOD == 0:
            self._scale.fit(self._raw[: len(self)])
            self._place(np.arange(len(self)))
        else:
            self._place(np.array([at]))

    def _widen(self, width: int) -> None:
        more = width - self._raw.shape[1]
        if more:
            self._raw = np.pad(self._raw, ((0, 0), (0, more)), constant_values=np.nan)
            self._numbers = np.pad(self._numbers, ((0, 0), (0, more)))

    def _place(self, places: NDArray[np.intp]) -> None:
        self._numbers[places] = found = self._scale.coordinates(self._raw[places])
        self._norms[places] = np.add.reduce(found * found, axis=1)

    def _hold(self, at: int, categories: list[str]) -> None:
        self._table[at, self._held[at]] = 0.0
        self._slots.release(self._held[at])
        self._held[at] = held = self._slots.hold(categories)
        more = len(self._slots) - self._table.shape[1]
        if more > 0:
            self._table = np.pad(self._table, ((0, 0), (0, more)))
        self._table[at, held] = 1.0
        self._pairs[at] = len(categories)

    def _hold_words(self, at: int, words: list[str]) -> None:
        self._lines[self._held_words[at], at] = 0
        self._words.release(self._held_words[at])
        self._held_words[at] = held = self._words.hold(words)
        while len(self._words) >= len(self._lines):
            self._lines = np.concatenate([self._lines, np.zeros_like(self._lines)])
        self._lines[held, at] = 1
        self._lengths[at] = len(words)

    def distances(self, encoded: Encoded) -> Floats:
        """Return (n, kept) squared distances, in squared spreads."""
        kept, numbers = len(self), encoded.numbers
        own = np.add.reduce(numbers * numbers, axis=1)
        apart = numbers @ self._numbers[:kept].T
        apart *= -2.0
        apart += own[:, None]
        apart += self._norms[:kept]
        apart /= _SQUARE
        if encoded.categories.found:
            apart += self._mismatches(encoded.categories, kept)
        if encoded.words.found:
            apart += TEXT * (1.0 - self._cosines(encoded.words, kept))
        return apart

    def _mismatches(self, categories: Columns, kept: int) -> Floats:
        """Return 2 for each category of one that the other has not: whole numbers."""
        table = np.zeros((len(categories.found), self._table.shape[1]))
        for row, columns in enumerate(categories.found):
            table[row, columns] = 1.0
        both = table @ self._table[:kept].T
        most: Floats = np.maximum(categories.sizes[:, None], self._pairs[:kept])
        return 2.0 * (most - both)

    def _cosines(self, words: Columns, kept: int) -> Floats:
        both = np.zeros((len(words.found), kept))
        for row, columns in enumerate(words.found):
            if columns:
                np.add.reduce(self._lines[columns, :kept], axis=0, out=both[row])
        size = np.maximum(words.sizes[:, None] * self._lengths[:kept], 1.0)
        cosines: Floats = both / np.sqrt(size)
        return cosines
