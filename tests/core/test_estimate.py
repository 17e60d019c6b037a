"""Accuracy from chosen labels: right on average, and as sure as it says."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import exp
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.controller import wanted
from streamal.core.estimate import Bounds, Estimate, EstimateState, bin_of
from streamal.core.prediction import BINS
from tests.strategies import SHARES

RUNS = 300
SAMPLES = 1000
BURST = 20
FIRST = 300
EXPLORATION = 0.15

Answered = tuple[int, int, float, float, bool]


class Cell(NamedTuple):
    """A made stream: the share that is asked, how far confidence can be trusted, the delay."""

    share: float
    slope: float
    delay: int


class Outcome(NamedTuple):
    """How one run ended, and whether its intervals held the truth."""

    error: float
    raw_error: float
    is_inside: bool
    is_always_inside: bool


CELLS = [Cell(0.1, 1.0, 0), Cell(0.3, 0.5, 20), Cell(0.02, 1.0, 0)]


def _stream(cell: Cell, seed: int) -> Iterator[tuple[float, bool, float]]:
    """Yield confidence, whether the prediction is right, and the draw of each sample."""
    dice = np.random.default_rng(seed)
    scores = dice.normal(1.5, 1.5, SAMPLES).tolist()
    draws = dice.random((SAMPLES, 2)).tolist()
    for score, (luck, chance) in zip(scores, draws, strict=True):
        yield 1 / (1 + exp(-score)), luck < 1 / (1 + exp(-cell.slope * score)), chance


class Fold:
    """One run: low confidence is the best rank, answers come after a delay."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._estimate = Estimate(EstimateState(horizon=SAMPLES))
        self._held: list[Answered] = []

    def take(self, i: int, confidence: float, is_right: bool, chance: float) -> Bounds:
        """Take in one sample and the answers that are due; return the bounds."""
        share = 1.0 if i <= BURST else self._cell.share
        verdict = wanted(confidence**2, chance, share, EXPLORATION)
        at = bin_of(confidence)
        if verdict.wanted:
            guess = self._estimate.ask(at, verdict.propensity, verdict.explored)
            self._held.append((i + self._cell.delay, at, guess, verdict.propensity, is_right))
        else:
            self._estimate.pass_by(at, 1)
        while self._held and self._held[0][0] <= i:
            self._estimate.answer(*self._held.pop(0)[1:])
        return self._estimate.bounds()


def _run(cell: Cell, seed: int) -> Outcome:
    fold, right, is_always_inside, bounds = Fold(cell), 0, True, Bounds()
    for i, (confidence, is_right, chance) in enumerate(_stream(cell, seed), start=1):
        right += is_right
        bounds = fold.take(i, confidence, is_right, chance)
        if i >= FIRST:
            is_always_inside &= _holds(bounds.low_anytime, right / i, bounds.high_anytime)
    truth = right / SAMPLES
    assert bounds.accuracy is not None
    assert bounds.raw_on_requested is not None
    is_inside = _holds(bounds.low, truth, bounds.high)
    errors = bounds.accuracy - truth, bounds.raw_on_requested - truth
    return Outcome(*errors, is_inside, is_always_inside)


def _holds(low: float | None, truth: float, high: float | None) -> bool:
    assert low is not None
    assert high is not None
    return low <= truth <= high


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_intervals_hold_the_truth_as_often_as_they_say(cell: Cell) -> None:
    """Over 300 made streams: at the end in 91 %, and at all prefixes from 300 on in 93 %."""
    outcomes = [_run(cell, seed) for seed in range(RUNS)]
    assert sum(one.is_inside for one in outcomes) >= 0.91 * RUNS
    assert sum(one.is_always_inside for one in outcomes) >= 0.93 * RUNS
    errors = np.array([one.error for one in outcomes])
    assert abs(errors.mean()) < 3 * errors.std() / RUNS**0.5 + 0.005
    assert np.mean([one.raw_error for one in outcomes]) < -0.1


def test_nothing_is_claimed_of_samples_that_nobody_could_ask_about() -> None:
    """While no uniform draw was granted, labels of the hardest samples settle nothing."""
    estimate = Estimate()
    for _ in range(50):
        estimate.answer(3, estimate.ask(3, 1.0, uniform=False), 1.0, right=True)
    estimate.pass_by(9, 500)
    bounds = estimate.bounds()
    assert (bounds.low, bounds.high, bounds.low_anytime, bounds.high_anytime) == (0, 1, 0, 1)


def test_when_everything_is_asked_the_estimate_is_the_accuracy() -> None:
    """At propensity 1 nothing is guessed: the weighted accuracy is the raw one."""
    estimate = Estimate()
    for i in range(200):
        at = i % BINS
        estimate.answer(at, estimate.ask(at, 1.0, uniform=True), 1.0, right=i % 4 != 0)
    bounds = estimate.bounds()
    assert bounds.accuracy == pytest.approx(0.75)
    assert bounds.raw_on_requested == 0.75
    assert _holds(bounds.low, 0.75, bounds.high)


def test_without_a_label_nothing_is_known() -> None:
    """Before the first answer there is no accuracy and no interval."""
    estimate = Estimate()
    estimate.pass_by(3, 10)
    estimate.ask(3, 0.5, uniform=True)
    assert estimate.bounds() == Bounds()


