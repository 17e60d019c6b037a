"""The scorer's state machine: a sample and its prediction in, a decision or candidate out.

It proposes, generously: it holds one small row for each partition and spends nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from streamal.core.controller import GENEROSITY, Bucket, Verdict, wanted
from streamal.core.draw import draw
from streamal.core.estimate import bin_of
from streamal.core.policies import Opinion, PolicySpec, Scored, policy
from streamal.core.prediction import BINS, Prediction
from streamal.core.records import NO_PAYLOAD, Candidate, Decision, Progress, Route, Sample
from streamal.core.utility import UTILITIES, opinion


class ScorerSpec(msgspec.Struct, frozen=True):
    """What a scorer is configured with; `auto_label` None never labels by itself."""

    seed: int
    policy: PolicySpec
    auto_label: float | None = None


class PartitionState(msgspec.Struct):
    """A partition's row in `state`: cumulative counts, the bucket, the policy's memory.

    A policy of another `kind` begins anew: it could not read that memory.
    """

    seen: int = 0
    bins: list[int] = msgspec.field(default_factory=lambda: [0] * BINS)
    routes: dict[str, int] = msgspec.field(default_factory=dict)
    bucket: float = 5.0 * GENEROSITY
    kind: str = ""
    policy: str | float | None = None


class Situation(msgspec.Struct, frozen=True, gc=False):
    """What holds for all samples between two changes of the model."""

    classes: Sequence[str]
    version: int
    pace: float


class _Partition:
    def __init__(self, spec: ScorerSpec, state: PartitionState) -> None:
        self.state = state
        self.bucket = Bucket(state.bucket)
        self.policy = policy(spec.policy, spec.seed)
        if state.policy is not None and state.kind == spec.policy.kind:
            self.policy.load(state.policy)
        state.kind = spec.policy.kind

    def save(self) -> PartitionState:
        self.state.bucket = self.bucket.level
        self.state.policy = self.policy.save()
        return self.state


class _Judged(NamedTuple):
    sample: Sample
    prediction: Prediction
    utility: float
    view: Opinion
    draw: float
    cap: float
    verdict: Verdict


class Scorer:
    """Routes the samples of the partitions that this process holds.

    Examples
    --------
    >>> from streamal.core.records import Source
    >>> from streamal.core.prediction import NO_OPINION
    >>> scorer = Scorer(ScorerSpec(seed=7, policy=PolicySpec()))
    >>> scorer.restore(0, PartitionState())
    >>> sample = Sample(Source("samples", 0, 0), "samples/0/0", "a", {"x": 1.0})
    >>> out = scorer.route(sample, NO_OPINION, Situation((), 1, 1.0), 0)
    >>> type(out).__name__, out.cold_start
    ('Candidate', True)
    """

    def __init__(self, spec: ScorerSpec) -> None:
        self._spec = spec
        self._utility = UTILITIES[spec.policy.utility]
        self._uniform = spec.policy.uniform
        self._partitions: dict[int, _Partition] = {}
        self._touched: set[int] = set()
        self._untold: dict[int, PartitionState] = {}

    def restore(self, partition: int, state: PartitionState) -> None:
        """Take over a partition at a saved state."""
        self._partitions[partition] = _Partition(self._spec, state)

    def drop(self, partition: int) -> None:
        """Give a partition up."""
        self._partitions.pop(partition, None)
        self._touched.discard(partition)
        self._untold.pop(partition, None)

    def route(
        self, sample: Sample, prediction: Prediction, situation: Situation, time: int
    ) -> Candidate | Decision:
        """Decide one sample at a time in milliseconds, or propose it to the arbiter."""
        at = sample.source.partition
        partition = self._partitions[at]
        self._touched.add(at)
        self._untold[at] = partition.state
        judged = self._judge(partition, sample, prediction, situation.pace)
        partition.state.seen += 1
        if judged.verdict.wanted:
            partition.bucket.take()
            return self._candidate(judged, situation, time)
        return self._decision(partition.state, judged, situation, time)

    def _judge(
        self, partition: _Partition, sample: Sample, prediction: Prediction, pace: float
    ) -> _Judged:
        utility = opinion(self._utility, prediction.row)
        cap = partition.bucket.fill(pace)
        affordable, cold = partition.bucket.level > 0, prediction.is_cold
        view = partition.policy.weigh(
            Scored(sample.key, utility, prediction.confidence, cold, affordable, pace)
        )
        chance = draw(self._spec.seed, "ask", sample.key)
        verdict = wanted(view.rank, chance, cap, self._uniform, view.want)
        return _Judged(sample, prediction, utility, view, chance, cap, verdict)

    def _fallback(self, prediction: Prediction) -> tuple[Route, str]:
        """Return the route of a sample that is not asked, and why."""
        bar = self._spec.auto_label
        if bar is not None and not prediction.is_cold and prediction.confidence >= bar:
            return "auto_label", "confident"
        return "abstain", "not_informative"

    def _candidate(self, judged: _Judged, situation: Situation, time: int) -> Candidate:
        sample, prediction, utility, view, chance, cap, _ = judged
        seen, bins = self._tell()
        route, reason = self._fallback(prediction)
        return Candidate(
            sample_id=sample.id,
            source=sample.source,
            seen=seen,
            bins=bins,
            rank=view.rank,
            draw=chance,
            cap=cap,
            utility=utility,
            label=prediction.label,
            probabilities=dict(zip(situation.classes, prediction.row, strict=False)),
            confidence=prediction.confidence,
            cold_start=prediction.is_cold,
            model_version=situation.version,
            route=route,
            reason=reason,
            features=sample.features,
            created_at=time,
            want=view.want,
            threshold=view.threshold,
            auto_label_threshold=self._spec.auto_label if route == "auto_label" else None,
            payload=NO_PAYLOAD if sample.payload is None else sample.payload,
        )

    def _decision(
        self, state: PartitionState, judged: _Judged, situation: Situation, time: int
    ) -> Decision:
        """Write what needs no label; its propensity is an upper bound (f at the cap)."""
        sample, prediction, utility, view, _, cap, verdict = judged
        route, reason = self._fallback(prediction)
        state.routes[route] = state.routes.get(route, 0) + 1
        state.bins[bin_of(prediction.confidence)] += 1
        labels_itself = route == "auto_label"
        return Decision(
            sample_id=sample.id,
            route=route,
            reason=reason,
            label=prediction.label,
            probabilities=dict(zip(situation.classes, prediction.row, strict=False)),
            confidence=prediction.confidence,
            utility=utility,
            rank=view.rank,
            threshold=(1.0 - self._uniform) * cap if view.threshold is None else view.threshold,
            propensity=verdict.propensity,
            model_version=situation.version,
            decided_at=time,
            source=sample.source,
            auto_label_threshold=(self._spec.auto_label or 0.0) if labels_itself else UNSET,
            certificate=None if labels_itself else UNSET,
        )

    def progress(self) -> Progress | None:
        """Return what no candidate has told yet of how far the partitions have come."""
        if not self._untold:
            return None
        seen, bins = self._tell()
        return Progress(seen=seen, bins=bins)

    def _tell(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        untold = self._untold
        seen = {str(p): state.seen for p, state in untold.items()}
        bins = {str(p): state.bins.copy() for p, state in untold.items()}
        untold.clear()
        return seen, bins

    def save(self) -> dict[int, PartitionState]:
        """Return the rows to write with this batch."""
        rows = {p: self._partitions[p].save() for p in sorted(self._touched)}
        self._touched.clear()
        return rows
