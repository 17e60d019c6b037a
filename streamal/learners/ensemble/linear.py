"""Softmax regression with steps of a bounded length, and with replay of past examples."""

import numpy as np

from streamal.learners.ensemble.batch import ABSENT, INTERCEPT, STEPS, Batch
from streamal.learners.ensemble.exact import (
    FINE,
    Floats,
    Integers,
    Whole,
    grown,
    room,
    shares,
    whole,
)
from streamal.learners.ensemble.member import Past
from streamal.learners.ensemble.mixing import below
from streamal.learners.port import Probabilities

# Weights stay within this, so that sums of weight times step are exact.
_LARGEST = 1024.0 * FINE
# So do steps.
_HEAVIEST = 100.0


class Linear:
    """Softmax regression; weights are whole multiples of 1 / `FINE`, so scores are exact.

    Parameters
    ----------
    rate
        The length of a step at an error of 1.
    replays
        How many batches of past examples follow each new one.
    size
        How many examples such a batch has.
    window
        From how many of the last examples they are drawn.
    seed
        Of the draws.
    """

    def __init__(
        self, rate: float, replays: int = 0, size: int = 1, window: int = 1, seed: int = 0
    ) -> None:
        self._rate, self._replays, self._size, self._window = rate, replays, size, window
        self._seed = seed
        self._numbers: Whole = np.zeros((0, 0))
        self._tokens: Whole = np.zeros((INTERCEPT + 1, 0))

    def learn(self, example: Batch, label: int, weight: float, past: Past) -> None:
        """Learn one example, then some of the past ones again."""
        memory = past.memory
        self._numbers = grown(self._numbers, example.raw.shape[1], past.classes)
        height = room(past.tokens, len(self._tokens))
        self._tokens = grown(self._tokens, height, past.classes)
        self._step(example, np.array([label]), np.array([weight]))
        reach = min(memory.kept, self._window)
        for turn in range(self._replays):
            ages = below(reach, self._seed, memory.count, turn, self._size)
            places = (memory.count - 1 - ages) % memory.size
            self._step(memory.batch(places), memory.labels[places], memory.weights[places])

    def predict(self, batch: Batch) -> Probabilities:
        """Return the shares of the classes."""
        scores = batch.steps @ self._numbers / STEPS + self._tokens[INTERCEPT]
        for column in batch.tokens.T:
            scores += self._tokens[column]
        for place, text in enumerate(batch.texts):
            scores[place] += self._tokens[text.terms].sum(axis=0)
        return shares(scores / FINE)

    def _step(self, batch: Batch, labels: Integers, weights: Floats) -> None:
        slopes = self.predict(batch)
        slopes[np.arange(len(labels)), labels] -= 1.0
        # The square of a row's length, in whole numbers: an intercept, tokens, numbers.
        squares = (batch.steps * batch.steps).sum(axis=1) / STEPS**2 + 1.0
        squares += (batch.tokens > ABSENT).sum(axis=1)
        squares += [len(text.terms) for text in batch.texts] or 0.0
        factor = self._rate * np.minimum(weights, _HEAVIEST) / np.sqrt(squares)
        moves = whole(slopes * factor[:, np.newaxis])
        self._numbers -= np.rint(batch.steps.T @ moves / STEPS)
        self._tokens[INTERCEPT] -= moves.sum(axis=0)
        for column in batch.tokens.T:
            np.subtract.at(self._tokens, column, moves)
        for text, move in zip(batch.texts, moves, strict=False):
            self._tokens[text.terms] -= move
        self._tokens[:INTERCEPT] = 0.0
        np.clip(self._numbers, -_LARGEST, _LARGEST, out=self._numbers)
