"""What a log holds besides records: lanes and their ends, places of groups, epochs."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from streamal.brokers.missing import missing
from streamal.brokers.sqlite.database import Database
from streamal.core.log import TopicSpec
from streamal.errors import TopicMissing, UsageError


class Lane(msgspec.Struct, frozen=True):
    """One partition of one topic; `number` says which in the file."""

    number: int
    topic: str
    partition: int
    compacted: bool
    retention_ms: int | None


class Ends(NamedTuple):
    """The next offset and the newest append time, by lane; `touched` are the changed ones."""

    nexts: list[int]
    stamps: list[int]
    touched: set[int]


Places = Mapping[tuple[str, int], int]
"""(group, lane) -> next offset to read."""


class Catalog:
    """The small tables, kept in this process as well, so that a poll without news is cheap.

    `refresh` reads them again only when another process has changed the file
    (PRAGMA data_version), or when an interrupt left it open what this one committed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: int | None = None
        self._wanted: dict[str, int] = {}
        self.numbers: dict[tuple[str, int], int] = {}
        self.lanes: list[Lane] = []
        self.nexts: list[int] = []
        self.stamps: list[int] = []
        self.places: dict[tuple[str, int], int] = {}

    def refresh(self) -> None:
        """Make sure that everything here is what the file says now."""
        version = self._database.number("PRAGMA data_version")
        if version != self._version:
            self._load()
            self._version = version

    # -- topics

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        """Create the missing ones; those that are there stay as they are.

        Where none is missing nothing is written: a start beside a process that holds the
        write lock does not wait for it.
        """
        wanted = {topic.name: topic for topic in topics}
        self.refresh()
        if not self._missing(wanted):
            return []
        with self._database.changes:
            self.refresh()
            made = self._missing(wanted)
            self._version = None
            for name in made:
                self._add(wanted[name])
        self.refresh()
        return made

    def _missing(self, wanted: Iterable[str]) -> list[str]:
        known = self.partitions()
        return [name for name in wanted if name not in known]

    def partitions(self) -> dict[str, int]:
        """Return every topic's number of partitions."""
        counts: dict[str, int] = {}
        for lane in self.lanes:
            counts[lane.topic] = counts.get(lane.topic, 0) + 1
        return counts

    def topic(self, name: str) -> list[Lane]:
        """Return a topic's lanes in the order of its partitions; raises `TopicMissing`."""
        self.refresh()
        lanes = [lane for lane in self.lanes if lane.topic == name]
        if not lanes:
            raise self.missing(name, 0)
        return lanes

    def lane(self, topic: str, partition: int) -> int:
        """Return the number of a lane; raises `TopicMissing`."""
        number = self.numbers.get((topic, partition))
        if number is None:
            raise self.missing(topic, partition)
        return number

    def missing(self, topic: str, partition: int) -> TopicMissing:
        """Say which topic or partition is not there, and what is."""
        return missing(topic, partition, self.partitions(), self._database.path)

    # -- epochs: whoever counted last holds the name

    def claim(self, name: str) -> int:
        """Take a name over from its older holder; return the new epoch."""
        with self._database.changes:
            self._version = None
            self._database.run(
                "INSERT INTO epochs VALUES (?, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1",
                (name,),
            )
        self._wanted[name] = 0
        self.refresh()
        return self._wanted[name]

    def holds(self, name: str, epoch: int) -> bool:
        """Whether nobody has claimed the name since, as of the last `refresh`."""
        return self._wanted[name] == epoch

    # -- ends and places, inside a transaction of the caller's

    def save(self, ends: Ends, places: Places) -> None:
        """Write them; they count for this process only once `accept` is called."""
        database = self._database
        if ends.touched:
            database.run_many(
                "UPDATE lanes SET next = ?, stamp = ? WHERE lane = ?",
                [(ends.nexts[lane], ends.stamps[lane], lane) for lane in ends.touched],
            )
        for (group, lane), offset in places.items():
            database.run("REPLACE INTO places VALUES (?, ?, ?)", (group, lane, offset))
        # An interrupt between COMMIT and `accept` must not leave the old ends in force.
        self._doubted, self._version = self._version, None

    def accept(self, ends: Ends, places: Places) -> None:
        """The transaction is committed: take over what `save` wrote."""
        self.nexts, self.stamps = ends.nexts, ends.stamps
        self.places.update(places)
        self._version = self._doubted

    def _add(self, topic: TopicSpec) -> None:
        if topic.partitions < 1:
            raise UsageError(f"topic {topic.name!r} needs at least 1 partition")
        self._database.run(
            "INSERT INTO topics VALUES (?, ?, ?)",
            (topic.name, int(topic.compacted), topic.retention_ms),
        )
        self._database.run_many(
            "INSERT INTO lanes SELECT count(*), ?, ?, 0, 0 FROM lanes",
            [(topic.name, partition) for partition in range(topic.partitions)],
        )

    def _load(self) -> None:
        # Lanes are numbered without gaps and never go, so lists hold them.
        self._load_lanes()
        rows = self._database.rows("SELECT grp, lane, next FROM places")
        self.places = {(group, lane): offset for group, lane, offset in rows}
        for name in self._wanted:
            query = "SELECT epoch FROM epochs WHERE name = ?"
            self._wanted[name] = self._database.number(query, (name,)) or 0

    def _load_lanes(self) -> None:
        rows = self._database.rows(
            "SELECT lane, topic, partition, compacted, retention_ms, next, stamp"
            " FROM lanes JOIN topics ON topic = name ORDER BY lane"
        )
        self.lanes = [Lane(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]
        self.numbers = {(lane.topic, lane.partition): lane.number for lane in self.lanes}
        self.nexts = [row[5] for row in rows]
        self.stamps = [row[6] for row in rows]
