"""All records of a run at rest, decoded by nothing of the service.

Names of topics lose the run's prefix, so that the counts of `tests.crash` fit.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Protocol

from tests.chaos.log import Entry
from tests.crash.facts import ERROR, Fact, Said

Rows = dict[tuple[int, str], Any]


class Entries(Protocol):
    """What has been written, such as a `Log`."""

    def whole(self) -> Iterator[Entry]:
        """Yield all of it, in the order of each partition."""


class Facts:
    """The records of each topic in their order.

    Parameters
    ----------
    prefix
        Of the topics' names.
    """

    def __init__(self, log: Entries, prefix: str) -> None:
        self._prefix = prefix
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in log.whole():
            found[entry.topic].append(entry)
        self.entries = found
        self.samples = [entry.at for entry in found["samples"]]
        self.labels = {entry.at: entry.value or b"" for entry in found["labels"]}
        self.candidates = self._facts("candidates")
        self.requests = self._facts("label-requests")
        self.updates = self._facts("updates")
        self.decisions = [*self._facts("auto-labels"), *self._facts("abstained")]
        self.buried = [self._buried(entry) for entry in found["dead-letters"]]
        self.state: Rows = {
            (entry.partition, (entry.key or b"").decode()): json.loads(entry.value or b"null")
            for entry in found["state"]
        }

    def _facts(self, topic: str) -> list[Fact]:
        return [
            Fact(entry.at, self.json(entry.value), entry.value or b"")
            for entry in self.entries[topic]
        ]

    def json(self, value: bytes | None) -> Said:
        """Return what a record says."""
        said: Said = json.loads(value or b"null")
        for name in ("source", "answer"):
            if place := said.get(name):
                place["topic"] = place["topic"].removeprefix(self._prefix)
        return said

    def _buried(self, entry: Entry) -> tuple[str, str]:
        """Return where the record of a dead letter lay, and the reason of its end."""
        said = {name.removeprefix(ERROR): value.decode() for name, value in entry.headers.items()}
        topic = said["topic"].removeprefix(self._prefix)
        return f"{topic}/{said['partition']}/{said['offset']}", said["reason"]

    def decided_at(self) -> list[int]:
        """Return when each decision was appended, in milliseconds, in order."""
        topics = ("auto-labels", "abstained", "label-requests")
        return sorted(entry.time for topic in topics for entry in self.entries[topic])

    def lived(self) -> Iterator[tuple[int, int]]:
        """Yield for each partition that has samples how many of them are no dead letters."""
        buried = {at for at, _ in self.buried}
        counts: dict[int, int] = defaultdict(int)
        for entry in self.entries["samples"]:
            counts[entry.partition] += entry.at not in buried
        yield from counts.items()
