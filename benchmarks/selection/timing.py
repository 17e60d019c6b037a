"""What one decision costs, model aside: one process, one stream, everybody in turn."""

from collections.abc import Sequence
from time import thread_time

from benchmarks.decision import decision_microseconds
from benchmarks.selection.arms import RIVALS, WARM
from benchmarks.selection.cell import Cell
from benchmarks.selection.run import run
from benchmarks.selection.stream import names, stream
from streamal import Sampler
from streamal.learners.port import Features, Learner, Probabilities
from streamal.learners.presets import make

ROWS = 1_500
ROUNDS = 3
STREAMS = ("elec2", "bananas", "synth_sea")


class _Timed:
    """A learner that adds up how long its predictions took, over all its clones."""

    def __init__(self, inner: Learner, took: list[float]) -> None:
        self._inner = inner
        self._took = took

    @property
    def classes(self) -> tuple[str, ...]:
        return self._inner.classes

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        self._inner.learn_one(features, label, weight)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        began = thread_time()
        found = self._inner.predict_proba_many(rows)
        self._took[0] += thread_time() - began
        return found

    def clone(self) -> "_Timed":
        return _Timed(self._inner.clone(), self._took)

    def describe(self) -> str:
        return self._inner.describe()


def times(strategies: Sequence[str] | None = None) -> dict[str, float]:
    """Return µs of CPU a row of choosing, by name.

    Ours twice: the scorer alone, which is what a service does at each sample, and all of
    `Sampler.decide` but the learner. Rivals with the checks that they have by default.
    """
    at_hand = names()
    name = next(one for one in STREAMS if one in at_hand)
    found = {
        "ours: scorer": decision_microseconds(),
        "ours: Sampler.decide": min(_sampler(name) for _ in range(ROUNDS)),
    }
    known = [arm for arm in RIVALS if arm.endswith(WARM)] if strategies is None else strategies
    for arm in known:
        rows = ROWS // 5 if "Probabilistic" in arm else ROWS
        found[arm] = run(Cell(name, "linear", arm, 0.1, rows)).micros
    return found


def _sampler(name: str) -> float:
    rows = stream(name, ROWS)
    learning, spent = [0.0], 0.0
    learner = _Timed(make("linear", 0), learning)
    sampler = Sampler(model=learner, budget=0.1, auto_label="off")
    for row, label in zip(rows.rows, rows.labels, strict=True):
        began, before = thread_time(), learning[0]
        decision = sampler.decide(row)
        spent += thread_time() - began - (learning[0] - before)
        if decision.route == "request":
            sampler.teach(decision, label)
    return spent / ROWS * 1e6
