"""The port that every broker implements; its comments are the whole contract.

`tests/contracts/broker.py` holds an implementation to each sentence here.

One process, one thread, one `Broker`. Names are names at the broker. Offsets are
those of a log: growing within a partition, not dense (a transaction marker or a
compacted record leaves a hole). Readers see committed records only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from streamal.core.log import Outgoing, Record, TopicSpec

Partitions = frozenset[int]


class Listener(Protocol):
    """Told of a group's assignment, only from inside `Consumer.poll` and `.close`."""

    def assigned(self, partitions: Partitions) -> None:
        """These partitions came; called before any record of theirs is returned."""

    def revoked(self, partitions: Partitions) -> None:
        """These went; nothing of theirs may be committed any more."""


class Consumer(Protocol):
    """A member of a consumer group on one topic."""

    @property
    def assignment(self) -> Partitions:
        """The partitions held now; empty before the first poll and after close."""

    @property
    def is_member(self) -> bool:
        """Has the group taken it in, even without a partition to hold?

        False before the first poll and after close.
        """

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """Return up to `limit` new records in order per partition.

        Waits up to `timeout` seconds for the first record, never for more of them;
        an empty list means that none came. With a limit of 0 it only keeps its place in
        the group, which a member that does not poll for minutes loses. Starts after the
        group's committed offsets, at the beginning where none is committed. Polled and
        never committed records come again after `rewind`, a restart or a takeover.
        Raises `Fenced` when another member has taken the group over,
        `BrokerUnavailable` while the broker is away.
        """

    def rewind(self) -> None:
        """Go back to the committed offsets: the next poll returns what was not committed."""

    def committed(self) -> dict[int, int]:
        """Return the next offset to read per assigned partition, as committed."""

    def lag(self) -> dict[int, int]:
        """Return per assigned partition how far the committed offset is from the end.

        At least the number of records beyond it; 0 once all are committed and a poll has
        come to the end (holes in the offsets count until then).
        """

    def close(self, leave: bool = True) -> None:
        """Close it (`revoked` is called); a second close does nothing.

        The group gives its partitions to others at once, or, without `leave`, keeps them
        for a while for a member that comes back under the same name.
        """


class Writer(Protocol):
    """A transactional producer. Opening the same id again fences the older writer."""

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        """Write `outputs` and the group's next `offsets` together or not at all.

        `offsets` maps partitions of the consumer's topic to the next offset to read.
        Raises `Fenced` when a newer writer has this id, or another member the group;
        `CommitFailed` on anything that a fresh writer may get past, then nothing was
        written and this writer is of no more use; `TopicMissing` for an output to a
        topic or partition that is not there. A `consumer` that does not hold a
        partition named in `offsets` raises `CommitFailed`.
        """

    def close(self) -> None:
        """Release it; a second close does nothing."""


class Reader(Protocol):
    """Reads partitions by assignment: no group, no commits."""

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """Return up to `limit` new committed records, in order per partition."""

    def positions(self) -> dict[tuple[str, int], int]:
        """Return the next offset to read per (topic, partition)."""

    def close(self) -> None:
        """Release it; a second close does nothing."""


class Broker(Protocol):
    """A connection to one broker."""

    def create(self, topics: Iterable[TopicSpec]) -> list[str]:
        """Create the missing topics; return the names of those created. Idempotent."""

    def partitions(self) -> dict[str, int]:
        """Return every topic's number of partitions."""

    def subscribe(
        self, group: str, topic: str, member: str, listener: Listener | None = None
    ) -> Consumer:
        """Join `group` as `member`. Raises `TopicMissing`, `LockedOut`."""

    def reader(self, positions: Mapping[tuple[str, int], int]) -> Reader:
        """Read from the given next offsets (0 = from the oldest record there is)."""

    def writer(self, transactional_id: str) -> Writer:
        """Open a transactional writer; fences the older holder of the id."""

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        """Return per partition (oldest offset, next offset), committed records only."""

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Return a group's next offsets without joining it; only of partitions that have one."""

    def forget(self) -> None:
        """Drop what retention lets go, at most a bounded amount of work."""

    def close(self) -> None:
        """Close it and all that it gave out; a second close does nothing."""


Clock = Callable[[], int]
