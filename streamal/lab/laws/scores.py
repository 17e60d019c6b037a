"""Law 6: the score in a decision equals the score computed again at its model version."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from streamal.core.prediction import predicted
from streamal.core.records import Features
from streamal.core.utility import UTILITIES, opinion
from streamal.errors import Poison
from streamal.lab.laws.facts import Told
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
            refused = model.refuse(features)
            why = refused[1] if refused else self._differs(told, answer, model.classes)
            if why:
                self._wrong(told, why)

    def _wrong(self, told: Told, why: str) -> None:
        self.findings.wrong(told.at.text, f"{told.source.text}: {why}")

    def _differs(self, told: Told, answer: Answer, classes: tuple[str, ...]) -> str | None:
        if isinstance(answer, Refusal):
            return answer.message
        again = predicted(classes, answer)
        names = classes[: len(again.row)]
        at = f"at version {told.version}"
        if (told.classes, told.row) != (names, tuple(again.row)):
            right = dict(zip(names, again.row, strict=True))
            return f"{dict(zip(told.classes, told.row, strict=True))}; {at} it is {right}"
        if (told.label, told.confidence) != (again.label, again.confidence):
            said = f"{told.label!r} with {told.confidence}"
            return f"{said}; {at} it is {again.label!r} with {again.confidence}"
        utility = opinion(self._utility, again.row)
        if told.utility == utility or self._is_reweighed(told):
            return None
        return f"utility {told.utility}; {at} it is {utility}"

    def _is_reweighed(self, told: Told) -> bool:
        """The utility may be configured otherwise by now: each of them is taken."""
        found = any(told.utility == opinion(one, told.row) for one in UTILITIES.values())
        self._reasons[REWEIGHED] += found
        return found

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
