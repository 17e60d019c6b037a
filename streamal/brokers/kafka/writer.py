"""A transactional writer: a batch and its offsets, in one transaction of the broker."""

from collections.abc import Callable, Mapping, Sequence

from streamal.brokers.kafka.client import RawProducer
from streamal.brokers.kafka.consumer import KafkaGroupConsumer
from streamal.brokers.kafka.watchdog import Watchdog
from streamal.brokers.port import Consumer
from streamal.brokers.probe import Probe
from streamal.core.log import Outgoing
from streamal.errors import CommitFailed, StreamalError, UsageError

_CLOSED = "is closed"

Check = Callable[[Sequence[Outgoing]], None]


class KafkaWriter:
    """The holder of a transactional id; the broker fences the one before.

    After any failure it is used up, although the abort succeeded: kafka-python keeps
    offsets that were refused and commits them with the next transaction, which loses
    records (seen with 3.0.12).

    Parameters
    ----------
    check
        Raises `TopicMissing` for an output that has no place; a client would wait.
    probe
        Told ``commit.begin``, ``commit.mid`` (all is sent, nothing visible) and
        ``commit.end``; tests kill the process there.
    """

    def __init__(
        self, raw: RawProducer, name: str, check: Check, watchdog: Watchdog, probe: Probe
    ) -> None:
        self._raw = raw
        self._name = name
        self._check = check
        self._watch = watchdog.watch
        self._probe = probe
        self._useless = ""

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._useless == _CLOSED

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        if self._useless:
            raise CommitFailed(f"writer {self._name!r} {self._useless}: open a new writer")
        self._probe("commit.begin")
        try:
            self._write(outputs, _member(consumer, offsets), offsets or {})
        except BaseException:
            self._useless = "failed before"
            raise
        self._probe("commit.end")

    def close(self) -> None:
        if self._useless != _CLOSED:
            self._useless = _CLOSED
            self._raw.close()

    def _write(
        self,
        outputs: Sequence[Outgoing],
        member: KafkaGroupConsumer | None,
        offsets: Mapping[int, int],
    ) -> None:
        if not outputs and not offsets and not (member and member.assignment):
            return
        self._check(outputs)
        claimed, membership = member.claim(offsets) if member else ({}, None)
        try:
            self._transact(outputs, member, claimed, membership)
        except StreamalError:
            self._abort()
            raise
        if member:
            member.accept(claimed)

    def _transact(
        self,
        outputs: Sequence[Outgoing],
        member: KafkaGroupConsumer | None,
        offsets: Mapping[int, int],
        membership: object,
    ) -> None:
        raw, watch = self._raw, self._watch
        with watch("begin_transaction and send"):
            raw.begin()
            raw.send(outputs)
        if member and offsets:
            with watch("send_offsets_to_transaction"):
                raw.send_offsets(member.group, member.topic, offsets, membership)
        self._probe("commit.mid")
        with watch("commit_transaction"):
            raw.commit()

    def _abort(self) -> None:
        """Free readers at once; else they wait for the transaction's time-out."""
        try:
            with self._watch("abort_transaction"):
                self._raw.abort()
        except StreamalError:
            pass  # the next holder of the id aborts it, or the broker after the time-out


def _member(
    consumer: Consumer | None, offsets: Mapping[int, int] | None
) -> KafkaGroupConsumer | None:
    if isinstance(consumer, KafkaGroupConsumer):
        return consumer
    if consumer is not None or offsets:
        raise UsageError("offsets are committed with the consumer that read up to them")
    return None
