"""What there is: topics with their lanes, groups with their places, writers."""

from collections.abc import Collection, Iterable, Sequence

from streamal.brokers.memory.compacted import CompactedLane
from streamal.brokers.memory.lane import Lane
from streamal.brokers.memory.seat import Group, Seat
from streamal.brokers.missing import missing
from streamal.core.log import Outgoing, TopicSpec
from streamal.errors import BrokerError, TopicMissing, UsageError


class Log:
    """All of a broker's topics; `written` counts records since the last round of letting go.

    Parameters
    ----------
    keep
        Topics whose records stay when all who read them have passed them.
    """

    def __init__(self, keep: Collection[str]) -> None:
        self._keep = frozenset(keep)
        self._topics: dict[str, list[Lane]] = {}
        self._lanes: dict[tuple[str, int], Lane] = {}
        self.groups: dict[str, Group] = {}
        self.writers: dict[str, Seat] = {}
        self.written = 0

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        """Create the missing ones; those that are there stay as they are."""
        made = {topic.name: topic for topic in topics if topic.name not in self._topics}
        for topic in made.values():
            if topic.partitions < 1:
                raise UsageError(f"topic {topic.name!r} needs at least 1 partition")
        for topic in made.values():
            self._add(topic)
        return list(made)

    def partitions(self) -> dict[str, int]:
        """Return every topic's number of partitions."""
        return {name: len(lanes) for name, lanes in self._topics.items()}

    def lanes(self) -> Iterable[Lane]:
        """Return every lane."""
        return self._lanes.values()

    def topic(self, name: str) -> list[Lane]:
        """Return a topic's lanes in the order of its partitions; raises `TopicMissing`."""
        lanes = self._topics.get(name)
        if lanes is None:
            raise self._missing(name, 0)
        return lanes

    def lane(self, topic: str, partition: int) -> Lane:
        """Return one lane; raises `TopicMissing`."""
        lane = self._lanes.get((topic, partition))
        if lane is None:
            raise self._missing(topic, partition)
        return lane

    def targets(self, outputs: Sequence[Outgoing]) -> list[Lane]:
        """Return the lane of each output; what comes back may be appended.

        Raises
        ------
        TopicMissing
            An output names a topic or partition that is not there.
        BrokerError
            A record without a key goes to a compacted topic.
        """
        found: list[Lane] = []
        lanes = self._lanes
        for output in outputs:
            lane = lanes.get((output.topic, output.partition))
            if lane is None:
                raise self._missing(output.topic, output.partition)
            if output.key is None and lane.topic.compacted:
                raise BrokerError(
                    f"topic {output.topic!r} is compacted: a record without a key cannot go there"
                )
            found.append(lane)
        return found

    def _add(self, topic: TopicSpec) -> None:
        kind = CompactedLane if topic.compacted else Lane
        # Whoever starts anew reads a compacted topic from its beginning.
        is_kept = topic.compacted or topic.name in self._keep
        lanes = [kind(topic, partition, is_kept) for partition in range(topic.partitions)]
        self._topics[topic.name] = lanes
        self._lanes |= {(topic.name, lane.partition): lane for lane in lanes}

    def _missing(self, topic: str, partition: int) -> TopicMissing:
        return missing(topic, partition, self.partitions(), "memory")
