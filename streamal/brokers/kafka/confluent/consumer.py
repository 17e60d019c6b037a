"""librdkafka's consumer, as the rules need it.

A partition is fetched only once it was sought: what a rebalance gives is noted, and handed
to librdkafka by the first `seek`, with the offset. So no record comes before that, and
librdkafka never asks for committed offsets by itself.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streamal.brokers.kafka.client import Change, OutOfRange, Place
from streamal.brokers.kafka.confluent.ending import settle
from streamal.brokers.kafka.confluent.failures import (
    END,
    OUT_OF_RANGE,
    PASSING,
    UNSTABLE,
    is_fatal,
    told,
    translated,
)
from streamal.brokers.kafka.confluent.proof import is_whole
from streamal.core.log import Record
from streamal.errors import StreamalError

Watch = Callable[[str], AbstractContextManager[None]]

_COMMITTED_S = 40.0
"""Committed offsets wait for pending transactions (KIP-447), which the broker aborts after
their time-out and up to ten seconds more."""

_AGAIN_S = 0.05

_SLICE_S = 0.05
"""A rebalance does not end a wait for records, so that a long one is many short ones."""


class ConfluentConsumer:
    """A `RawConsumer` over confluent-kafka's.

    Parameters
    ----------
    topic
        What the group reads; empty for a reader.
    watch
        Ends the process when the end of this consumer does not come.
    is_static
        Whether the member keeps its place in the group when it is closed.
    places
        What is read without a group.
    """

    def __init__(
        self,
        raw: Consumer,
        topic: str,
        watch: Watch,
        is_static: bool = False,
        places: Iterable[Place] = (),
    ) -> None:
        self._raw = raw
        self._topic = topic
        self._watch = watch
        self._is_static = is_static
        self._is_closed = False
        self._granted = set(places)
        self._sought: dict[Place, int] = {}
        self._ends: dict[Place, int] = {}
        self._gone: dict[Place, int] = {}
        self._failure: KafkaError | None = None
        self._changes: deque[Change] = deque()
        self._is_paused = False
        self._is_at_end = False

    def poll(self, limit: int, timeout: float) -> list[Record]:
        deadline = time.monotonic() + timeout
        self._tell()
        self._is_at_end = False
        with translated(self._doing()):
            found = self._sorted(self._raw.consume(limit, 0))
            while not (found or self._has_news()) and (left := deadline - time.monotonic()) > 0:
                found = self._sorted(self._wait(limit, left))
        if not found:
            self._tell()
        return found

    def gain(self, raw: Consumer, partitions: list[TopicPartition]) -> None:
        """Note what a rebalance gave; called by librdkafka from inside a poll."""
        self._granted.update((tp.topic, tp.partition) for tp in partitions)
        self._note_change(True, partitions)
        self._answer(raw.incremental_assign, [])

    def lose(self, raw: Consumer, partitions: list[TopicPartition]) -> None:
        """Let go of what a rebalance took; called by librdkafka from inside a poll."""
        places = [(tp.topic, tp.partition) for tp in partitions]
        fetched = [TopicPartition(*place) for place in places if place in self._sought]
        for place in places:
            self._granted.discard(place)
            self._forget(place)
        self._note_change(False, partitions)
        if self._is_paused:
            self._answer(raw.resume, fetched)  # or it would be so when it comes back
        self._answer(raw.incremental_unassign, fetched)

    def changes(self) -> list[Change]:
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def membership(self) -> object:
        """Return group, generation and ids, as librdkafka hands them to a producer.

        The broker checks member and generation at the commit, so what happens in
        librdkafka's threads after `is_member` cannot do harm. It might not check a proof
        without them, which is what there is before we have joined or when we are out.
        """
        return self._raw.consumer_group_metadata()

    def is_member(self, membership: object) -> bool:
        if self._is_closed:
            return False
        now: bytes = self._raw.consumer_group_metadata()
        return now == membership and is_whole(now)

    def member(self) -> str:
        return self._raw.memberid() or ""

    def committed(self, partitions: Sequence[int]) -> dict[int, int]:
        asked = [TopicPartition(self._topic, partition) for partition in partitions]
        deadline = time.monotonic() + _COMMITTED_S
        while True:
            found, error = self._ask(asked, deadline - time.monotonic())
            if error is None:
                return {tp.partition: tp.offset for tp in found if tp.offset >= 0}
            if error.code() not in UNSTABLE or time.monotonic() > deadline:
                raise told(f"the committed offsets of {self._topic}", error)
            time.sleep(_AGAIN_S)

    def seek(self, place: Place, offset: int) -> None:
        """Go on from there; nothing happens to a partition that has gone again."""
        if place not in self._granted:
            return
        with translated(f"going to {place[0]}/{place[1]}/{offset}"):
            self._go(place, offset)
        self._forget(place)
        self._sought[place] = offset

    def position(self, place: Place) -> int:
        with translated(f"the position in {place[0]}/{place[1]}"):
            (at,) = self._raw.position([TopicPartition(*place)])
        # librdkafka has none before the first record, and passes records and markers; what
        # else may be left at the end of a compacted topic is passed by the event of the end.
        return max(self._sought.get(place, 0), self._ends.get(place, 0), at.offset)

    def pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            with translated("pausing"):
                self._raw.pause([TopicPartition(*place) for place in self._sought])

    def resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            with translated("resuming"):
                self._raw.resume([TopicPartition(*place) for place in self._sought])

    def close(self) -> None:
        with self._watch("closing a consumer"):
            self._end()

    def __del__(self) -> None:
        """End one that nobody closed; librdkafka by itself might never come to an end."""
        with suppress(StreamalError):
            self._end()

    def _end(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        try:
            with translated("closing a consumer"):
                if self._topic:
                    settle(self._raw, self._is_static)
        finally:
            del self._raw

    def _doing(self) -> str:
        return f"polling {self._topic}".strip()

    def _wait(self, limit: int, left: float) -> list[Message]:
        first = self._raw.poll(min(left, _SLICE_S))
        if first is None:
            return []
        return [first, *(self._raw.consume(limit - 1, 0) if limit > 1 else ())]

    def _sorted(self, messages: Iterable[Message]) -> list[Record]:
        """Return the records; what else has come is noted.

        A partition may have gone after some of its records, in the same poll.
        """
        records = []
        for message in messages:
            error = message.error()
            if error is None:
                records.append(_record(message))
            else:
                self._note(message, error)
        sought = self._sought
        return [record for record in records if (record.topic, record.partition) in sought]

    def _note(self, message: Message, error: KafkaError) -> None:
        code, place = error.code(), (message.topic() or "", message.partition() or 0)
        if code == END:
            self._ends[place] = message.offset() or 0
            self._is_at_end = True
        elif code == OUT_OF_RANGE:
            self._gone[place] = message.offset() or 0
        elif not self._may_pass(code) and not (self._failure and is_fatal(self._failure)):
            self._failure = error

    def _may_pass(self, code: int) -> bool:
        if code == KafkaError.GROUP_AUTHORIZATION_FAILED:
            return not self._topic  # one that has no group asks for its coordinator all the same
        return code in PASSING

    def _note_change(self, is_gain: bool, partitions: Iterable[TopicPartition]) -> None:
        self._changes.append(Change(is_gain, frozenset(tp.partition for tp in partitions)))

    def _has_news(self) -> bool:
        """Return whether to wait no longer; who reads up to an end looks whether it is there."""
        is_read = self._is_at_end and not self._topic
        return bool(self._changes or self._gone or self._failure or is_read)

    def _tell(self) -> None:
        """Raise what is amiss; one poll later if records came along with it."""
        if failure := self._failure:
            self._failure = failure if is_fatal(failure) else None
            raise told(self._doing(), failure)
        if self._gone:
            gone, self._gone = self._gone, {}
            raise OutOfRange(gone)

    def _answer(
        self, call: Callable[[list[TopicPartition]], None], partitions: list[TopicPartition]
    ) -> None:
        """Answer a rebalance; an error that left the callback would cost the poll's records."""
        try:
            call(partitions)
        except KafkaException as error:
            self._failure = error.args[0]

    def _go(self, place: Place, offset: int) -> None:
        at = TopicPartition(*place, offset)
        if place in self._sought:
            try:
                self._raw.seek(at)
            except KafkaException:
                # Out of range its fetching has ended. This must be rare: an unassignment
                # of ours could be taken for the answer to a rebalance that has just begun.
                self._raw.incremental_unassign([TopicPartition(*place)])
            else:
                return
        self._raw.incremental_assign([at])
        if self._is_paused:
            self._raw.pause([TopicPartition(*place)])

    def _forget(self, place: Place) -> None:
        for memory in (self._sought, self._ends, self._gone):
            memory.pop(place, None)

    def _ask(
        self, asked: list[TopicPartition], timeout: float
    ) -> tuple[list[TopicPartition], KafkaError | None]:
        try:
            found = self._raw.committed(asked, max(0.0, timeout))
        except KafkaException as error:
            return [], error.args[0]
        return found, next((tp.error for tp in found if tp.error), None)


def _record(found: Any) -> Record:
    headers = tuple((name, value or b"") for name, value in found.headers() or ())
    return Record(
        found.topic(),
        found.partition(),
        found.offset(),
        found.timestamp()[1],
        found.key(),
        found.value(),
        headers,
    )
