"""The nouns of a partitioned log: what brokers carry and nobody interprets."""

import msgspec

Headers = tuple[tuple[str, bytes], ...]


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record as it was read.

    `timestamp` is the broker's append time in milliseconds since the epoch.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def source(self) -> str:
        """``<topic>/<partition>/<offset>``, unique for ever."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """One record to write; a `value` of None is a tombstone."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int = 0


class TopicSpec(msgspec.Struct, frozen=True):
    """What one topic needs.

    Parameters
    ----------
    name
        The name at the broker (with prefix, after renaming).
    partitions
        How many partitions, at least one.
    compacted
        Keep the newest record of each key only; a tombstone removes the key.
    retention_ms
        Drop records older than this; None keeps them for ever.
    headroom
        Bytes that its records may be larger than those of other topics.
    """

    name: str
    partitions: int = 1
    compacted: bool = False
    retention_ms: int | None = None
    headroom: int = 0
