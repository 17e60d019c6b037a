"""Class-weighted learning: an example of a rare class counts for more, where that helps."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import cast

from streamal.learners.port import Committee, Features, Learner, Probabilities

# No example counts for less or more: with 10 the first of a new class outweighs all that was
# learned before, which costs the linear model 4 points on a stream with classes of .1 %.
LEAST, MOST = 1 / 3, 3.0

# Weights for a class begin where a fifth of the learner's guesses of it are right, and are
# whole where half are: below that more guesses of it cost accuracy.
NONE_BELOW, WHOLE_ABOVE = 0.2, 0.5
# Older guesses fade, so that some twenty count.
FADING = 0.95


class Balanced:
    """Gives each example the weight (n / (K·n_y))^p times its own, within a third and 3.

    n labels of K classes are learned so far, n_y of them of the example's class, this
    one included. Exponent 1 gives every class the same weight in all (G. King and L. Zeng,
    Logistic regression in rare events data, Political Analysis 9, 2001), .5 lies halfway.
    Labels that were asked for are counted, not samples: asking may have balanced them.

    The exponent is `power` as far as it pays: each example is guessed before it is learned,
    and a rare class whose guesses are mostly wrong is not weighed up. Where a class cannot
    be told from the others, more weight finds some of it by raising false alarms, and costs
    a multiple in accuracy. Weights are a fold over the calls of `learn_one` alone.

    It has `predict_members` where the learner has it. A learner that takes no weights
    learns as it would alone.

    Parameters
    ----------
    learner
        Untrained; from now on it belongs to this one.
    power
        From 0, where every example counts the same, to 1.

    Examples
    --------
    >>> from streamal.learners.bayes import NaiveBayes
    >>> plain, learner = NaiveBayes("bayes", {}), Balanced(NaiveBayes("bayes", {}), power=1.0)
    >>> for size, label in [(1.0, "often"), (4.0, "rare"), *[(2.0, "often")] * 6, (3.0, "rare")]:
    ...     plain.learn_one({"size": size}, label)
    ...     learner.learn_one({"size": size}, label)
    >>> [float(one.predict_proba_many([{"size": 2.7}])[0, 1].round(2)) for one in (plain, learner)]
    [0.45, 0.62]
    """

    __slots__ = ("_counts", "_learner", "_power", "_trust")

    def __init__(self, learner: Learner, power: float = 0.5) -> None:
        self._learner = learner
        self._power = power
        self._counts: dict[str, int] = {}
        self._trust: dict[str, _Guesses] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return self._learner.classes

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Learn one labelled example; one that the learner refuses is not counted."""
        if self._power > 0.0:
            self._guess(features, label)
        counts = self._counts | {label: self._counts.get(label, 0) + 1}
        self._learner.learn_one(features, label, weight * self._factor(counts, label))
        self._counts = counts

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""
        return self._learner.predict_proba_many(rows)

    @property
    def predict_members(
        self,
    ) -> Callable[[Sequence[Features]], tuple[Probabilities, Probabilities]]:
        """The learner's own; an `AttributeError` where it has no members."""
        return cast("Committee", self._learner).predict_members

    def clone(self) -> "Balanced":
        """Return an untrained copy with the same parameters."""
        return Balanced(self._learner.clone(), self._power)

    def describe(self) -> str:
        """Return what the learner is, and how it weighs classes."""
        return f"{self._learner.describe()}, class weights {self._power:g}"

    def _guess(self, features: Features, label: str) -> None:
        """Note whether the learner's guess is right; one class alone is no guess."""
        classes = self.classes
        if len(classes) > 1:
            row = self._learner.predict_proba_many([features])[0].tolist()
            if all(map(isfinite, row)) and max(row) > 0.0:
                guess = classes[row.index(max(row))]
                self._trust.setdefault(guess, _Guesses()).add(guess == label)

    def _factor(self, counts: dict[str, int], label: str) -> float:
        even = sum(counts.values()) / len(counts)
        rare = [label] if counts[label] < even else [y for y in counts if counts[y] < even]
        power = self._power * max((self._earned(one) for one in rare), default=0.0)
        return float(min(max((even / counts[label]) ** power, LEAST), MOST))

    def _earned(self, label: str) -> float:
        """Return how far weights for a rare class pay, from 0 to 1."""
        share = self._trust.get(label, _UNTRIED).share()
        return min(max((share - NONE_BELOW) / (WHOLE_ABOVE - NONE_BELOW), 0.0), 1.0)


class _Guesses:
    """How many guesses of a class were right of late."""

    __slots__ = ("_all", "_right")

    def __init__(self) -> None:
        self._all = self._right = 0.0

    def add(self, is_right: bool) -> None:
        """Count one guess."""
        self._all = self._all * FADING + 1.0
        self._right = self._right * FADING + is_right

    def share(self) -> float:
        """Return the share of right ones, of one right and one wrong beforehand."""
        return (self._right + 1.0) / (self._all + 2.0)


_UNTRIED = _Guesses()
