"""The last labelled examples, for the members that go back to them."""

import numpy as np

from streamal.learners.ensemble.batch import NO_TEXT, Batch, Text
from streamal.learners.ensemble.encoder import Encoder
from streamal.learners.ensemble.exact import Floats, Integers, Whole

# Kept numbers are standardised anew once so many times more examples were learned: the scale
# of a few examples moves fast, that of many hardly.
_RENEWED = 1.1


class Memory:
    """A ring of examples: the newest takes the place of the oldest.

    Parameters
    ----------
    size
        How many are kept.

    Attributes
    ----------
    raw, steps, tokens, texts
        As of a `Batch`, a row per place.
    labels, weights
        The number of the class, and the weight, per place: weights are multiples of 1 / 1024
        so that their sums are exact.
    count
        How many examples were learned so far.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.count = 0
        self.raw: Floats = np.zeros((size, 0))
        self.steps: Whole = np.zeros((size, 0))
        self.tokens: Integers = np.zeros((size, 0), dtype=np.int64)
        self.texts: list[Text] = []
        self.labels: Integers = np.zeros(size, dtype=np.int64)
        self.weights: Floats = np.zeros(size)
        self._renew_at = 0.0

    @property
    def kept(self) -> int:
        """How many examples are there: places 0 to this."""
        return min(self.count, self.size)

    def learn(self, example: Batch, label: int, weight: float, encoder: Encoder) -> None:
        """Take in one example, as a batch of one row."""
        self._widen(example)
        place = self.count % self.size
        self.count += 1
        self.raw[place], self.tokens[place] = example.raw[0], example.tokens[0]
        self.steps[place] = example.steps[0]
        self.labels[place], self.weights[place] = label, _rounded(weight)
        if example.texts:
            self.texts += [NO_TEXT] * (self.kept - len(self.texts))
            self.texts[place] = example.texts[0]
        if self.count >= self._renew_at:
            self.steps[: self.kept] = encoder.steps(self.raw[: self.kept])
            self._renew_at = self.count * _RENEWED

    def batch(self, places: Integers) -> Batch:
        """Return the examples at places."""
        texts = [self.texts[place] for place in places.tolist()] if self.texts else []
        return Batch(self.raw[places], self.steps[places], self.tokens[places], texts)

    def last(self, count: int) -> Integers:
        """Return the places of the last examples, newest first."""
        ages = np.arange(min(count, self.kept))
        return (self.count - 1 - ages) % self.size

    def _widen(self, example: Batch) -> None:
        """Give a new name its column: no kept example has it."""
        more = example.raw.shape[1] - self.raw.shape[1]
        if more:
            self.raw = np.pad(self.raw, ((0, 0), (0, more)), constant_values=np.nan)
            self.steps = np.pad(self.steps, ((0, 0), (0, more)))
        more = example.tokens.shape[1] - self.tokens.shape[1]
        if more:
            self.tokens = np.pad(self.tokens, ((0, 0), (0, more)))


def _rounded(weight: float) -> float:
    return max(1.0, min(round(weight * 1024), 2**20)) / 1024
