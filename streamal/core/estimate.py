"""Honest accuracy from labels that were chosen because they were hard.

Augmented inverse propensity weighting (Robins, Rotnitzky and Zhao, JASA 1994): the
mean over all samples of f + ξ/p·(ok - f), where f is the past hit rate among labels of
that score, p the probability that the sample was asked, ξ whether it was answered. The
anytime interval is the asymptotic confidence sequence of Waudby-Smith et al. (2021).
"""

from bisect import bisect_right
from math import exp, log, sqrt

import msgspec

from streamal.core.prediction import BIN_EDGES, BINS

PRIOR_WEIGHT, PRIOR_RATE = 2.0, 0.8
_CONFIDENCES = tuple(1.0 / (1.0 + exp(-score)) for score in BIN_EDGES)
HORIZON = 10_000
"""Samples at which the anytime interval is tightest, where nobody says otherwise."""


class Bounds(msgspec.Struct, frozen=True):
    """A weighted accuracy with its two intervals in [0, 1], all None before the first label."""

    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    low_anytime: float | None = None
    high_anytime: float | None = None
    raw_on_requested: float | None = None


class EstimateState(msgspec.Struct):
    """Sums; `hits` and `trials` for each bin of the score; `passed` were not asked."""

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


def bin_of(confidence: float) -> int:
    """Return the bin that a confidence falls in, by its score (log-odds).

    Examples
    --------
    >>> bin_of(0.0), bin_of(0.5), bin_of(1.0)
    (0, 4, 13)
    """
    return bisect_right(_CONFIDENCES, confidence)


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
        """Return f, the hit rate so far among labels in a bin."""
        state = self.state
        hits = state.hits[at] + PRIOR_WEIGHT * PRIOR_RATE
        return hits / (state.trials[at] + PRIOR_WEIGHT)

    def pass_by(self, at: int, samples: int) -> None:
        """Take in samples of a bin that were not asked."""
        self.state.samples += samples
        self.state.passed += samples
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
        state = self.state
        error = float(right) - guess
        state.total += error / propensity
        state.spread += (1.0 - propensity) / propensity**2 * error * error
        state.hits[at] += right
        state.trials[at] += 1
        state.labels += 1
        state.right += right

    def bounds(self) -> Bounds:
        """Return the estimate and its intervals, all cut to [0, 1]."""
        state = self.state
        if not state.labels or not state.samples:
            return Bounds()
        point = state.total / state.samples
        error = sqrt(state.spread + 0.5 / _least_propensity(state) ** 2) / state.samples
        now, anytime = 1.96 * error, _anytime_factor(state) * error
        ends = (*_around(point, now), *_around(point, anytime))
        return Bounds(_cut(point), *ends, state.right / state.labels)


def _least_propensity(state: EstimateState) -> float:
    """Return the least propensity that ever granted a uniform draw.

    While none was granted below 1, nothing is known of the samples that were passed by:
    as if one of them had been due.
    """
    if state.p_min == 1.0 and state.passed:
        return 1.0 / state.passed
    return state.p_min


def _around(point: float, half: float) -> tuple[float, float]:
    return _cut(point - half), _cut(point + half)


def _cut(accuracy: float) -> float:
    return min(1.0, max(0.0, accuracy))


def _anytime_factor(state: EstimateState) -> float:
    """Return half the width of the confidence sequence in standard errors (α = .05)."""
    t, r = float(state.samples), 16.0 / state.horizon
    return sqrt(2.0 * (t * r + 1.0) / (t * r) * log(sqrt(t * r + 1.0) / 0.05))
