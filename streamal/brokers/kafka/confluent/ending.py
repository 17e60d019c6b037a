"""Making a member's consumer ready to be dropped.

Its own `close` must not be called. When a rebalance waits for an answer, it asks for a
second one, and the second is for ever waited for once the first has ended the membership:
with the interpreter's lock held, so that the whole process stands still (2.16; with any
callbacks, and without). A consumer that is dropped answers nobody and leaves no group,
but for its own end waits for an answer to the first, for ever, without the lock.
"""

import time

from confluent_kafka import Consumer

_LEAVE_S = 1.0
_SLICE_S = 0.02


def settle(raw: Consumer, is_static: bool) -> None:
    """Leave the group, as a dynamic member does, and answer a rebalance that waits."""
    if not is_static:
        _leave(raw)
    raw.incremental_assign([])


def _leave(raw: Consumer) -> None:
    """Give up the subscription; its last partitions go, and with them the member's id."""
    deadline = time.monotonic() + _LEAVE_S
    raw.unsubscribe()
    while raw.memberid() and time.monotonic() < deadline:
        raw.poll(_SLICE_S)
