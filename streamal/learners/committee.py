"""A committee of one kind of learner, by online bagging."""

from collections.abc import Sequence
from math import e

import numpy as np

from streamal.core.draw import draws
from streamal.learners.port import Features, Learner, Probabilities

MEMBERS = 5


class Bagged:
    """Members that each learn every example Poisson(1) times, and answer with their mean.

    Where batch bagging draws a sample with replacement, each example is in it a number of
    times that goes to Poisson(1) as the samples grow. It is learned that many times, with
    its own weight, and not once with a multiple: that holds for a learner that takes no
    weights, too, and a linear one takes no steps of three times the length.

    The first example of each class is learned by every member. With a chance of 1/e a
    member would else miss it; then it would have no answer at all, or deny a class that
    everybody else has seen, and what the members differ in would be who saw the example.

    Reference: N. Oza and S. Russell, Online bagging and boosting, AISTATS 2001.

    Parameters
    ----------
    prototype
        Each member is a clone of it.
    seed
        Of the draws; they depend on the number of the example and of the member alone.
    members
        How many, 2 or more.

    Examples
    --------
    >>> from streamal.learners.bayes import NaiveBayes
    >>> committee = Bagged(NaiveBayes("bayes", {}), seed=7, members=3)
    >>> for size, label in [(1.0, "low"), (9.0, "high"), (2.0, "low"), (7.0, "high")]:
    ...     committee.learn_one({"size": size}, label)
    >>> mean, members = committee.predict_members([{"size": 5.5}])
    >>> members.round(2).tolist()
    [[[0.27, 0.73]], [[0.44, 0.56]], [[0.19, 0.81]]]
    >>> mean.round(2).tolist()
    [[0.3, 0.7]]
    """

    __slots__ = ("_classes", "_draws", "_learned", "_members", "_prototype", "_seed")

    def __init__(self, prototype: Learner, seed: int, members: int = MEMBERS) -> None:
        if members < 2:
            raise ValueError(f"a committee of {members}; 2 or more can disagree")
        self._prototype = prototype
        self._seed = seed
        self._members = [prototype.clone() for _ in range(members)]
        self._draws = [draws(seed, f"committee/{member}") for member in range(members)]
        self._classes: dict[str, None] = {}
        self._learned = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return tuple(self._classes)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Learn one labelled example: by each member, as often as it draws."""
        number, least = str(self._learned), int(label not in self._classes)
        self._learned += 1
        for member, drawn in zip(self._members, self._draws, strict=True):
            for _ in range(max(least, poisson(drawn(number)))):
                member.learn_one(features, label, weight)
        self._classes.setdefault(label)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""
        return self.predict_members(rows)[0]

    def predict_members(self, rows: Sequence[Features]) -> tuple[Probabilities, Probabilities]:
        """Return (n, k) the mean of the members, and (m, n, k) what each says."""
        members = np.zeros((len(self._members), len(rows), len(self._classes)))
        total = np.zeros(members.shape[1:])
        for place, member in enumerate(self._members):
            members[place] = self._aligned(member, rows)
            total += members[place]
        return total / len(members), members

    def clone(self) -> "Bagged":
        """Return an untrained copy with the same parameters."""
        return Bagged(self._prototype.clone(), self._seed, len(self._members))

    def describe(self) -> str:
        """Return how many members there are, and what the first one is."""
        return f"committee of {len(self._members)}: {self._members[0].describe()}"

    def _aligned(self, member: Learner, rows: Sequence[Features]) -> Probabilities:
        """Return a member's answer in our order of classes, 0 for those it has not learned."""
        answer, known = member.predict_proba_many(rows), member.classes
        if known == self.classes:
            return answer
        # Only one that raised on an example of a class that the others took.
        aligned = np.zeros((len(rows), len(self._classes)))
        for place, label in enumerate(self._classes):
            if label in known:
                aligned[:, place] = answer[:, known.index(label)]
        return aligned


def poisson(drawn: float) -> int:
    """Return the Poisson(1) number whose share of [0, 1) holds `drawn`, at most 18.

    Examples
    --------
    >>> [poisson(drawn) for drawn in (0.0, 0.367, 0.369, 0.73, 0.74, 0.92, 0.99)]
    [0, 0, 1, 1, 2, 3, 4]
    """
    count, share = 0, 1.0 / e
    below = share
    while drawn >= below and share > 2.0**-53:
        count += 1
        share /= count
        below += share
    return count
