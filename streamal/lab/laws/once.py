"""Law 1: each sample has one decision or one dead letter, or waits for the arbiter."""

from collections import defaultdict
from collections.abc import Iterator

from streamal.core.records import Source
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, CANDIDATES, DEAD_LETTERS, REQUESTS, SAMPLES

OUTCOMES = (REQUESTS, AUTO_LABELS, ABSTAINED, DEAD_LETTERS, CANDIDATES)

ELSEWHERE = ("label", "candidates")
"""Stages of dead letters that are no samples."""

Lanes = defaultdict[tuple[str, int], dict[int, Source]]
"""Per (topic, partition): the record that settled each offset."""


class _Once:
    def __init__(self, log: Log) -> None:
        self.log = log
        self.findings = Findings(1, "samples")
        self.settled: Lanes = defaultdict(dict)
        self.waiting: Lanes = defaultdict(dict)

    def settle(self) -> None:
        """Note what became of each sample; a second time is one too many."""
        for source, at in self._ends():
            lane = self.settled[source.topic, source.partition]
            first = lane.setdefault(source.offset, at)
            if first is not at:
                self.findings.wrong(
                    at.text, f"{source.text} was settled before, by {first.text}; once is right"
                )

    def _ends(self) -> Iterator[tuple[Source, Source]]:
        for told in self.log.told:
            if not told.is_again:
                yield told.source, told.at
        for letter in self.log.letters:
            if letter.stage not in ELSEWHERE:
                yield letter.original, letter.at

    def wait(self) -> None:
        """Note what waits for the arbiter."""
        for offset, proposed in self.log.waiting.items():
            lane = (proposed.source.topic, proposed.source.partition)
            first = self.waiting[lane].setdefault(proposed.source.offset, proposed.at)
            settled = self.settled[lane].get(proposed.source.offset)
            if first is not proposed.at:
                self._twice(proposed.at, proposed.source, first)
            elif settled is not None and offset > self.log.look.after.taken:
                self._twice(proposed.at, proposed.source, settled)

    def _twice(self, at: Source, source: Source, other: Source) -> None:
        self.findings.wrong(
            at.text, f"{source.text} waits for the arbiter, but is also in {other.text}"
        )

    def look(self, partition: int) -> None:
        """Look for the outcome of each sample that the scorers have passed."""
        name, places = self.log.scan.name(SAMPLES), self.log.samples[partition]
        settled, waiting = self.settled[name, partition], self.waiting[name, partition]
        passed = self._passed(partition)
        gone = max(map(self.log.scan.cut_until, OUTCOMES))
        for offset, time in zip(places.offsets, places.times, strict=True):
            if offset >= passed:
                break
            is_found = offset in settled or offset in waiting
            if not is_found and time <= gone:
                self.findings.passed_over += 1
                continue
            self.findings.checked += 1
            if not is_found:
                self.findings.wrong(
                    f"{name}/{partition}/{offset}", "has no decision and no dead letter"
                )

    def _passed(self, partition: int) -> int:
        """Return the scorers' next offset; without a commit, the end of what is settled."""
        committed = self.log.look.before.scored.get(partition)
        if committed is not None:
            return committed
        lane = self.settled[self.log.scan.name(SAMPLES), partition]
        return max(lane, default=-1) + 1


def check(log: Log) -> list[Findings]:
    """Count the outcomes of each sample that is still there or that an output names."""
    once = _Once(log)
    log.report(once.findings, *OUTCOMES)
    once.settle()
    once.wait()
    for partition in log.samples:
        once.look(partition)
    if once.findings.passed_over:
        once.findings.note("retention dropped what the others became")
    waiting = sum(map(len, once.waiting.values()))
    if waiting:
        once.findings.note(f"{waiting} wait for the arbiter")
    return [once.findings]
