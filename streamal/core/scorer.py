"""The scorer's state machine: a sample and its prediction in, a decision or candidate out.

It proposes, generously: it holds one small row for each partition and spends nothing.
"""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from streamal.core.controller import GENEROSITY, Bucket, wanted
from streamal.core.draw import draws
from streamal.core.drifting import DriftSpec
from streamal.core.estimate import bin_of
from streamal.core.gain import GainSpec
from streamal.core.policies import POLICIES, Opinion, PolicySpec, Scored, policy
from streamal.core.prediction import BINS, Prediction
from streamal.core.quotas import QuotaSpec
from streamal.core.records import NO_PAYLOAD, Candidate, Decision, Progress, Route, Sample
from streamal.core.stopping import resting
from streamal.core.surroundings import ModifierSpec
from streamal.core.terms import Terms
from streamal.core.utility import RANDOM, UTILITIES, armed, worth


class ScorerSpec(msgspec.Struct, frozen=True):
    """What a scorer is configured with.

    `auto_label` is a threshold without a promise; None labels on a certificate or never.
    With `no_gain` the model is compared with an older self; with `drift` it is watched.
    """

    seed: int
    policy: PolicySpec
    auto_label: float | None = None
    modifiers: ModifierSpec = ModifierSpec()
    quotas: tuple[QuotaSpec, ...] = ()
    no_gain: GainSpec | None = None
    drift: DriftSpec | None = None


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
    terms: Terms = Terms()
    is_stopped: bool = False


class _Partition:
    def __init__(self, spec: ScorerSpec, state: PartitionState) -> None:
        self.state = state
        self.bucket = Bucket(state.bucket)
        self.policy = policy(spec.policy, spec.seed)
        kin = POLICIES.get(state.kind) is POLICIES[spec.policy.kind]
        if state.policy is not None and kin:
            self.policy.load(state.policy)
        state.kind = spec.policy.kind

    def count(self, route: Route, confidence: float) -> None:
        """Count a sample that is routed without the arbiter."""
        self.state.routes[route] = self.state.routes.get(route, 0) + 1
        self.state.bins[bin_of(confidence)] += 1

    def save(self) -> PartitionState:
        self.state.bucket = self.bucket.level
        self.state.policy = self.policy.save()
        return self.state


class _Judged(msgspec.Struct, frozen=True, gc=False):
    utility: float
    view: Opinion
    draw: float
    cap: float


class _Way(msgspec.Struct, frozen=True, gc=False):
    """Where a sample goes that is not asked, why, and by which threshold and certificate."""

    route: Route
    reason: str
    threshold: float | UnsetType = UNSET
    certificate: int | UnsetType | None = UNSET
    coin: float = 0.0
    audited_from: float = 0.0


_Ways = tuple[float, _Way, float, _Way]
"""Of one predicted class: from which confidence it goes which way, and the lower one."""

