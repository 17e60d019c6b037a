"""Law 9: nothing that a fenced process wrote is visible, as far as a log can tell.

A process that lost its place and wrote all the same would write numbers that others
had written before, or outputs without the offsets that belong to them.
"""

from collections.abc import Iterator

from streamal.core.records import Source
from streamal.lab.laws.facts import Balance
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, CANDIDATES, REQUESTS, SAMPLES, UPDATES

NEEDED = (REQUESTS, UPDATES, AUTO_LABELS, ABSTAINED, CANDIDATES)

_Stamped = tuple[Source, Balance, Source | None]
"""Where, what, and the sample that it decides; None where it is a step."""


class _Fences:
    def __init__(self, log: Log) -> None:
        self.log = log
        self.findings = Findings(9, "stamps")
        self._last: dict[tuple[str, int], Balance] = {}
        self._together: dict[tuple[str, int], set[Source]] = {}

    def stamps(self) -> None:
        """Along each topic of the arbiter nothing runs back."""
        for at, balance, sample in self._stamped():
            self.findings.checked += 1
            before = self._last.get((at.topic, at.partition))
            why = _ran_back(before, balance, sample is None) if before else None
            if why is None and sample is not None:
                why = self._again(at, balance, before, sample)
            if why:
                self.findings.wrong(at.text, why)
            else:
                self._last[at.topic, at.partition] = balance

    def _again(
        self, at: Source, now: Balance, before: Balance | None, sample: Source
    ) -> str | None:
        """Does a stamp decide a sample twice? Only the samples of one block share one."""
        lane = (at.topic, at.partition)
        if before is None or now.candidates != before.candidates:
            self._together[lane] = set()
        if sample in self._together[lane]:
            return f"candidates {now.candidates} comes after {now.candidates}"
        self._together[lane].add(sample)
        return None

    def _stamped(self) -> Iterator[_Stamped]:
        for step in self.log.steps:
            yield step.at, step.balance, None
        for told in self.log.told:
            if told.balance is not None and told.request_id is None:
                yield told.at, told.balance, told.source

    def versions(self) -> None:
        """Along `updates` versions grow."""
        last = 0
        for version, at in self.log.versions:
            if version <= last:
                self.findings.wrong(at.text, f"version {version} comes after {last}")
            last = max(last, version)

    def counts(self) -> None:
        """Along `candidates` each partition's count grows."""
        for at, partition in self.log.told_back:
            self.findings.wrong(at.text, f"seen of partition {partition} did not grow")

    def beyond(self) -> None:
        """No output lies beyond what its writer committed with it."""
        name, scored = self.log.scan.name(SAMPLES), self.log.look.after.scored
        for told in self.log.told:
            source = told.source
            if source.topic == name and source.offset >= scored.get(source.partition, 1 << 63):
                self.findings.wrong(
                    told.at.text, f"{source.text} was never committed by the scorers' group"
                )


def _ran_back(before: Balance, now: Balance, is_step: bool) -> str | None:
    if now.step < before.step or (is_step and now.step == before.step):
        return f"step {now.step} comes after {before.step}"
    if now.candidates < before.candidates:
        return f"candidates {now.candidates} comes after {before.candidates}"
    labels = dict(now.labels)
    for partition, offset in before.labels:
        if labels.get(partition, -1) < offset:
            return f"labels {partition}/{labels.get(partition, -1)} comes after {offset}"
    if now.time < before.time or now.n < before.n:
        return f"n {now.n} and time {now.time} come after {before.n} and {before.time}"
    return None


def check(log: Log) -> list[Findings]:
    """Look for what would have to run back if a fenced process had written."""
    fences = _Fences(log)
    log.report(fences.findings, *NEEDED)
    fences.stamps()
    fences.versions()
    fences.counts()
    fences.beyond()
    return [fences.findings]
