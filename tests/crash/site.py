"""One file that lives through all kills: its stream, its bad annotator, its eyes."""

import json
from pathlib import Path
from random import Random

from streamal.app import broker_of, topics_of
from streamal.core.log import Outgoing
from streamal.runtime.plan import ARBITERS, SCORERS
from streamal.settings import load
from tests.crash.person import Person
from tests.crash.stream import Stream

RATE, BURST, COUNT = "0.3", 20, 5000

SETTINGS = f"""
model: {{preset: linear, seed: 7}}
topics: {{partitions: 2}}
auto_label: {{threshold: 0.9}}
budget: [{{rate: {RATE}, burst: {BURST}}}, {{count: {COUNT}, over: 15000}}]
requests: {{expire_after: 4s, refund: [skipped, expired], ask_again: 1}}
labels: {{unsolicited: true}}
"""
"""Everything that charges, refunds, asks again or learns, so that a kill can hit it."""

LOOK = 0.02
"""Seconds that a look waits for a request at most."""


class Site:
    """A folder with a configuration and a log.

    Parameters
    ----------
    seed
        Of the stream, the annotator and the rest.
    """

    def __init__(self, folder: Path, seed: str) -> None:
        self.folder = folder
        (folder / "streamal.yaml").write_text(SETTINGS, encoding="utf-8")
        path = {"broker.path": str(folder / "streamal.db")}
        self._settings = load(folder / "streamal.yaml", {}, path)
        self.topics = topics_of(self._settings)
        self._random = Random(f"{seed}/site")
        self._stream = Stream(seed)
        self._person = Person(seed)
        self._heard = {(self.topics["label-requests"], 0): 0}
        self.poisoned = 0
        self.open()

    def open(self) -> None:
        """Open the log, which may have been left by a kill."""
        self.broker = broker_of(self._settings, make=True)
        self._people = self.broker.writer("people")
        self._asked = self.broker.reader(self._heard)

    def close(self) -> None:
        """Close the log; then a kill leaves it to nobody, and the next to open it mends it."""
        self._heard = self._asked.positions()
        self.broker.close()

    def feed(self, count: int) -> None:
        """Send the next so many records of the stream."""
        self._people.commit([self._sample() for _ in range(count)])

    def _sample(self) -> Outgoing:
        key, value, is_poison = self._stream.record()
        self.poisoned += is_poison
        partition = self._random.randrange(self.topics.partitions)
        return Outgoing(self.topics["samples"], key, value, partition=partition)

    def talk(self, wait: float = LOOK) -> None:
        """Let the annotator hear what is asked, and speak."""
        self.listen(wait)
        said = self._person.speak()
        if said:
            self._people.commit([Outgoing(self.topics["labels"], None, one) for one in said])

    def listen(self, wait: float = LOOK) -> None:
        """Let the annotator hear what is asked, and say nothing."""
        heard = self._asked.poll(500, wait)
        self._person.hear([json.loads(record.value or b"") for record in heard])

    def trickle(self) -> None:
        """Let a little happen: some samples, some answers."""
        if few := self._random.randrange(4):
            self.feed(few)
        self.talk()

    def decided(self) -> int:
        """Return how many records of `samples` are behind the scorers."""
        return sum(self.broker.committed(SCORERS, self.topics["samples"]).values())

    def lag(self) -> int:
        """Return how many samples and candidates wait."""
        ahead = self.broker.committed(ARBITERS, self.topics["candidates"])
        ended = self.length("samples") + self.length("candidates")
        return ended - self.decided() - sum(ahead.values())

    def length(self, topic: str) -> int:
        """Return how many records a topic has ever had."""
        return sum(end for _, end in self.broker.ends(self.topics[topic]).values())
