"""Honest accuracy from labels that were chosen because they were hard.

Augmented inverse propensity weighting (Robins, Rotnitzky and Zhao, JASA 1994): the
mean over all samples of f + k·ξ/p·(ok - f), where f is the past hit rate among labels of
that score, p the probability that the sample was asked, ξ whether it was answered. What
no label was left for has p = 0; k lets the others stand for it. The anytime interval is
the asymptotic confidence sequence of Waudby-Smith et al. (2021). docs/accuracy.md.
"""

from bisect import bisect_right
from math import exp, log, sqrt

import msgspec

from streamal.core.prediction import BIN_EDGES, BINS
from streamal.core.ratios import ClassesState

PRIOR_WEIGHT, PRIOR_RATE = 2.0, 0.8
DOUBT = 0.3
"""Drawn labels that the variance counts as if they had come and been all wrong: few draws
do not show how much they vary. Chosen by the coverage that `benchmarks.accuracy` measures."""
_CONFIDENCES = tuple(1.0 / (1.0 + exp(-score)) for score in BIN_EDGES)
HORIZON = 10_000
"""Samples at which the anytime interval is tightest, where nobody says otherwise."""


class Bounds(msgspec.Struct, frozen=True):
    """A weighted accuracy with its two intervals in [0, 1], all None before the first label.

    `low` and `high` hold for one look, `low_anytime` and `high_anytime` for all of them;
    `raw_on_requested` is biased. `unseen` is the part of the samples that had no label left.
    """

    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    low_anytime: float | None = None
    high_anytime: float | None = None
    raw_on_requested: float | None = None
    unseen: float | None = None


class EstimateState(msgspec.Struct):
    """Sums; `hits` and `trials` for each bin of the score; `passed` were not asked.

    `weighed_hits` and `weighed` are the same with each label counted 1/p. `corrected` is
    the part of `total` that labels added to the guesses; `unseen` are those passed that
    had no label left. `drawn` labels had p below 1, `weights` and `squares` are their
    sums of 1/p and 1/p². A state of before knows the least p alone.
    """

    hits: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    trials: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    samples: int = 0
    passed: int = 0
    total: float = 0.0
    spread: float = 0.0
    p_min: float = 1.0
    labels: int = 0
    right: int = 0
    horizon: int = HORIZON
    weighed_hits: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    weighed: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    corrected: float = 0.0
    unseen: float = 0.0
    drawn: int = 0
    weights: float = 0.0
    squares: float = 0.0
    classes: ClassesState = msgspec.field(default_factory=ClassesState)


def bin_of(confidence: float) -> int:
    """Return the bin that a confidence falls in, by its score (log-odds).

    Examples
    --------
    >>> bin_of(0.0), bin_of(0.5), bin_of(1.0)
    (0, 4, 13)
    """
    return bisect_right(_CONFIDENCES, confidence)


def bounds_of(at: int) -> tuple[float, float]:
    """Return the confidences between which a bin lies, the upper one left out.

    Examples
    --------
    >>> bounds_of(0)[0], bounds_of(4)[0], bounds_of(13)[1] > 1.0
    (0.0, 0.5, True)
    """
    edges = (0.0, *_CONFIDENCES, 2.0)
    return edges[at], edges[at + 1]


class Estimate:
    """Folds routed samples, granted requests and their answers into bounds.

    Examples
    --------
    >>> estimate = Estimate()
    >>> guess = estimate.ask(bin_of(0.9), propensity=0.5, uniform=True)
    >>> estimate.answer(bin_of(0.9), guess, propensity=0.5, right=True)
    >>> estimate.pass_by(bin_of(0.9), samples=1)
    >>> round(estimate.bounds().accuracy, 3)
    1.0
    """

    def __init__(self, state: EstimateState | None = None) -> None:
        self.state = state or EstimateState()

    def guess(self, at: int) -> float:
        """Return f, the hit rate so far among labels in a bin.

        Each label counts 1/p; their plain hit rate counts as one drawn label more.
        """
        state = self.state
        plain = (state.hits[at] + PRIOR_WEIGHT * PRIOR_RATE) / (state.trials[at] + PRIOR_WEIGHT)
        one = _typical_weight(state)
        return (state.weighed_hits[at] + one * plain) / (state.weighed[at] + one)

    def pass_by(self, at: int, samples: int, unseen: float = 0.0) -> None:
        """Take in samples of a bin that were not asked; for so many no label was left."""
        self.state.samples += samples
        self.state.passed += samples
        self.state.unseen += unseen
        self.state.total += samples * self.guess(at)

    def ask(self, at: int, propensity: float, uniform: bool) -> float:
        """Take in a request; return the guess that its answer will correct."""
        if uniform:
            self.state.p_min = min(self.state.p_min, propensity)
        guess = self.guess(at)
        self.state.samples += 1
        self.state.total += guess
        return guess

    def answer(self, at: int, guess: float, propensity: float, right: bool) -> None:
        """Take in the answer to a request whose guess and propensity were noted then."""
        state, weight = self.state, 1.0 / propensity
        error = float(right) - guess
        state.total += weight * error
        state.corrected += weight * error
        state.spread += (1.0 - propensity) * weight * weight * error * error
        state.hits[at] += right
        state.trials[at] += 1
        state.weighed_hits[at] += weight * right
        state.weighed[at] += weight
        state.labels += 1
        state.right += right
        if propensity < 1.0:
            state.drawn += 1
            state.weights += weight
            state.squares += weight * weight

    def bounds(self) -> Bounds:
        """Return the estimate and its intervals, all cut to [0, 1]."""
        state = self.state
        if not state.labels or not state.samples:
            return Bounds()
        stands_for = self.stands_for()
        point = (state.total + (stands_for - 1.0) * state.corrected) / state.samples
        spread = state.spread + DOUBT * self.unit() ** 2
        error = stands_for * sqrt(spread) / state.samples
        now, anytime = 1.96 * error, _anytime_factor(state) * error
        ends = (*_around(point, now), *_around(point, anytime))
        unseen = state.unseen / state.samples
        return Bounds(_cut(point), *ends, state.right / state.labels, unseen)

    def stands_for(self) -> float:
        """Return k: for how many samples one that could be asked, and was answered, stands.

        One more of each, so that there is a figure from the first label on.
        """
        state = self.state
        asked = state.samples - state.passed
        reached = (state.samples - state.unseen + 1.0) / (state.samples + 1.0)
        return (asked + 1.0) / (min(asked, state.labels) + 1.0) / reached

    def unit(self) -> float:
        """Return for how many samples a drawn label stands; never less than all that none does."""
        state = self.state
        undrawn = (state.passed - state.unseen) / (state.drawn + 1.0)
        return max(_typical_weight(state), undrawn)


def _typical_weight(state: EstimateState) -> float:
    """Return the mean weight of a drawn label, each counted by its weight."""
    return state.squares / state.weights if state.drawn else 1.0 / state.p_min


def _around(point: float, half: float) -> tuple[float, float]:
    return _cut(point - half), _cut(point + half)


def _cut(accuracy: float) -> float:
    return min(1.0, max(0.0, accuracy))


def _anytime_factor(state: EstimateState) -> float:
    """Return half the width of the confidence sequence in standard errors (α = .05)."""
    t, r = float(state.samples), 16.0 / state.horizon
    return sqrt(2.0 * (t * r + 1.0) / (t * r) * log(sqrt(t * r + 1.0) / 0.05))
