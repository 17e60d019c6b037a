"""A round-based harness over the two pure state machines, for the budget's law.

Each round every partition routes one batch at the same pace; the arbiter then takes
all candidates in order. Sample i is seen at i seconds. The recount works on what was
written and with arithmetic of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from streamal.core.arbiter import Arbiter
from streamal.core.draw import draw
from streamal.core.estimate import HORIZON
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.records import Candidate, Request, Sample, Source
from streamal.core.scorer import PartitionState, Scorer, ScorerSpec, Situation
from streamal.core.updates import Pace

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


def prediction_of(utility: float) -> Prediction:
    """Return a prediction of two classes whose margin utility is the one given."""
    best = 1.0 / (1.0 + utility)
    return Prediction((best, 1.0 - best), "a", best if best == best else 0.5)


@dataclass
class Run:
    """What one run wrote, and how it ended."""

    requests: list[Request] = field(default_factory=list)
    candidates: int = 0
    paces: int = 0
    allowed: float = 0.0
    excess: Fraction = Fraction(-1)


@dataclass(frozen=True)
class Case:
    """One cell: a budget, a stream, and how it is cut into partitions and batches."""

    limits: tuple[LimitSpec, ...]
    shape: str
    partitions: int = 1
    batch: int = 1
    samples: int = 5000
    policy: PolicySpec = PolicySpec()


def run(case: Case) -> Run:
    """Route all samples of a case; recount the excess at each request."""
    scorer = Scorer(ScorerSpec(seed=7, policy=case.policy, auto_label=0.95))
    for partition in range(case.partitions):
        scorer.restore(partition, PartitionState())
    arbiter = Arbiter(ArbiterSpec(list(case.limits), policy=case.policy, horizon=HORIZON))
    arbiter.start(0)
    result = Run()
    pace, offset = 1.0, 0
    for round_ in _rounds(case):
        candidates = _route(scorer, case, round_, pace)
        progress = scorer.progress()
        scorer.save()
        for candidate in candidates:
            _take(arbiter, candidate, offset, candidate.created_at, case, result)
            offset += 1
            result.candidates += 1
        if progress is not None:
            arbiter.progress(progress, offset, round_[-1] * 1000)
            offset += 1
        for record in arbiter.finish():
            assert isinstance(record, Pace)
            pace = record.pace
            result.paces += 1
    result.allowed = min(_allowed(s, case.samples, result.requests) for s in case.limits)
    return result


def _rounds(case: Case) -> Iterator[range]:
    size = case.partitions * case.batch
    for start in range(0, case.samples, size):
        yield range(start, min(start + size, case.samples))


def _route(scorer: Scorer, case: Case, round_: range, pace: float) -> list[Candidate]:
    found = []
    for i in round_:
        now = Situation(("a", "b"), 1, pace)
        source = Source("samples", i % case.partitions, i // case.partitions)
        sample = Sample(source, source.text, str(i), {"x": float(i)})
        guess = prediction_of(SHAPES[case.shape](i, case.samples))
        routed = scorer.route(sample, guess, now, i * 1000)
        if isinstance(routed, Candidate):
            found.append(routed)
    return found


def _take(
    arbiter: Arbiter, candidate: Candidate, offset: int, time: int, case: Case, result: Run
) -> None:
    for record in arbiter.candidate(candidate, offset, time):
        if isinstance(record, Request):
            result.requests.append(record)
            result.excess = max(result.excess, _excess(case, arbiter.state.n, result.requests))


def _excess(case: Case, n: int, requests: list[Request]) -> Fraction:
    """Return how far the charges lie above the tightest limit, by exact arithmetic."""
    return max(_charged(s, requests) - _hard(s, n) for s in case.limits)


def _charged(spec: LimitSpec, requests: list[Request]) -> Fraction:
    if spec.kind == "cost":
        return len(requests) * Fraction(str(spec.dearest))
    if spec.kind == "window":
        last = requests[-1].created_at // spec.every_ms
        return Fraction(sum(r.created_at // spec.every_ms == last for r in requests))
    return Fraction(len(requests))


def _hard(spec: LimitSpec, n: int) -> Fraction:
    amount = Fraction(str(spec.amount))
    return Fraction(str(spec.burst)) + amount * n if spec.kind == "rate" else amount


def _allowed(spec: LimitSpec, samples: int, requests: list[Request]) -> float:
    if spec.kind == "rate":
        return min(samples, int(spec.burst + spec.amount * samples))
    if spec.kind == "window":
        return spec.amount * -(-samples * 1000 // spec.every_ms)
    return spec.amount / (spec.dearest if spec.kind == "cost" else 1)
