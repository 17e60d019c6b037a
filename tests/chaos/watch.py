"""What can be seen of a run while it lasts: how far it is, and who did it."""

import json
from collections import Counter
from typing import Any

from confluent_kafka import KafkaException

from tests.chaos.log import Entry, Log

Place = tuple[int, int]
"""Partition and offset of a sample."""

LEDGER = b"ledger"
"""Key of the arbiter's own row in `state`."""

DECIDED = ("auto-labels", "abstained", "label-requests", "dead-letters")
SEEN = ("samples", "updates", "labels", "candidates", "state", *DECIDED)


class Watch:
    """Follows the topics from their beginning."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._consumer = log.consumer(log.places(SEEN))
        self.samples: set[Place] = set()
        self.decided: set[Place] = set()
        self.holders: dict[int, str] = {}
        self.arbiter = ""
        self.counts: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._buried = 0
        self._ledger: dict[str, Any] = {"n": 0, "candidates": -1, "labels": {}}

    def look(self, seconds: float) -> None:
        """Take in what has come; a broker that is away gives nothing."""
        try:
            messages = self._consumer.consume(2_000, seconds)
        except KafkaException:
            return
        for message in messages:
            if message.error() is None:
                self._see(self._log.entry(message))

    def _see(self, entry: Entry) -> None:
        self.counts[entry.topic] += 1
        self._last[entry.topic] = entry.offset
        if entry.key == LEDGER and entry.topic == "state":
            self._ledger = json.loads(entry.value or b"")
        if entry.topic == "samples":
            self.samples.add((entry.partition, entry.offset))
        elif entry.topic == "dead-letters":
            self._see_buried(entry)
        elif entry.topic in DECIDED:
            self._see_decision(entry)
        if entry.topic in {"updates", "label-requests"}:
            self.arbiter = entry.headers["streamal-writer"].decode()

    def _see_decision(self, entry: Entry) -> None:
        said = json.loads(entry.value or b"")
        source = said["source"]
        self.decided.add((source["partition"], source["offset"]))
        if "ledger" not in said:
            self.holders[source["partition"]] = entry.headers["streamal-writer"].decode()

    def _see_buried(self, entry: Entry) -> None:
        headers = entry.headers
        if headers["streamal-error-topic"].endswith(b"samples"):
            place = headers["streamal-error-partition"], headers["streamal-error-offset"]
            self.decided.add((int(place[0]), int(place[1])))
            self._buried += 1

    def backlog(self) -> int:
        """Return how many samples wait for their decision to be seen."""
        return len(self.samples) - len(self.decided)

    def is_at_rest(self) -> bool:
        """Return whether all is decided, and the arbiter has taken in all there is."""
        ledger, last = self._ledger, self._last
        return (
            self.backlog() == 0
            and ledger["n"] == len(self.samples) - self._buried
            and ledger["candidates"] >= last.get("candidates", -1)
            and ledger["labels"].get("0", -1) >= last.get("labels", -1)
        )

    def close(self) -> None:
        """Stop following."""
        self._consumer.close()
