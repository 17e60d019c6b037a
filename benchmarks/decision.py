"""What a decision costs without model and broker: both state machines, one partition."""

from time import thread_time

from streamal.core.arbiter import Arbiter
from streamal.core.draw import draw
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.records import Candidate, Sample, Source
from streamal.core.scorer import PartitionState, Scorer, ScorerSpec, Situation

SAMPLES = 10_000
ROUNDS = 9


def decision_microseconds() -> float:
    """Return µs a sample of the scorer's route, the best of some rounds."""
    return min(_round() for _ in range(ROUNDS))


def _round() -> float:
    scorer = Scorer(ScorerSpec(7, PolicySpec(), 0.95))
    scorer.restore(0, PartitionState())
    arbiter = Arbiter(ArbiterSpec([LimitSpec("rate", 0.1)]))
    arbiter.start(0)
    situation, spent = Situation(("a", "b"), 1, 0.1), 0.0
    for i, (sample, guess) in enumerate(_made()):
        began = thread_time()
        routed = scorer.route(sample, guess, situation, i * 1000)
        spent += thread_time() - began
        if isinstance(routed, Candidate):
            arbiter.candidate(routed, i, i * 1000)
    return spent / SAMPLES * 1e6


def _made() -> list[tuple[Sample, Prediction]]:
    found = []
    for i in range(SAMPLES):
        best = 1.0 / (1.0 + draw(1, "made", str(i)))
        source = Source("samples", 0, i)
        sample = Sample(source, source.text, str(i), {"x": 1.0, "y": 2.0})
        found.append((sample, Prediction((best, 1.0 - best), "a", best)))
    return found


if __name__ == "__main__":
    print(f"{decision_microseconds():.1f} µs a sample")
