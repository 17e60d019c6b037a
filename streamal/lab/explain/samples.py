"""The samples themselves: where they lie, whether they are kept, how far the scorers are."""

from collections.abc import Iterator
from typing import cast

from streamal.core.log import Record
from streamal.core.records import Source
from streamal.errors import Poison, UsageError
from streamal.lab.explain.case import Case, Cases, Kind, State
from streamal.lab.explain.word import Word
from streamal.lab.laws.log import Log
from streamal.wire.samples import SampleDecoder
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, CANDIDATES, DEAD_LETTERS, LABELS, SAMPLES

DECIDED = (AUTO_LABELS, ABSTAINED, DEAD_LETTERS, CANDIDATES)
"""Where retention may have dropped what became of a sample; requests are kept for ever."""


class Samples:
    """Looks at what is meant in `samples`, beside what became of it."""

    def __init__(self, log: Log, word: Word, cases: Cases) -> None:
        self._log = log
        self._word = word
        self._cases = cases
        self._name = log.scan.name(SAMPLES)
        self._kinds: dict[str, Kind] = {self._name: "sample", log.scan.name(LABELS): "answer"}
        self._ends = log.scan.ends[SAMPLES]
        self._decoder = SampleDecoder(log.plan.mapping)

    def run(self) -> None:
        """Read what is needed; all of it only where nothing else was found.

        Raises
        ------
        UsageError
            Nothing is known by that name; says what is near.
        """
        self._typed()
        is_known = len(self._cases) > 0
        for partition, (oldest, end) in self._ends.items():
            self._known(partition)
            behind = self._log.look.before.scored.get(partition, 0)
            self._search(partition, max(oldest, behind) if is_known else oldest, end)
        if not len(self._cases):
            raise UsageError(self._unknown())
        for case in self._cases.newest():
            case.kind = self._kinds.get(case.source.topic, "record")
            case.state = self._state(case)

    def _typed(self) -> None:
        """Open the case of a place that was typed; see that there is such a place."""
        place = self._word.place
        if place is None or place.topic != self._name or self._cases.find(place.text):
            return
        if place.partition not in self._ends:
            raise UsageError(
                f"{place.text}: {self._name} has no partition {place.partition}; "
                f"it has {len(self._ends)}, from 0"
            )
        oldest, end = self._ends[place.partition]
        if place.offset >= end:
            raise UsageError(
                f"{place.text} is not there yet; partition {place.partition} of {self._name} "
                f"begins at {oldest} and ends before {end}"
            )
        found = list(self._log.scan.span(SAMPLES, place.partition, place.offset, place.offset + 1))
        if place.offset >= oldest and not found:
            raise UsageError(f"{place.text} holds no record, as some places do")
        self._cases.open(place, None, found[0].timestamp if found else 0)

    def _known(self, partition: int) -> None:
        """Look at the samples whose places are known."""
        wanted = {
            case.source.offset: case
            for case in self._cases.newest()
            if (case.source.topic, case.source.partition) == (self._name, partition)
        }
        if not wanted:
            return
        first, last = min(wanted), max(wanted)
        for record in self._log.scan.span(SAMPLES, partition, first, last + 1):
            if record.offset in wanted:
                self._take(wanted[record.offset], record)

    def _take(self, case: Case, record: Record) -> None:
        case.appended_at = record.timestamp
        try:
            sample = self._decoder.decode(record)
        except Poison as poison:
            case.unusable = str(poison)
        else:
            case.features, case.sample_id = sample.features, case.sample_id or sample.id

    def _search(self, partition: int, first: int, end: int) -> None:
        """Look for samples of that id of which nothing was written yet."""
        for record in self._log.scan.span(SAMPLES, partition, first, end):
            sample_id = self._id(record)
            source = Source(record.topic, record.partition, record.offset)
            if self._word.means(sample_id, source.text):
                self._take(self._cases.open(source, sample_id, record.timestamp), record)

    def _id(self, record: Record) -> str | None:
        try:
            return self._decoder.decode(record).id
        except Poison:
            return record.key.decode(errors="replace") if record.key else None

    def _state(self, case: Case) -> State:
        if case.told is not None:
            return cast("State", case.told.route)
        if case.is_waiting:
            return "candidate"
        if case.letter is not None:
            return "dead_letter"
        if case.source.topic != self._name:
            return "unsolicited"
        place = self._log.look.before
        if case.source.offset >= place.scored.get(case.source.partition, 0):
            return "undecided"
        return "gone" if self._may_be_gone(case) else "lost"

    def _may_be_gone(self, case: Case) -> bool:
        """May retention have dropped what became of a sample?"""
        until = max(map(self._log.scan.cut_until, DECIDED))
        return until >= (case.appended_at or 0)

    def _unknown(self) -> str:
        cut = ", ".join(self._cut())
        dropped = f"; retention has dropped the beginning of {cut}" if cut else ""
        return (
            f"no sample {self._word.text!r} in {self._name}, nor in what became of samples"
            f"{dropped}. {self._word.hint()}"
        )

    def _cut(self) -> Iterator[str]:
        for logical in (SAMPLES, *DECIDED):
            if self._log.scan.is_cut(logical):
                yield self._log.scan.name(logical)
