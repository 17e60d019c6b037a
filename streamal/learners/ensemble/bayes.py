"""Naive Bayes over columns of numbers, categories and words at once."""

from math import log, log1p

import numpy as np

from streamal.learners.counts import UNSEEN_CATEGORY, UNSEEN_WORD
from streamal.learners.ensemble.batch import ABSENT, Batch
from streamal.learners.ensemble.exact import FINE, Floats, grown, room, shares, whole
from streamal.learners.ensemble.member import Past
from streamal.learners.gaussian import MEAN_PULL, SPREAD_PULL
from streamal.learners.port import Probabilities

_NARROWEST = 1e-3
_FLOOR = -20.0 * FINE
_SMALLEST = 1e-200
# Arrays of this many numbers stay in the processor's cache.
_CHUNK = 2**15


class Bayes:
    """`streamal.learners.bayes.NaiveBayes` by columns; gains are whole multiples of 1 / `FINE`.

    Parameters
    ----------
    memory
        Older numbers fade once there are so many examples.
    """

    def __init__(self, memory: float) -> None:
        self._memory = memory
        nothing = np.zeros((1, 0))
        # The first row is of all classes together.
        self._n, self._mean, self._squares = nothing, nothing, nothing
        self._terms: tuple[Floats, Floats, Floats] | None = None
        self._seen = np.zeros(0)
        self._gains = self._counts = np.zeros((1, 0))
        self._of_category = np.zeros((0, 0))
        self._values = np.zeros(0)
        self._words = np.zeros(0)
        self._known = 0

    def learn(self, example: Batch, label: int, weight: float, past: Past) -> None:
        """Learn one example."""
        self._seen = grown(self._seen, past.classes)
        self._seen[label] += weight
        self._learn_numbers(example.raw[0], label, weight, past.classes)
        height = room(past.tokens, len(self._counts))
        self._counts = grown(self._counts, height, past.classes)
        self._gains = grown(self._gains, height, past.classes)
        self._learn_categories(example, label, weight)
        self._words = grown(self._words, past.classes)
        for text in example.texts:
            for token in text.words.tolist():
                self._known += not self._counts[token].any()
                self._words[label] += weight
                self._count(token, label, weight, UNSEEN_WORD)

    def _count(self, token: int, label: int, weight: float, unseen: float) -> None:
        self._counts[token, label] += weight
        self._gains[token, label] = round(log1p(self._counts[token, label] / unseen) * FINE)

    def _learn_numbers(self, raw: Floats, label: int, weight: float, classes: int) -> None:
        shape = (classes + 1, len(raw))
        self._n, self._mean, self._squares = (
            grown(array, *shape) for array in (self._n, self._mean, self._squares)
        )
        rows = [0, label + 1]
        is_given = ~np.isnan(raw)
        value = np.where(is_given, raw, 0.0)
        n = self._n[rows] + weight * is_given
        known = np.where(n > 0.0, n, 1.0)
        delta = np.where(is_given, value - self._mean[rows], 0.0)
        mean = self._mean[rows] + weight / known * delta
        squares = self._squares[rows] + weight * delta * np.where(is_given, value - mean, 0.0)
        fade = np.where(n > self._memory, self._memory / known, 1.0)
        self._n[rows] = np.minimum(n, self._memory)
        self._mean[rows], self._squares[rows] = mean, squares * fade
        self._terms = None

    def _learn_categories(self, example: Batch, label: int, weight: float) -> None:
        tokens = example.tokens[0]
        self._of_category = grown(self._of_category, len(tokens), len(self._seen))
        self._values = grown(self._values, len(tokens))
        for column, token in enumerate(tokens.tolist()):
            if token != ABSENT:
                self._values[column] += not self._counts[token].any()
                self._of_category[column, label] += weight
                self._count(token, label, weight, UNSEEN_CATEGORY)

    def predict(self, batch: Batch) -> Probabilities:
        """Return the posterior of the classes."""
        total = float(self._seen.sum())
        priors = np.array([round(log(weight / total) * FINE) for weight in self._seen.tolist()])
        scores = np.tile(priors.astype(np.float64), (len(batch), 1))
        self._add_numbers(scores, batch.raw)
        self._add_categories(scores, batch)
        if batch.texts:
            self._add_texts(scores, batch)
        return shares(scores / FINE)

    def _add_numbers(self, scores: Floats, raw: Floats) -> None:
        if self._terms is None:
            self._terms = self._build()
        mean, slope, offset = self._terms
        size = max(1, _CHUNK // max(1, mean.size))
        for start in range(0, len(raw), size):
            part = raw[start : start + size, np.newaxis, :]
            gains = part - mean
            gains *= gains
            gains *= slope
            gains += offset
            np.maximum(gains, _FLOOR, out=gains)
            if np.isnan(part).any():
                gains[np.broadcast_to(np.isnan(part), gains.shape)] = 0.0
            np.rint(gains, out=gains)
            scores[start : start + size] += gains.sum(axis=2)

    def _build(self) -> tuple[Floats, Floats, Floats]:
        """Return mean, slope and offset of each class and column, as `Gaussian` has them."""
        known = np.maximum(self._n[0], _SMALLEST)
        common = self._squares[0] / known
        is_spread = common > _SMALLEST
        common = np.where(is_spread, common, 1.0)
        n, pull = self._n[1:], SPREAD_PULL
        variance = (self._squares[1:] + pull * common) / (n + pull)
        variance = np.maximum(variance, _NARROWEST * common)
        mean = (n * self._mean[1:] + MEAN_PULL * self._mean[0]) / (n + MEAN_PULL)
        logs = np.array([log(ratio) for ratio in (variance / common).ravel().tolist()])
        slope = np.where(is_spread, -0.5 * FINE / variance, 0.0)
        return mean, slope, np.where(is_spread, -0.5 * FINE * logs.reshape(mean.shape), 0.0)

    def _add_categories(self, scores: Floats, batch: Batch) -> None:
        rooms = self._of_category + (self._values[:, np.newaxis] + 1.0) * UNSEEN_CATEGORY
        for column, tokens in enumerate(batch.tokens.T):
            cost = whole(np.array([log(place) for place in rooms[column].tolist()]))
            scores += self._gains[tokens]
            scores -= (tokens != ABSENT)[:, np.newaxis] * cost

    def _add_texts(self, scores: Floats, batch: Batch) -> None:
        rooms = self._words / UNSEEN_WORD + self._known
        cost = whole(np.array([log(max(place, 1.0)) for place in rooms.tolist()]))
        for place, text in enumerate(batch.texts):
            scores[place] += self._gains[text.words].sum(axis=0) - len(text.words) * cost
