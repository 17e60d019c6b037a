"""A round-based harness over the two pure state machines, for the budget's law.

Each round every partition routes one batch at the same pace; the arbiter then takes
all candidates in order. Sample i is seen at i seconds. The recount works on what was
written and with arithmetic of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite

from streamal.core.arbiter import Arbiter
from streamal.core.draw import draw
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.records import Candidate, Request, Sample, Source
from streamal.core.scorer import PartitionState, Scorer, ScorerSpec, Situation
from streamal.core.updates import Budget, Pace
from tests.core.recount import Recount, allowed

UtilityShape = Callable[[int, int], float]


def _noise(i: int) -> float:
    return draw(1, "made", str(i))


SHAPES: dict[str, UtilityShape] = {
    "constant": lambda i, total: 0.5,
    "zero": lambda i, total: 0.0,
    "nan": lambda i, total: float("nan"),
    "bimodal": lambda i, total: 0.9 if _noise(i) < 0.02 else 0.01,
    "rising": lambda i, total: (i + 1) / total,
    "falling": lambda i, total: 1.0 - i / total,
    "uniform": lambda i, total: _noise(i),
    "bursty": lambda i, total: _noise(i) * (0.9 if (i // 50) % 10 == 0 else 0.05),
}
"""Utility of sample i of so many."""

WINDOW_MS = 2_000_000
"""The window of the table: 2,000 samples at one a second."""

Limits = tuple[LimitSpec, ...]


def _window() -> LimitSpec:
    return LimitSpec("window", 50, every_ms=WINDOW_MS)


BUDGETS: dict[str, Limits] = {
    "rate .005": (LimitSpec("rate", 0.005),),
    "rate .01": (LimitSpec("rate", 0.01),),
    "rate .02": (LimitSpec("rate", 0.02),),
    "rate .1": (LimitSpec("rate", 0.1),),
    "rate .3": (LimitSpec("rate", 0.3),),
    "count 50 over": (LimitSpec("count", 50, over=5000),),
    "count 50": (LimitSpec("count", 50),),
    "count 500 over": (LimitSpec("count", 500, over=5000),),
    "count 500": (LimitSpec("count", 500),),
    "rate .1, count 500": (LimitSpec("rate", 0.1), LimitSpec("count", 500, over=5000)),
    "window 50": (_window(),),
    "rate .1, count 500, window 50": (
        LimitSpec("rate", 0.1),
        LimitSpec("count", 500, over=6000),
        _window(),
    ),
    "cost 25 at .5 over": (LimitSpec("cost", 25.0, over=5000, prices={"*": 0.5, "llm": 0.01}),),
    "cost 50 at .3": (LimitSpec("cost", 50.0, prices={"*": 0.3}),),
    "rate .02, cost 20 at .7": (
        LimitSpec("rate", 0.02),
        LimitSpec("cost", 20.0, over=5000, prices={"*": 0.7}),
    ),
}
"""The budgets of the table in docs/budget.md."""

PARTITIONS = (1, 4, 12)
BATCHES = (1, 64, 500)


def samples_of(budget: str) -> int:
    """Return how long the table's stream is: three windows, or 5,000 samples."""
    return 6000 if "window" in budget else 5000


def prediction_of(utility: float) -> Prediction:
    """Return a prediction of two classes whose margin utility is the one given."""
    best = 1.0 / (1.0 + utility)
    return Prediction((best, 1.0 - best), "a", best if isfinite(best) else 0.5)


@dataclass(frozen=True)
class Case:
    """One cell: a budget, a stream, and how it is cut into partitions and batches."""

    budget: str
    shape: str
    partitions: int = 1
    batch: int = 1
    policy: PolicySpec = PolicySpec()

    @property
    def limits(self) -> Limits:
        """The limits of the budget."""
        return BUDGETS[self.budget]

    @property
    def samples(self) -> int:
        """How long the stream is."""
        return samples_of(self.budget)


@dataclass
class Run:
    """What one run wrote, and how it ended."""

    allowed: int
    requests: list[Request] = field(default_factory=list)
    candidates: int = 0
    paces: int = 0
    excess: Fraction = Fraction(-1)

    @property
    def short(self) -> int:
        """How many labels were allowed and not asked for."""
        return self.allowed - len(self.requests)

    @property
    def part(self) -> float:
        """What part of the allowed labels was asked for."""
        return len(self.requests) / self.allowed

    @property
    def is_spent(self) -> bool:
        """Whether 98.5 % were asked for, or all but one."""
        return self.part >= 0.985 or self.short <= 1


class Harness:
    """The two state machines of one case, and the auditor of what they write."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.scorer = Scorer(ScorerSpec(seed=7, policy=case.policy, auto_label=0.95))
        for partition in range(case.partitions):
            self.scorer.restore(partition, PartitionState())
        self.arbiter = Arbiter(ArbiterSpec(list(case.limits), policy=case.policy))
        self.recount = Recount(case.limits)
        self.result = Run(min(allowed(limit, case.samples) for limit in case.limits))
        self.pace = 1.0
        self.offset = 0
        (begun,) = self.arbiter.start(0)
        assert isinstance(begun, Budget)
        self.recount.stamped(begun.ledger)

    def run(self) -> Run:
        """Route all samples; return what came of them."""
        for round_ in self._rounds():
            self._arbitrate(self._route(round_), round_[-1] * 1000)
        self.result.excess = self.recount.excess
        return self.result

    def _rounds(self) -> Iterator[range]:
        size = self.case.partitions * self.case.batch
        for start in range(0, self.case.samples, size):
            yield range(start, min(start + size, self.case.samples))

    def _route(self, round_: range) -> list[Candidate]:
        situation = Situation(("a", "b"), 1, self.pace)
        shape, total = SHAPES[self.case.shape], self.case.samples
        routed = [
            self.scorer.route(self._sample(i), prediction_of(shape(i, total)), situation, i * 1000)
            for i in round_
        ]
        return [record for record in routed if isinstance(record, Candidate)]

    def _sample(self, i: int) -> Sample:
        source = Source("samples", i % self.case.partitions, i // self.case.partitions)
        return Sample(source, source.text, str(i), {"x": float(i)})

    def _arbitrate(self, candidates: list[Candidate], time: int) -> None:
        progress = self.scorer.progress()
        self.scorer.save()
        for candidate in candidates:
            self._take(candidate)
        if progress is not None:
            self.recount.see(progress)
            self.arbiter.progress(progress, self._next(), time)
        self._finish()

    def _next(self) -> int:
        self.offset += 1
        return self.offset - 1

    def _take(self, candidate: Candidate) -> None:
        self.result.candidates += 1
        self.recount.see(candidate)
        for record in self.arbiter.candidate(candidate, self._next(), candidate.created_at):
            if isinstance(record, Request):
                self.result.requests.append(record)
                self.recount.charge(record)

    def _finish(self) -> None:
        for record in self.arbiter.finish():
            assert isinstance(record, Pace)
            self.recount.pace(record)
            self.pace = record.pace
            self.result.paces += 1


def run(case: Case) -> Run:
    """Route all samples of a case; recount the budget at each request."""
    return Harness(case).run()
