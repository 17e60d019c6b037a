"""One seed's draws over predictions that stand still: scorer, arbiter, ledger, estimate."""

import os
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from benchmarks.streams import streams
from streamal import Sampler
from streamal.core.arbiter import Arbiter, Output
from streamal.core.draw import draw
from streamal.core.estimate import Bounds, Estimate
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.ratios import Ratio, ratio
from streamal.core.records import Answer, Candidate, Request, Sample, Source
from streamal.core.scorer import PartitionState, Scorer, ScorerSpec, Situation
from streamal.core.target import TargetSpec
from streamal.core.terms import fixed
from streamal.core.updates import Certificate, Pace

ROWS = int(os.environ.get("ROWS", "3000"))
FIRST = 300
BATCH = 64
THRESHOLD = 0.95
"""Of auto-labels, where no precision is promised."""
UNIFORM = ("exploration", "audit")


class Cell(NamedTuple):
    """What is run with many seeds."""

    stream: str
    preset: str
    rate: float
    target: float | None = None
    delay: int = 0
    never: float = 0.0


class Said(NamedTuple):
    """What the model said of a row, with the classes that it knew, and the truth."""

    classes: tuple[str, ...]
    prediction: Prediction
    label: str


class Outcome(NamedTuple):
    """How one seed ended; errors and widths in points."""

    is_inside: bool
    is_always_inside: bool
    error: float
    raw_error: float
    width: float
    anytime_width: float
    unseen: float
    ratios: tuple[int, int]
    autos: tuple[int, int]


def said(cell: Cell) -> list[Said]:
    """Return a model's predictions on the rows, each made before it learned."""
    sampler = Sampler(budget=cell.rate, model=cell.preset, seed=0, auto_label="off")
    found = []
    for row in islice(streams()[cell.stream](), ROWS):
        decision = sampler.decide(row.features)
        names = tuple(decision.probabilities)
        probabilities = tuple(decision.probabilities.values())
        prediction = Prediction(probabilities, decision.label, decision.confidence)
        found.append(Said(names, prediction, row.label or ""))
        if decision.route == "request":
            sampler.teach(decision, row.label)
    return found


class Loop:
    """Scorer and arbiter over predictions that stand, with answers after a delay."""

    def __init__(self, cell: Cell, seed: int) -> None:
        policy = PolicySpec()
        bar = None if cell.target else THRESHOLD
        target = TargetSpec(cell.target) if cell.target else None
        limits = [LimitSpec("rate", cell.rate, burst=20)]
        self.scorer = Scorer(ScorerSpec(seed, policy, bar))
        self.scorer.restore(0, PartitionState())
        spec = ArbiterSpec(limits, policy, target=target, threshold=bar, horizon=ROWS)
        self.arbiter = Arbiter(spec)
        self._cell, self._seed = cell, seed
        self._pace, self._terms, self._version = 1.0, fixed(bar), 1
        self._due: deque[tuple[int, str, str]] = deque()
        self._told = self._answered = 0
        self.arbiter.start(0)
        self._finish()

    def _finish(self) -> None:
        for record in self.arbiter.finish():
            if isinstance(record, Pace | Certificate):
                self._version = record.version
            if isinstance(record, Pace):
                self._pace = record.pace
            elif isinstance(record, Certificate):
                self._terms = record.terms

    def take(self, number: int, one: Said) -> bool:
        """Decide a row and take the answers that are due; was it labelled, but for a draw?"""
        key, time = f"samples/0/{number}", number * 1000
        sample = Sample(Source("samples", 0, number), key, key, {"x": 1.0})
        situation = Situation(one.classes, self._version, self._pace, self._terms)
        routed = self.scorer.route(sample, one.prediction, situation, time)
        chosen = False
        if isinstance(routed, Candidate):
            out = self.arbiter.candidate(routed, self._next(), time)
            chosen = any(isinstance(r, Request) and r.reason not in UNIFORM for r in out)
            self._take(out, number, one.label)
        elif (number + 1) % BATCH == 0:
            progress = self.scorer.progress()
            if progress is not None:
                self.arbiter.progress(progress, self._next(), time)
                self._finish()
        self._answer(number)
        return routed.route == "auto_label" and not chosen

    def _next(self) -> int:
        self._told += 1
        return self._told - 1

    def _take(self, out: Sequence[Output], number: int, label: str) -> None:
        self._finish()
        for record in out:
            if isinstance(record, Request):
                name = record.request_id
                if draw(self._seed, "never", name) >= self._cell.never:
                    self._due.append((number + self._cell.delay, name, label))

    def _answer(self, number: int) -> None:
        while self._due and self._due[0][0] <= number:
            _, request_id, label = self._due.popleft()
            at = Source("labels", 0, self._answered)
            self._answered += 1
            self.arbiter.pass_label(at, number * 1000)
            self.arbiter.label(Answer(request_id=request_id, label=label), at)
            self._finish()


def outcome(cell: Cell, rows: Sequence[Said], seed: int) -> Outcome:
    """Draw over predictions with a seed; hold all intervals against the truth."""
    loop, right, always = Loop(cell, seed), 0, True
    autos = []
    for number, one in enumerate(rows):
        is_auto = loop.take(number, one)
        is_right = one.prediction.label == one.label
        right += is_right
        if is_auto:
            autos.append(is_right)
        if number + 1 >= FIRST:
            bounds = loop.arbiter.bounds()
            truth = right / (number + 1)
            always &= holds(bounds.low_anytime, truth, bounds.high_anytime)
    progress = loop.scorer.progress()
    if progress is not None:
        loop.arbiter.progress(progress, 10**9, len(rows) * 1000)
    bounds, estimate = loop.arbiter.bounds(), loop.arbiter.auditor.estimate
    auto = ratio(estimate.state.classes.auto, estimate.unit())
    found = (0, 0) if auto is None or not autos else (_held(auto, float(np.mean(autos))), 1)
    return _outcome(bounds, right / len(rows), always, _classes(estimate, rows), found)


def _outcome(
    bounds: Bounds, truth: float, always: bool, ratios: tuple[int, int], autos: tuple[int, int]
) -> Outcome:
    low, high, raw = bounds.low or 0.0, bounds.high or 0.0, bounds.raw_on_requested or 0.0
    anytime = (bounds.high_anytime or 0.0) - (bounds.low_anytime or 0.0)
    return Outcome(
        holds(low, truth, high),
        always,
        100 * ((bounds.accuracy or 0.0) - truth),
        100 * (raw - truth),
        100 * (high - low),
        100 * anytime,
        bounds.unseen or 0.0,
        ratios,
        autos,
    )


def holds(low: float | None, truth: float, high: float | None) -> bool:
    """Is the truth within the bounds? Without bounds it is."""
    return (low or 0.0) - 1e-9 <= truth <= (1.0 if high is None else high) + 1e-9


def _held(found: Ratio, truth: float) -> int:
    return int(holds(found.lower, truth, found.upper))


def _classes(estimate: Estimate, rows: Sequence[Said]) -> tuple[int, int]:
    """Return how many intervals of classes hold the truth, and how many there are."""
    held = total = 0
    classes, unit = estimate.state.classes, estimate.unit()
    for groups, is_predicted in ((classes.predicted, True), (classes.true, False)):
        for name, sums in groups.items():
            of = [
                one.prediction.label == one.label
                for one in rows
                if (one.prediction.label if is_predicted else one.label) == name
            ]
            found = ratio(sums, unit)
            if found is not None and of:
                held, total = held + _held(found, float(np.mean(of))), total + 1
    return held, total