@given(st.lists(st.tuples(st.integers(0, BINS - 1), st.booleans()), max_size=40))
def test_a_guess_is_the_past_hit_rate_of_its_bin(answers: list[tuple[int, bool]]) -> None:
    """Two labels that were right at .8 are the prior; the plain rate counts as one more draw."""
    estimate = Estimate()
    for at, right in answers:
        past = [was_right for bin_, was_right in answers[: _asked(estimate)] if bin_ == at]
        plain = (sum(past) + 1.6) / (len(past) + 2)
        assert estimate.guess(at) == pytest.approx((sum(past) + plain) / (len(past) + 1))
        estimate.answer(at, estimate.ask(at, 1.0, uniform=False), 1.0, right=right)


def _asked(estimate: Estimate) -> int:
    return estimate.state.samples


@given(
    st.lists(
        st.tuples(st.integers(0, BINS - 1), st.booleans(), SHARES.filter(lambda p: p > 1e-6)),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 100),
)
def test_bounds_are_parts_of_one_and_saved_with_the_state(
    answers: list[tuple[int, bool, float]], passed: int
) -> None:
    """Whatever the luck, every figure is in [0, 1], in order, and the same after a restart."""
    estimate = Estimate()
    for at, right, propensity in answers:
        estimate.answer(at, estimate.ask(at, propensity, uniform=True), propensity, right=right)
        estimate.pass_by(at, passed)
    saved = msgspec.json.decode(msgspec.json.encode(estimate.state), type=EstimateState)
    bounds = estimate.bounds()
    assert Estimate(saved).bounds() == bounds
    low, high = bounds.low_anytime, bounds.high_anytime
    figures = [0.0, low, bounds.low, bounds.accuracy, bounds.high, high, 1.0]
    assert figures == sorted(figures, key=lambda figure: -1.0 if figure is None else figure)


def _told(estimate: Estimate) -> tuple[float, float, float, float]:
    bounds = estimate.bounds()
    assert bounds.accuracy is not None
    assert bounds.low is not None
    assert bounds.low_anytime is not None
    return bounds.accuracy, bounds.low, bounds.low_anytime, bounds.unseen or 0.0


def _drawn(outcome: Sequence[bool], truth: Sequence[bool], propensity: float) -> float:
    """Fold samples of one bin, of which these were drawn, into sums; return their mean."""
    estimate = Estimate()
    for is_drawn, right in zip(outcome, truth, strict=True):
        if is_drawn:
            guess = estimate.ask(5, propensity, uniform=True)
            estimate.answer(5, guess, propensity, right)
        else:
            estimate.pass_by(5, 1)
    return estimate.state.total / len(truth)


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.sampled_from((0.1, 0.5, 0.9)))
def test_over_all_draws_the_mean_is_the_truth(truth: list[bool], propensity: float) -> None:
    """Each way to draw a tiny stream, by its probability: the estimates' mean is its accuracy."""
    mean = 0.0
    for outcome in product((False, True), repeat=len(truth)):
        drawn = sum(outcome)
        chance = propensity**drawn * (1.0 - propensity) ** (len(truth) - drawn)
        mean += chance * _drawn(outcome, truth, propensity)
    assert mean == pytest.approx(sum(truth) / len(truth))


def test_drawn_samples_stand_for_those_without_a_label_left() -> None:
    """What corrects the guesses counts for the unseen too, and the interval is wider by it."""
    estimates = Estimate(), Estimate()
    for estimate in estimates:
        for i in range(60):
            guess = estimate.ask(5, 0.5, uniform=True)
            estimate.answer(5, guess, 0.5, right=i % 2 == 0)
    estimates[0].pass_by(5, 60, unseen=0.0)
    estimates[1].pass_by(5, 60, unseen=60.0)
    (seen, low, _, none), (scaled, wide, _, half) = map(_told, estimates)
    assert (none, half) == (0.0, 0.5)
    assert seen - low < scaled - wide


def test_silence_does_not_bias_what_answers_correct() -> None:
    """Every other request unanswered: what came stands for them, and the mean stays."""
    estimates = Estimate(), Estimate()
    for i in range(400):
        guesses = [one.ask(5, 1.0, uniform=False) for one in estimates]
        estimates[0].answer(5, guesses[0], 1.0, right=i % 4 < 2)
        if i % 2:
            estimates[1].answer(5, guesses[1], 1.0, right=i % 4 < 2)
    for estimate in estimates:
        assert estimate.bounds().accuracy == pytest.approx(0.5, abs=0.01)


def test_a_state_saved_before_loads_and_goes_on() -> None:
    """A state without weights has the defaults: its least propensity tells their size."""
    saved = {"hits": [1.0] * BINS, "trials": [2.0] * BINS, "samples": 90, "passed": 80}
    old = {**saved, "total": 70.0, "spread": 4.0, "p_min": 0.1, "labels": 10, "right": 5}
    estimate = Estimate(msgspec.convert(old, EstimateState))
    assert estimate.unit() == 80.0
    assert 0.5 < estimate.guess(3) < 0.7
    before = estimate.bounds()
    estimate.answer(3, estimate.ask(3, 0.1, uniform=True), 0.1, right=True)
    assert before.accuracy is not None
    assert estimate.unit() == 40.0


def test_more_labels_make_intervals_narrower() -> None:
    """Of two runs with the same rates, the one four times as long has the narrower interval."""
    widths = []
    for size in (100, 400):
        estimate = Estimate()
        for i in range(size):
            estimate.answer(5, estimate.ask(5, 0.25, uniform=True), 0.25, right=i % 5 != 0)
            estimate.pass_by(5, 3)
        point, low, anytime, _ = _told(estimate)
        assert anytime <= low <= point
        widths.append(point - low)
    assert widths[1] < widths[0] / 1.5
