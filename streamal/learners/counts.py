"""The evidence of categories and words: how often each was seen in each class."""

from math import log, log1p

from streamal.learners.evidence import Scores
from streamal.learners.kinds import category, words
from streamal.learners.port import Value

# Every value, and one more for those to come, counts as if seen once in each class. Measured
# over 12 streams: .1, .3 and 1 are equal within noise.
UNSEEN_CATEGORY = 1.0
# Every word counts as if seen a tenth of a time in each class. Measured over 3 text streams at
# 10 % of the labels: 1 costs 5 points, .3 costs 2, .03 is equal.
UNSEEN_WORD = 0.1

Counts = dict[int, float]


class Categories:
    """One category within each class."""

    __slots__ = ("_terms", "_totals", "_values")

    def __init__(self) -> None:
        self._totals: Counts = {}
        self._values: dict[str, Counts] = {}
        self._terms: dict[str, list[float]] = {}

    def learn(self, value: Value, index: int, weight: float) -> None:
        """Take in the value of one example of the class with this number."""
        _count(self._totals, index, weight)
        _count(self._values.setdefault(category(value), {}), index, weight)
        self._terms = {}

    def add(self, scores: Scores, value: Value) -> None:
        """Add to each class's score the log share of `value` in it."""
        name = category(value)
        terms = self._terms.get(name)
        if terms is None or len(terms) != len(scores):
            terms = self._build(name, len(scores))
        for index, term in enumerate(terms):
            scores[index] += term

    def _build(self, name: str, k: int) -> list[float]:
        seen = self._values.get(name, {})
        room = UNSEEN_CATEGORY * (len(self._values) + 1)
        terms = [
            log((seen.get(index, 0.0) + UNSEEN_CATEGORY) / (self._totals.get(index, 0.0) + room))
            for index in range(k)
        ]
        if seen:  # others may be endless: they are not kept
            self._terms[name] = terms
        return terms


class Words:
    """The words of one text within each class: a multinomial distribution each.

    Words that no learned text had say nothing.
    """

    __slots__ = ("_counts", "_totals")

    def __init__(self) -> None:
        self._totals: Counts = {}
        self._counts: dict[str, Counts] = {}

    def learn(self, value: Value, index: int, weight: float) -> None:
        """Take in the text of one example of the class with this number."""
        for word in words(value):
            _count(self._totals, index, weight)
            _count(self._counts.setdefault(word, {}), index, weight)

    def add(self, scores: Scores, value: Value) -> None:
        """Add to each class's score the log likelihood of the text's known words."""
        counts = self._counts
        known = [counts[word] for word in words(value) if word in counts]
        for index in range(len(scores) if known else 0):
            room = self._totals.get(index, 0.0) / UNSEEN_WORD + len(counts)
            scores[index] -= len(known) * log(room)
        for seen in known:
            for index, count in seen.items():
                scores[index] += log1p(count / UNSEEN_WORD)


def _count(counts: Counts, index: int, weight: float) -> None:
    counts[index] = counts.get(index, 0.0) + weight
