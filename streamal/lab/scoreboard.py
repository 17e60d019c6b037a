"""What a simulation made of its rows, read from the topics as any consumer would."""

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import msgspec

from streamal.brokers.port import Broker
from streamal.core.limits import LimitSpec
from streamal.core.log import Record
from streamal.core.records import Decision
from streamal.lab.recount import Recount
from streamal.lab.scores import Confusion
from streamal.wire.dead import about
from streamal.wire.records import decode_decision
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, DEAD_LETTERS, REQUESTS, SAMPLES, Topics

Line = dict[str, Any]


class Scoreboard:
    """Counts decisions against the truth, row by row.

    Parameters
    ----------
    truth
        Takes the label of a row, once; None without one.
    limits
        The budget, for the recount.
    bar
        The auto-label threshold; uniform labels at or above it are audits.
    write
        Gets one line for each row, in order; None writes none.
    per_request
        Labels that each request takes.
    """

    def __init__(
        self,
        broker: Broker,
        topics: Topics,
        truth: Callable[[int], str | None],
        limits: list[LimitSpec],
        bar: float | None,
        write: Callable[[Line], None] | None = None,
        per_request: int = 1,
    ) -> None:
        self._samples = topics[SAMPLES]
        self._dead = topics[DEAD_LETTERS]
        names = (REQUESTS, AUTO_LABELS, ABSTAINED, DEAD_LETTERS)
        self._reader = broker.reader({(topics[name], 0): 0 for name in names})
        self._truth = truth
        self._bar = bar
        self._write = write
        self._per_request = per_request
        self._recount = Recount(limits)
        self._recent: deque[int] = deque()
        self._lines: dict[int, Line] = {}
        self._passed = 0
        self.confusion = Confusion()
        self.auto = Counter[bool]()
        self.routes = Counter[str]()
        self.reasons = Counter[str]()
        self.held_back = Counter[str]()
        self.arms = Counter[str]()
        self.rows = self.decided = self.audits = self.dead = self.densest = 0
        self.worst_excess = 0.0

    def take(self, passed: int = 0) -> None:
        """Read what was decided since the last call.

        Parameters
        ----------
        passed
            So many rows have come by now, from 0 on; with 0 nobody knows.
        """
        self._passed = passed
        records = self._reader.poll(1000, 0)
        records.sort(key=lambda record: record.topic != self._dead)
        found = [self._read(record) for record in records]
        self._lines.update(one for one in found if one)
        for row in sorted(self._lines):
            if passed and row != self.rows:
                return  # the one before it waits in a pool
            line = self._lines.pop(row)
            self.rows += 1
            if self._write is not None:
                self._write({"row": row, **line})

    def _read(self, record: Record) -> tuple[int, Line] | None:
        if record.topic == self._dead:
            return self._buried(record)
        decision = decode_decision(record.value or b"")
        self._count(decision)
        if self._write is None:
            return decision.source.offset, {}
        return decision.source.offset, _line(decision)

    def _buried(self, record: Record) -> tuple[int, Line] | None:
        """Count a sample's dead letter; those of labels are not rows."""
        letter = about(record)
        if letter.topic != self._samples:
            return None
        self.dead += 1
        truth = self._truth(letter.offset)
        if truth is not None:
            self.confusion.add(truth, None)
        return letter.offset, {
            "sample_id": record.key.decode(errors="replace") if record.key else None,
            "route": "dead_letter",
            "reason": letter.reason,
        }

    def _count(self, decision: Decision) -> None:
        self.decided += 1
        self.routes[decision.route] += 1
        if decision.held_back is not None:
            self.held_back[decision.held_back] += 1
        if decision.arm is not None:
            self.arms[decision.arm] += 1
        truth = self._truth(decision.source.offset)
        if truth is not None:
            self.confusion.add(truth, decision.label)
            if decision.route == "auto_label":
                self.auto[decision.label == truth] += 1
        if decision.route == "request":
            self._request(decision)

    def _request(self, decision: Decision) -> None:
        self.reasons[decision.reason] += 1
        if self._bar is not None and decision.reason == "exploration":
            self.audits += decision.confidence >= self._bar
        stamp = decision.ledger
        assert not isinstance(stamp, msgspec.UnsetType)
        for _ in range(self._per_request):
            self._recount.charge(stamp.n, stamp.time)
        excess = float(self._recount.excess(self._seen(decision), stamp.time))
        self.worst_excess = max(self.worst_excess, excess)
        self._density(decision.source.offset)

    @property
    def labels(self) -> int:
        """How many labels were asked for."""
        return self._per_request * self.routes["request"]

    def _seen(self, decision: Decision) -> int:
        """Return n as the rows say: all up to this one, or to where it was asked, but the dead."""
        return max(self._passed, decision.source.offset + 1) - self.dead

    def _density(self, row: int) -> None:
        recent = self._recent
        recent.append(row)
        while recent[0] <= row - 100:
            recent.popleft()
        self.densest = max(self.densest, len(recent))


def _line(decision: Decision) -> Line:
    line = {
        "sample_id": decision.sample_id,
        "route": decision.route,
        "reason": decision.reason,
        "label": decision.label,
        "confidence": decision.confidence,
        "utility": decision.utility,
        "propensity": decision.propensity,
        "model_version": decision.model_version,
    }
    rare = {
        "arm": decision.arm,
        "modifiers": decision.modifiers,
        "held_back": decision.held_back,
    }
    return line | {name: value for name, value in rare.items() if value}
