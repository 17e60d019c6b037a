"""kafka-python's consumer, as the rules need it."""

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from kafka import ConsumerRebalanceListener, TopicPartition
from kafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from kafka.structs import MemberState

from streamal.brokers.kafka.client import Change, OutOfRange, Place
from streamal.brokers.kafka.python.failures import translated
from streamal.core.log import Record
from streamal.errors import Fenced

COMMITTED_MS = 40_000
"""Committed offsets wait for pending transactions (KIP-447), which the broker aborts after
their time-out and up to ten seconds more."""


_CLOSE_MS = 2_000

_JOIN_MS = 50
"""How long one poll waits for its place in the group; mostly it takes 5 ms."""


class _Notes(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Writes down what a rebalance did; called from the client's own thread."""

    def __init__(self) -> None:
        self.changes: deque[Change] = deque()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.changes.append(Change(True, frozenset(tp.partition for tp in assigned)))

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.changes.append(Change(False, frozenset(tp.partition for tp in revoked)))

    on_partitions_lost = on_partitions_revoked


class _Answer:
    """What the group will answer, or has answered, to our joining.

    3.0 throws an answer away that comes between two polls (`join_group_async`): it joins
    again. When polls are shorter than rebalances, a group does nothing else any more.
    """

    is_done = False  # or it would be thrown away

    def __init__(self, task: Any) -> None:
        self.add_callback, self.add_errback = task.add_callback, task.add_errback

    @classmethod
    def keep(cls, coordinator: Any) -> None:
        """Let the next poll find the answer to a join that is under way."""
        task = coordinator._join_task  # noqa: SLF001 - there is no other way
        if task is not None and not isinstance(task, cls):
            coordinator._join_task = cls(task)  # noqa: SLF001 - the same


class PythonConsumer:
    """A `RawConsumer` over kafka-python's."""

    def __init__(self, raw: Any, topic: str) -> None:
        self._raw = raw
        self._topic = topic
        self._is_paused = False
        self._is_new = raw.config["group_instance_id"] is not None
        self.listener = _Notes()

    def poll(self, limit: int, timeout: float) -> list[Record]:
        if self._is_paused:
            self._raw.pause(*self._raw.assignment())
        with translated(f"polling {self._topic}".strip()):
            self._join()
            found = self._poll(limit, int(timeout * 1000))
        if not found:
            self._check_fence()
        if self._is_new:
            self._join_again()
        return [_record(record) for records in found.values() for record in records]

    def _join(self) -> None:
        """Wait a moment for our place in the group where we have none.

        A join that began because the topic's metadata came is forgotten by 3.0 once it is
        answered: it then takes itself for a member, without partitions and without
        heartbeats, for ever.
        """
        coordinator = self._raw._coordinator  # noqa: SLF001 - `poll` would wait for records too
        _Answer.keep(coordinator)
        if coordinator.rejoining:
            coordinator.request_rejoin()
        if coordinator.need_rejoin():
            coordinator.poll(timeout_ms=_JOIN_MS)
            _Answer.keep(coordinator)

    def _join_again(self) -> None:
        """Let the group be divided anew once a static member has come back.

        It is given what its last life had been told, without a rebalance. Did that life end
        between the two rounds of a cooperative one (KIP-429), it takes with it the duty to
        ask for the second round, and the partition that it was to give up belongs to nobody.
        """
        if self._raw.group_metadata().state == MemberState.STABLE:
            self._is_new = False
            self._raw._coordinator.request_rejoin()  # noqa: SLF001 - the same

    def _poll(self, limit: int, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        try:
            found: dict[TopicPartition, list[Any]] = self._raw.poll(timeout_ms, limit)
        except NoOffsetForPartitionError:
            return {}  # a partition that just came; it is sought before the next poll
        except OffsetOutOfRangeError as error:
            raise OutOfRange({tuple(tp): at for tp, at in error.args[0].items()}) from None
        return found

    def _check_fence(self) -> None:
        """Raise `Fenced` when heartbeats have ended under a group that looks stable.

        So it is when another process took the static name; 3.0 logs that and goes on
        without heartbeats, records or a word to the caller.
        """
        coordinator = self._raw._coordinator  # noqa: SLF001 - there is no other way to know
        stable = self._raw.group_metadata().state == MemberState.STABLE
        if stable and not coordinator._heartbeat_enabled:  # noqa: SLF001 - the same
            raise Fenced(
                f"another process has joined group {coordinator.group_id!r} with our name "
                f"{coordinator.group_instance_id!r}"
            )

    def changes(self) -> list[Change]:
        notes = self.listener.changes
        return [notes.popleft() for _ in range(len(notes))]

    def membership(self) -> object:
        return self._raw.group_metadata()

    def is_member(self, membership: object) -> bool:
        now = self._raw.group_metadata()
        return now.generation_id >= 0 and tuple(now)[:4] == tuple(membership or ())[:4]  # type: ignore[arg-type]

    def member(self) -> str:
        return str(self._raw.group_metadata().member_id)

    def committed(self, partitions: Sequence[int]) -> dict[int, int]:
        found = {}
        for partition in partitions:
            with translated(f"the committed offset of {self._topic}/{partition}"):
                offset = self._raw.committed(
                    TopicPartition(self._topic, partition), timeout_ms=COMMITTED_MS
                )
            if offset is not None and offset >= 0:
                found[partition] = offset
        return found

    def seek(self, place: Place, offset: int) -> None:
        """Go on from there; nothing happens to a partition that has gone again."""
        if TopicPartition(*place) in self._raw.assignment():
            self._raw.seek(TopicPartition(*place), offset)

    def position(self, place: Place) -> int:
        with translated(f"the position in {place[0]}/{place[1]}"):
            found: int = self._raw.position(TopicPartition(*place), timeout_ms=10_000)
        return found

    def pause(self) -> None:
        self._is_paused = True

    def resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._raw.resume(*self._raw.assignment())

    def close(self) -> None:
        # A broker that is away keeps nobody from leaving.
        with suppress(KafkaError, OSError):
            self._raw.close(autocommit=False, timeout_ms=_CLOSE_MS)


def _record(found: Any) -> Record:
    headers = tuple((name, value or b"") for name, value in found.headers)
    return Record(
        found.topic,
        found.partition,
        found.offset,
        found.timestamp,
        found.key,
        found.value,
        headers,
    )
