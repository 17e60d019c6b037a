"""Law 6: the score in a decision equals the score computed again at its model version."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec

from streamal.core.prediction import predicted
from streamal.core.records import Features
from streamal.core.utility import UTILITIES, Utility, opinion
from streamal.errors import Poison
from streamal.lab.laws.facts import Scored, Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.samples import Lane
from streamal.lab.laws.verdict import Findings
from streamal.learners.model import Answer, Model, Refusal
from streamal.wire.samples import SampleDecoder
from streamal.wire.topics import SAMPLES

BATCH = 500
"""Samples whose features are in memory at a time."""

GONE = "their samples are gone"
OTHERS = "another model was configured then"
STOPPED = "the replay did not come to their version"
REWEIGHED = "weighed by another utility than the one configured now"


class Score(msgspec.Struct, frozen=True):
    """What a model says of a sample, and how much its label would teach."""

    label: str | None
    classes: tuple[str, ...]
    row: tuple[float, ...]
    confidence: float
    utility: float


def scored_again(
    model: Model, features: Features, answer: Answer, utility: Utility
) -> Score | Refusal:
    """Return the score that a model's answer makes, or why the sample would get none."""
    refused = model.refuse(features)
    if refused:
        return Refusal(*refused)
    if isinstance(answer, Refusal):
        return answer
    again = predicted(model.classes, answer)
    return Score(
        label=again.label,
        classes=model.classes[: len(again.row)],
        row=tuple(again.row),
        confidence=again.confidence,
        utility=opinion(utility, again.row),
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
    if told.utility == again.utility or is_reweighed(told, again):
        return None
    return f"utility {told.utility}; {at} it is {again.utility}"


def is_reweighed(told: Scored, again: Score) -> bool:
    """Was it weighed by another utility than now? The setting may have been another."""
    weighed = (opinion(one, told.row) for one in UTILITIES.values())
    return told.utility != again.utility and told.utility in weighed


class Scores:
    """Checks the decisions of one version after the other."""

    def __init__(self, log: Log) -> None:
        self.findings = Findings(6, "decisions")
        self._log = log
        self._left: dict[int, list[Told]] = defaultdict(list)
        self._reasons: Counter[str] = Counter()
        self._utility = UTILITIES[log.plan.scorer.policy.utility]
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

    def check(self, model: Model, version: int) -> None:
        """Predict again what was decided at a version."""
        decided = self._left.pop(version, [])
        if decided and not self._log.is_ours(version):
            self._pass_over(OTHERS, len(decided))
            return
        decided.sort(key=lambda told: (told.source.partition, told.source.offset))
        for start in range(0, len(decided), BATCH):
            self._batch(model, list(self._known(decided[start : start + BATCH])))

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

    def _batch(self, model: Model, known: list[tuple[Told, Features]]) -> None:
        answers = model.predict([features for _, features in known])
        for (told, features), answer in zip(known, answers, strict=True):
            again = scored_again(model, features, answer, self._utility)
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
