"""Law 6: the score in a decision equals the score computed again at its model version."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from streamal.core.draw import draws
from streamal.core.prediction import Prediction
from streamal.core.records import Features, Source
from streamal.core.scorer import ScorerSpec
from streamal.core.utility import DISAGREEMENT, LEAST, RANDOM, UTILITIES, Utility, armed, opinion
from streamal.errors import Poison
from streamal.lab.laws.facts import Scored, Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.samples import Lane
from streamal.lab.laws.verdict import Findings
from streamal.learners.model import Model, Refusal
from streamal.runtime.replica import Replica
from streamal.wire.samples import SampleDecoder
from streamal.wire.topics import SAMPLES

Known = tuple[Source, Features]

BATCH = 500
"""Samples whose features are in memory at a time."""

GONE = "their samples are gone"
OTHERS = "another model was configured then"
STOPPED = "the replay did not come to their version"
REWEIGHED = "weighed by another utility or modifier than configured now"


class Score(msgspec.Struct, frozen=True):
    """What is said of a sample, and how much its label would teach."""

    label: str | None
    classes: tuple[str, ...]
    row: tuple[float, ...]
    confidence: float
    utility: float
    modifiers: tuple[tuple[str, float], ...] = ()
    arm: str | None = None


class Scoring:
    """Scores samples again as scorers do.

    Parameters
    ----------
    spec
        As configured now.
    """

    def __init__(self, spec: ScorerSpec) -> None:
        self._utility = UTILITIES[spec.policy.utility]
        self._random = draws(spec.seed, RANDOM)

    def again(self, replica: Replica, known: Sequence[Known]) -> list[Score | Refusal]:
        """Return the score of each sample at the replica's version, or why it would get none."""
        said = replica.predict([features for _, features in known])
        return [
            self._score(replica.model, source, features, one)
            for (source, features), one in zip(known, said, strict=True)
        ]

    def _score(
        self, model: Model, source: Source, features: Features, said: Prediction | Refusal
    ) -> Score | Refusal:
        refused = model.refuse(features)
        if refused:
            return Refusal(*refused)
        if isinstance(said, Refusal):
            return said
        return Score(
            label=said.label,
            classes=model.classes[: len(said.row)],
            row=tuple(said.row),
            confidence=said.confidence,
            utility=armed(said, self._utility, self._random(source.text)),
            modifiers=tuple(said.modifiers.items()),
            arm=said.arm,
        )


def differs(told: Scored, again: Score | Refusal) -> str | None:
    """Return in what a score differs from the one computed again, None where it agrees."""
    if isinstance(again, Refusal):
        return again.message
    at = f"at version {told.version}"
    if (told.classes, told.row) != (again.classes, again.row):
        right = dict(zip(again.classes, again.row, strict=True))
        return f"{dict(zip(told.classes, told.row, strict=True))}; {at} it is {right}"
    if (told.label, told.confidence) != (again.label, again.confidence):
        said = f"{told.label!r} with {told.confidence}"
        return f"{said}; {at} it is {again.label!r} with {again.confidence}"
    if _worth(told) == _worth(again) or is_reweighed(told, again):
        return None
    return f"utility {told.utility} ({_how(told)}); {at} it is {again.utility} ({_how(again)})"


def _worth(score: Scored | Score) -> tuple[object, ...]:
    return score.utility, score.modifiers, score.arm


def _how(score: Scored | Score) -> str:
    return ", ".join([score.arm or "by the row", *(f"{n} {f}" for n, f in score.modifiers)])


def is_reweighed(told: Scored, again: Score) -> bool:
    """Was it weighed otherwise than now? The settings of then may have been others.

    What it says of itself must fit all the same: some utility of its row, times the
    factors of its modifiers. Of a disagreement or a draw that cannot be seen.
    """
    if _worth(told) == _worth(again):
        return False
    if told.arm == DISAGREEMENT or (told.arm == RANDOM and again.arm != RANDOM):
        return True
    return told.utility in (_weighed(one, told) for one in UTILITIES.values() if one)


def _weighed(utility: Utility, told: Scored) -> float:
    found = opinion(utility, told.row)
    for _, factor in told.modifiers:
        found *= factor
    return max(found, LEAST)


class Scores:
    """Checks the decisions of one version after the other."""

    def __init__(self, log: Log) -> None:
        self.findings = Findings(6, "decisions")
        self._log = log
        self._left: dict[int, list[Told]] = defaultdict(list)
        self._reasons: Counter[str] = Counter()
        self._scoring = Scoring(log.plan.scorer)
        self._decoder = SampleDecoder(log.plan.mapping)
        self._lanes = {p: Lane(log.scan, p, needed) for p, needed in self._group().items()}

    def _group(self) -> dict[int, set[int]]:
        """Group the decisions by version, each sample once; law 12 has the cold ones."""
        log, needed = self._log, defaultdict[int, set[int]](set)
        for told in log.told:
            source = told.source
            if log.is_cold(told.version) or source.topic != log.scan.name(SAMPLES):
                continue
            if source.offset not in needed[source.partition]:
                needed[source.partition].add(source.offset)
                self._left[told.version].append(told)
        return needed

    def check(self, replica: Replica) -> None:
        """Predict again what was decided at the replica's version."""
        version = replica.version
        decided = self._left.pop(version, [])
        if decided and not self._log.is_ours(version):
            self._pass_over(OTHERS, len(decided))
            return
        decided.sort(key=lambda told: (told.source.partition, told.source.offset))
        for start in range(0, len(decided), BATCH):
            self._batch(replica, list(self._known(decided[start : start + BATCH])))

    def _pass_over(self, reason: str, count: int) -> None:
        self._reasons[reason] += count
        self.findings.passed_over += count

    def _known(self, decided: list[Told]) -> Iterator[tuple[Told, Features]]:
        """Yield decisions with their features, as far as the samples are there."""
        for told in decided:
            record = self._lanes[told.source.partition].take(told.source.offset)
            if record is None:
                self._pass_over(GONE, 1)
                continue
            self.findings.checked += 1
            try:
                yield told, self._decoder.decode(record).features
            except Poison as poison:
                self._wrong(told, f"its sample is a dead letter: {poison}")

    def _batch(self, replica: Replica, known: list[tuple[Told, Features]]) -> None:
        scores = self._scoring.again(replica, [(told.source, row) for told, row in known])
        for (told, _), again in zip(known, scores, strict=True):
            why = differs(told, again)
            if why:
                self._wrong(told, why)
            elif isinstance(again, Score):
                self._reasons[REWEIGHED] += is_reweighed(told, again)

    def _wrong(self, told: Told, why: str) -> None:
        self.findings.wrong(told.at.text, f"{told.source.text}: {why}")

    def end(self, last: int, is_whole: bool) -> None:
        """Deal with the versions that the replay did not come to, which ended at `last`."""
        for version, decided in self._left.items():
            if not is_whole:
                self._pass_over(STOPPED, len(decided))
                continue
            self.findings.checked += len(decided)
            for told in decided:
                self._wrong(told, f"version {version} is beyond updates, which end at {last}")
        if not self.findings.checked and not self.findings.passed_over and self._log.told:
            self.findings.note("all were made before a second class was learned: law 12 has them")
        for reason, count in self._reasons.items():
            if count:
                self.findings.note(f"{count}: {reason}")