_ABSTAIN = _Way("abstain", "not_informative")


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
        self._informed = 1.0 - self._uniform
        self._ask = draws(spec.seed, "ask")
        self._random = draws(spec.seed, RANDOM)
        self._terms = Terms()
        self._ways: dict[str | None, _Ways] = {}
        self._partitions: dict[int, _Partition] = {}
        self._touched: set[int] = set()
        self._untold: dict[int, _Partition] = {}

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
        partition = self._untold.get(at) or self._touch(at)
        partition.state.seen += 1
        bucket, pace = partition.bucket, situation.pace
        row, confidence = prediction.row, prediction.confidence
        cap, chance, arm = bucket.fill(pace), self._ask(sample.key), prediction.arm
        utility = self._armed(sample, prediction) if arm else worth(prediction, self._utility)
        view = partition.policy.weigh(
            Scored(sample.key, utility, confidence, not row, bucket.level > 0, pace, chance, arm)
        )
        way = self._way(prediction, situation.terms) if row else _ABSTAIN
        informed, stopped = self._informed, situation.is_stopped
        if stopped:
            informed, cap, view = 0.0, min(1.0, GENEROSITY * pace), Opinion(view.rank)
            verdict = resting(chance, cap, way.coin)
        else:
            rank, want = view.rank, view.want
            verdict = wanted(rank, chance, cap, self._uniform, want, way.coin, min(1.0, pace))
        if verdict.wanted:
            if not (verdict.audited or stopped):
                bucket.take()
            judged = _Judged(utility, view, chance, cap)
            return self._candidate(sample, prediction, judged, way, situation, time)
        partition.count(way.route, confidence)
        threshold = informed * cap if view.threshold is None else view.threshold
        chances = (utility, view.rank, threshold, verdict.propensity)
        return self._decision(sample, prediction, chances, way, situation, time)

    @staticmethod
    def _decision(
        sample: Sample,
        prediction: Prediction,
        chances: tuple[float, float, float, float],
        way: _Way,
        situation: Situation,
        time: int,
    ) -> Decision:
        """Return what is decided without the arbiter."""
        utility, rank, threshold, propensity = chances
        return Decision(
            sample_id=sample.id,
            route=way.route,
            reason=way.reason,
            label=prediction.label,
            probabilities=prediction.named(situation.classes),
            confidence=prediction.confidence,
            utility=utility,
            rank=rank,
            threshold=threshold,
            propensity=propensity,
            model_version=situation.version,
            decided_at=time,
            source=sample.source,
            auto_label_threshold=way.threshold,
            certificate=way.certificate,
            modifiers=prediction.modifiers,
            arm=prediction.arm,
        )

    def _armed(self, sample: Sample, prediction: Prediction) -> float:
        return armed(prediction, self._utility, self._random(sample.key))

    def _touch(self, at: int) -> _Partition:
        """Return a partition of which something has to be told and saved from now on."""
        self._touched.add(at)
        self._untold[at] = partition = self._partitions[at]
        return partition

    def _way(self, prediction: Prediction, terms: Terms) -> _Way:
        """Return the way of a sample that is not asked."""
        if terms is not self._terms:
            self._terms, self._ways = terms, {}
        label, confidence = prediction.label, prediction.confidence
        bar, sure, start, audited = self._ways.get(label) or self._learn_ways(label, terms)
        if confidence >= bar:
            return sure
        return audited if confidence >= start else _ABSTAIN

    def _learn_ways(self, label: str | None, terms: Terms) -> _Ways:
        """Note what the terms say of a class, until there are others."""
        bar, start, coin = terms.bar(label), terms.audits_from(label), terms.coin
        since = start if coin else 0.0
        sure = _Way("auto_label", "confident", bar, terms.certificate, coin, since)
        reason = "not_informative" if terms.bars else "uncertified"
        audited = _Way("abstain", reason, coin=coin, audited_from=since)
        self._ways[label] = found = (bar, sure, start, audited)
        return found

    def _candidate(
        self,
        sample: Sample,
        prediction: Prediction,
        judged: _Judged,
        way: _Way,
        situation: Situation,
        time: int,
    ) -> Candidate:
        seen, bins = self._tell()
        view = judged.view
        return Candidate(
            sample_id=sample.id,
            source=sample.source,
            seen=seen,
            bins=bins,
            rank=view.rank,
            draw=judged.draw,
            cap=judged.cap,
            utility=judged.utility,
            label=prediction.label,
            probabilities=prediction.named(situation.classes),
            confidence=prediction.confidence,
            cold_start=prediction.is_cold,
            model_version=situation.version,
            route=way.route,
            reason=way.reason,
            features=sample.features,
            created_at=time,
            want=view.want,
            threshold=view.threshold,
            auto_label_threshold=None if way.threshold is UNSET else way.threshold,
            certificate=None if way.certificate is UNSET else way.certificate,
            coin=way.coin,
            audited_from=way.audited_from,
            pace=min(1.0, situation.pace),
            payload=NO_PAYLOAD if sample.payload is None else sample.payload,
            modifiers=prediction.modifiers,
            arm=prediction.arm,
        )

    def progress(self) -> Progress | None:
        """Return what no candidate has told yet of how far the partitions have come."""
        if not self._untold:
            return None
        seen, bins = self._tell()
        return Progress(seen=seen, bins=bins)

    def _tell(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        untold = self._untold
        seen = {str(p): found.state.seen for p, found in untold.items()}
        bins = {str(p): found.state.bins.copy() for p, found in untold.items()}
        untold.clear()
        return seen, bins

    def save(self) -> dict[int, PartitionState]:
        """Return the rows to write with this batch."""
        rows = {p: self._partitions[p].save() for p in sorted(self._touched)}
        self._touched = set(self._untold)  # of these more may come before they are told
        return rows
