"""The world outside the service: producers with a few bad records, and an annotator."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from random import Random
from threading import Event, Thread

from streamal.app import broker_of, topics_of
from streamal.core.log import Outgoing
from streamal.learners.bundled import stream
from streamal.settings import load
from tests.prometheus.person import Person

TURN_S = 0.05
"""Seconds between two sips of the stream."""

SIP = 8
"""Samples at a time, so 160 a second at most."""

BAD: tuple[bytes | None, ...] = (
    None,
    b"not json",
    b"[1, 2]",
    b'{"features": {}}',
    b'{"features": {"f1": NaN}}',
    b'{"features": {"f1": "a word"}}',
)
"""Records that are no samples; the last one only since f1 is known to be a number."""


class World(Thread):
    """Feeds a service from a bundled stream and answers it, until told to stop."""

    def __init__(self, config: Path) -> None:
        super().__init__(name="world", daemon=True)
        self._config = config
        self._stopped = Event()
        self._resting = Event()
        self._random = Random("world")
        self._truth: dict[str, str] = {}
        self._person = Person(self._right, self._random)
        self._rows = cycle(stream("Shuttle"))

    def stop(self) -> None:
        """End it; wait until it has."""
        self._stopped.set()
        self.join()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Let nothing come for a while, neither samples nor answers."""
        self._resting.set()
        try:
            yield
        finally:
            self._resting.clear()

    def contradict(self) -> None:
        """From now on the model is wrong, whatever it says."""
        self._person.contradicts = True

    def run(self) -> None:
        """Feed and answer."""
        settings = load(self._config, {}, {})
        topics = topics_of(settings)
        broker = broker_of(settings, make=True)
        people = broker.writer("people")
        asked = broker.reader({(topics["label-requests"], 0): 0})
        while not self._stopped.wait(TURN_S):
            if self._resting.is_set():
                continue
            heard = asked.poll(500, 0.0)
            self._person.hear([json.loads(record.value or b"") for record in heard])
            said = [Outgoing(topics["labels"], None, one) for one in self._person.speak()]
            sent = [self._sample(topics["samples"]) for _ in range(SIP)]
            people.commit([*said, *sent])
        broker.close()

    def _right(self, key: str) -> str:
        """Return a sample's label; a bad record that gets through has one too."""
        return self._truth.get(key, "1")

    def _sample(self, topic: str) -> Outgoing:
        partition = self._random.randrange(2)
        if self._truth and self._random.random() < 0.03:
            return Outgoing(topic, b"bad", self._random.choice(BAD), partition=partition)
        features, label = next(self._rows)
        key = f"s-{len(self._truth)}"
        self._truth[key] = str(label)
        value = json.dumps({"id": key, "features": features}).encode()
        return Outgoing(topic, key.encode(), value, partition=partition)
