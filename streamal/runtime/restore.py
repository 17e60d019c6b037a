"""What a start reads back: `updates` into the model, `state` into the two roles."""

from collections.abc import Callable, Iterable

import msgspec

from streamal.brokers.port import Broker
from streamal.core.arbiter import Arbiter
from streamal.core.journal import ArbiterState
from streamal.core.log import Record
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState
from streamal.core.updates import ModelConfig, Update
from streamal.errors import StreamalError
from streamal.runtime.faults import NO_FAULTS, Faults
from streamal.runtime.plan import Plan
from streamal.runtime.replay import CHUNK, never, replay, until
from streamal.runtime.replica import Replica
from streamal.wire.records import (
    ANSWER_KEY,
    LEDGER_KEY,
    PARTITION_KEY,
    REQUEST_KEY,
    decode_answer_time,
    decode_ledger,
    decode_partition,
    decode_row,
    decode_update,
)
from streamal.wire.topics import STATE, UPDATES

Rows = dict[bytes, bytes]
"""The newest value of each key of a partition of `state`."""


class Follower:
    """Keeps a replica up to date with `updates`."""

    def __init__(self, broker: Broker, plan: Plan) -> None:
        self._broker = broker
        self._observer = plan.observer
        self._topic = plan.topics[UPDATES]
        self._faults = plan.faults
        self._reader = broker.reader({(self._topic, 0): 0})
        self.replica = Replica(plan.model, plan.model_config, plan.library, plan.scorer)

    def restore(self, stopped: Callable[[], bool] = never) -> None:
        """Replay everything that is there, or until told to stop."""
        end = self._broker.ends(self._topic)[0][1]
        for records in until(self._reader, {(self._topic, 0): end}, stopped):
            self._apply(records)
            self._faults("restore.updates")

    def catch_up(self, timeout: float = 0.0) -> int:
        """Apply what has come, waiting so many seconds for the first; return how many.

        Raises
        ------
        StreamalError
            A record is no update, or a version is missing.
        """
        before = self.replica.examples
        count = self._apply(self._reader.poll(CHUNK, timeout))
        if count:
            self._observer.learned(self.replica.version, self.replica.examples - before)
        return count

    def _apply(self, records: list[Record]) -> int:
        for record in records:
            self.replica.apply(_update(record))
        return len(records)

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()


def _update(record: Record) -> Update:
    try:
        return decode_update(record.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StreamalError(
            f"{record.source} is no update: {error}; only the arbiter writes to that topic, "
            "so restore the topics from a copy"
        ) from None


def recorded_model(broker: Broker, topic: str) -> ModelConfig | None:
    """Return what the model is made of by `updates`; None where it says nothing yet."""
    found = None
    for record in replay(broker, topic, broker.ends(topic)):
        update = _update(record)
        found = update if isinstance(update, ModelConfig) else found
    return found


def read_state(
    broker: Broker, topic: str, partitions: Iterable[int], faults: Faults = NO_FAULTS
) -> dict[int, Rows]:
    """Return the rows of some partitions of `state`.

    Beside a running service also what came after the ends, as far as it was read: it takes
    the place of older rows, which compaction may have removed meanwhile.
    """
    ends = broker.ends(topic)
    found: dict[int, Rows] = {partition: {} for partition in partitions}
    last = {(topic, p): ends[p][1] for p in found}
    reader = broker.reader({(topic, p): ends[p][0] for p in found})
    try:
        for records in until(reader, last):
            for record in records:
                _keep(found[record.partition], record)
    finally:
        reader.close()
    for _ in found:
        faults("restore.state")
    return found


def _keep(newest: Rows, record: Record) -> None:
    key = record.key or b""
    if record.value is None:
        newest.pop(key, None)
    else:
        newest[key] = record.value


def restore_partitions(
    broker: Broker, plan: Plan, partitions: Iterable[int]
) -> dict[int, PartitionState]:
    """Return the saved states of partitions of `samples`."""
    wanted = [partition + 1 for partition in partitions]
    rows = read_state(broker, plan.topics[STATE], wanted, plan.faults)
    return {number - 1: saved_partition(rows[number]) for number in wanted}


def saved_partition(rows: Rows) -> PartitionState:
    """Return the row of a partition of `samples`, a fresh one if there is none yet."""
    saved = rows.get(PARTITION_KEY)
    return decode_partition(saved) if saved else PartitionState()


def restore_arbiter(broker: Broker, plan: Plan) -> Arbiter:
    """Return the arbiter as it was at the last commit."""
    rows = read_state(broker, plan.topics[STATE], [0], plan.faults)[0]
    return Arbiter(plan.arbiter, saved_ledger(rows), saved_requests(rows), _answers(rows))


def saved_ledger(rows: Rows) -> ArbiterState | None:
    """Return the ledger row, if there is one yet."""
    saved = rows.get(LEDGER_KEY)
    return decode_ledger(saved) if saved else None


def saved_requests(rows: Rows) -> list[RequestRow]:
    """Return the rows of all requests that are remembered."""
    return [decode_row(value) for key, value in rows.items() if key.startswith(REQUEST_KEY)]


def _answers(rows: Rows) -> dict[str, int]:
    return {
        key.removeprefix(ANSWER_KEY).decode(): decode_answer_time(value)
        for key, value in rows.items()
        if key.startswith(ANSWER_KEY)
    }
