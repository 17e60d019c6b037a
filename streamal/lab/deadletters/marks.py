"""Marks of what was sent again.

It is noted by a mark in `state`, in the transaction that sends it:

- The mark is there if and only if the record is, so a kill leaves neither or both.
- A replay first opens its writer, whose name is the same for everyone. That fences a replay
  which runs beside it and ends the transaction of one that died. Only then are marks read, up
  to the end of the partition; so nothing can be sent that is not seen here, or refused there.
- `state` is compacted: a mark stays as long as its dead letter, and is dropped with it. A
  header on the record that is sent would be gone as soon as retention drops that one, and
  `samples` are kept for less time than dead letters. A group's offset can not say which of
  them a filter left out.
"""

from collections.abc import Mapping

import msgspec

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing
from streamal.runtime.restore import read_state
from streamal.wire.topics import DEAD_LETTERS, STATE, Topics

REPLAYED_KEY = b"replayed/"
"""Before the place of a dead letter: the key of its mark in partition 0 of `state`."""

Marks = Mapping[str, int]
"""When dead letters were sent again, in milliseconds, by their place."""


def marks(broker: Broker, topics: Topics) -> dict[str, int]:
    """Return when each dead letter was sent again, by its place."""
    rows = read_state(broker, topics[STATE], [0])[0]
    return {
        key.removeprefix(REPLAYED_KEY).decode(): msgspec.json.decode(value, type=int)
        for key, value in rows.items()
        if key.startswith(REPLAYED_KEY)
    }


def mark(topics: Topics, place: str, time: int | None) -> Outgoing:
    """Return the mark of a dead letter; without a time, what removes it."""
    value = None if time is None else msgspec.json.encode(time)
    return Outgoing(topics[STATE], REPLAYED_KEY + place.encode(), value)


def gone(broker: Broker, topics: Topics, known: Marks) -> list[Outgoing]:
    """Return what removes the marks of dead letters that retention has dropped."""
    oldest = {
        f"{topics[DEAD_LETTERS]}/{partition}": first
        for partition, (first, _) in broker.ends(topics[DEAD_LETTERS]).items()
    }
    placed = ((place, *place.rsplit("/", 1)) for place in known)
    return [
        mark(topics, place, None) for place, lane, at in placed if int(at) < oldest.get(lane, 0)
    ]
