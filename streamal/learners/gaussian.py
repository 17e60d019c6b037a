"""The evidence of a number: one normal distribution per class, pulled to the common one."""

from math import log

from streamal.learners.evidence import Scores
from streamal.learners.kinds import number
from streamal.learners.port import Value

# Each class is given so many examples' worth of the spread and mean of all classes together,
# so that two examples of a class do not make a needle of it. Measured over 12 streams
# against none: +.6 points at 10 % of the labels, +2 where the margin chooses them.
SPREAD_PULL = 1.0
MEAN_PULL = 0.5
# Older examples fade once there are so many. Measured over 12 streams: +.3 points
# at 10 % of the labels and +2 at all of them, since streams drift; 30 gains one more there
# and loses one to two where nothing drifts.
MEMORY = 60.0
# A class's spread is at least this share of the common one: rounded values pile up.
_NARROWEST = 1e-3
# One feature can cost a class no more than a factor of e to this: far outliers are accidents.
_FLOOR = -20.0
# Below this variance everything is rounding, or its inverse overflows.
_SMALLEST = 1e-200


class Moments:
    """Running mean and sum of squares of the deviations, of at most `memory` examples' weight."""

    __slots__ = ("_memory", "mean", "n", "squares")

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self.n = self.mean = self.squares = 0.0

    def learn(self, value: float, weight: float) -> None:
        """Take in one value."""
        self.n += weight
        delta = value - self.mean
        self.mean += weight / self.n * delta
        self.squares += weight * delta * (value - self.mean)
        if self.n > self._memory:
            self.squares *= self._memory / self.n
            self.n = self._memory


class Gaussian:
    """One number within each class.

    Parameters
    ----------
    spread_pull, mean_pull
        How many examples' worth of the common spread and mean each class is given.
    memory
        After so many examples of a class older ones fade.
    """

    __slots__ = ("_all", "_classes", "_mean_pull", "_memory", "_spread_pull", "_terms")

    def __init__(
        self, spread_pull: float = SPREAD_PULL, mean_pull: float = MEAN_PULL, memory: float = MEMORY
    ) -> None:
        self._spread_pull = spread_pull
        self._mean_pull = mean_pull
        self._memory = memory
        self._all = Moments(memory)
        self._classes: dict[int, Moments] = {}
        self._terms: list[tuple[float, float, float]] = []

    def learn(self, value: Value, index: int, weight: float) -> None:
        """Take in the value of one example of the class with this number."""
        bounded = number(value)  # type: ignore[arg-type]
        self._all.learn(bounded, weight)
        self._classes.setdefault(index, Moments(self._memory)).learn(bounded, weight)
        self._terms = []

    def add(self, scores: Scores, value: Value) -> None:
        """Add to each class's score the log density of `value`; nothing while it is constant."""
        for i, (mean, slope, offset) in enumerate(self._of(len(scores))):
            delta = value - mean  # type: ignore[operator]
            gain = slope * delta * delta + offset
            scores[i] += gain if gain > _FLOOR else _FLOOR

    def gain(self, value: Value, index: int, k: int) -> float:
        """Return what `add` would add to the class with this number, of `k`."""
        mean, slope, offset = self._of(k)[index]
        delta = value - mean  # type: ignore[operator]
        return max(slope * delta * delta + offset, _FLOOR)

    def _of(self, k: int) -> list[tuple[float, float, float]]:
        if len(self._terms) != k:
            self._terms = self._build(k)
        return self._terms

    def _build(self, k: int) -> list[tuple[float, float, float]]:
        common = self._all.squares / self._all.n
        if common <= _SMALLEST:
            return [(0.0, 0.0, 0.0)] * k
        empty = Moments(self._memory)
        return [self._term(self._classes.get(index, empty), common) for index in range(k)]

    def _term(self, own: Moments, common: float) -> tuple[float, float, float]:
        spread = self._spread_pull
        variance = (own.squares + spread * common) / (own.n + spread)
        variance = max(variance, _NARROWEST * common)
        pull = self._mean_pull
        mean = (own.n * own.mean + pull * self._all.mean) / (own.n + pull)
        return mean, -0.5 / variance, -0.5 * log(variance / common)
