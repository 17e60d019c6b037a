"""The port behind the port: what a Kafka client library must do for us.

Adapters translate calls and errors, and decide nothing; all rules are in `consumer`,
`writer` and `reader`. Every method raises errors of `streamal.errors` only. No method
is called from two threads.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from streamal.core.log import Outgoing, Record

Place = tuple[str, int]
"""A topic and a partition."""


class Change(NamedTuple):
    """Partitions that a rebalance gave, or took."""

    is_gain: bool
    partitions: frozenset[int]


class RawConsumer(Protocol):
    """A member of a group on one topic, or a reader of assigned partitions."""

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """Return what has come; raises `OutOfRange` where a position is no more."""

    def changes(self) -> list[Change]:
        """Return what rebalances did since the last call, in order."""

    def membership(self) -> object:
        """Return this moment's proof of membership, for `RawProducer.send_offsets`."""

    def is_member(self, membership: object) -> bool:
        """Return whether that proof is one, and is still today's."""

    def member(self) -> str:
        """Return this member's id in the group; empty before it has joined."""

    def committed(self, partitions: Sequence[int]) -> dict[int, int]:
        """Return the group's offsets, once no transaction is pending on them."""

    def seek(self, place: Place, offset: int) -> None:
        """Go on from there."""

    def position(self, place: Place) -> int:
        """Return the next offset to read; markers that were passed count."""

    def pause(self) -> None:
        """Fetch nothing until `resume`, whatever is assigned meanwhile."""

    def resume(self) -> None:
        """Fetch again."""

    def close(self) -> None:
        """End it; a dynamic member leaves its group."""


class RawProducer(Protocol):
    """A transactional producer."""

    def begin(self) -> None:
        """Begin a transaction."""

    def send(self, records: Sequence[Outgoing]) -> None:
        """Hand over records of the transaction."""

    def send_offsets(
        self, group: str, topic: str, offsets: Mapping[int, int], membership: object
    ) -> None:
        """Make the offsets a part of the transaction."""

    def commit(self) -> None:
        """Commit; returns when everything is."""

    def abort(self) -> None:
        """Abort the transaction, if it can be."""

    def close(self) -> None:
        """Release it without waiting."""


class RawClient(Protocol):
    """Makes consumers and producers."""

    def consumer(self, group: str, topic: str, member: str | None) -> RawConsumer:
        """Join a group; a member that has a name is a static one."""

    def reader(self, places: Sequence[Place]) -> RawConsumer:
        """Read partitions by assignment; every place is to be sought first."""

    def producer(self, transactional_id: str) -> RawProducer:
        """Open a producer and fence the older holder of its id."""


class OutOfRange(Exception):
    """Records at positions that were about to be read are no more."""

    def __init__(self, places: Mapping[Place, int]) -> None:
        super().__init__(dict(places))
        self.places = dict(places)


Gap = Callable[[str, int, int, int], None]
"""Told that of (topic, partition) the records from one offset to before another are gone."""
