"""Records to bytes and back, for every topic but the foreign ones (samples, labels)."""

from collections.abc import Callable
from typing import Any

import msgspec

from streamal.core.journal import ArbiterState
from streamal.core.log import Headers, Outgoing, Record
from streamal.core.prediction import BINS
from streamal.core.records import Candidate, Decision, Progress, Request
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState
from streamal.core.updates import UPDATE_TYPES, Closed, Example, Update, Vote
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    REQUESTS,
    STATE,
    UPDATES,
    Topics,
)

PARTITION_KEY = b"partition"
LEDGER_KEY = b"ledger"
REQUEST_KEY = b"request/"
ANSWER_KEY = b"answer/"

Written = Request | Decision | Candidate | Progress | Update

_encode = msgspec.json.Encoder().encode

_decode_candidate: Callable[[bytes], Candidate | Progress] = msgspec.json.Decoder(
    Candidate | Progress
).decode
decode_update: Callable[[bytes], Update] = msgspec.json.Decoder(Update).decode
decode_request: Callable[[bytes], Request] = msgspec.json.Decoder(Request).decode
decode_decision: Callable[[bytes], Decision] = msgspec.json.Decoder(Decision).decode
decode_partition: Callable[[bytes], PartitionState] = msgspec.json.Decoder(PartitionState).decode
decode_ledger: Callable[[bytes], ArbiterState] = msgspec.json.Decoder(ArbiterState).decode
decode_row: Callable[[bytes], RequestRow] = msgspec.json.Decoder(RequestRow).decode
decode_answer_time: Callable[[bytes], int] = msgspec.json.Decoder(int).decode


def decode_candidate(value: bytes) -> Candidate | Progress:
    """Return a record of `candidates`.

    Raises
    ------
    msgspec.DecodeError
        It is none, or its counts do not fit together.
    """
    found = _decode_candidate(value)
    bins = found.bins
    if found.seen.keys() != bins.keys() or any(len(counts) != BINS for counts in bins.values()):
        raise msgspec.ValidationError(f"`bins` needs {BINS} counts for each partition of `seen`")
    return found


class RecordEncoder:
    """Encodes what the two roles write, for one writer.

    Each record has the CloudEvents attributes as headers and a deterministic `ce_id`:
    where its sample lies, or the version of an update; so that readers outside can
    drop repeats. `streamal-writer` names the instance.
    """

    def __init__(self, topics: Topics, writer: str) -> None:
        self._topics = topics
        self._heads = {name: _head(name, writer) for name in _TYPES}
        self._ways = {
            route: (topics[logical], self._heads[logical])
            for route, logical in (("auto_label", AUTO_LABELS), ("abstain", ABSTAINED))
        }
        self._encoders: dict[type[Written], Callable[[Any], Outgoing]] = {
            Request: self._request,
            Decision: self._decision,
            Candidate: self._candidate,
            Progress: self._progress,
            **dict.fromkeys(UPDATE_TYPES, self._update),
        }

    def encode(self, record: Written) -> Outgoing:
        """Return the record as bytes for its topic."""
        return self._encoders[type(record)](record)

    def _out(self, logical: str, key: bytes | None, ce_id: str, record: Written) -> Outgoing:
        headers = (*self._heads[logical], ("ce_id", ce_id.encode()))
        return Outgoing(self._topics[logical], key, _encode(record), headers)

    def _request(self, record: Request) -> Outgoing:
        return self._out(REQUESTS, record.sample_id.encode(), record.request_id, record)

    def _decision(self, record: Decision) -> Outgoing:
        topic, head = self._ways[record.route]
        headers = (*head, ("ce_id", record.source.text.encode()))
        return Outgoing(topic, record.sample_id.encode(), _encode(record), headers)

    def _candidate(self, record: Candidate) -> Outgoing:
        return Outgoing(self._topics[CANDIDATES], record.sample_id.encode(), _encode(record))

    def _progress(self, record: Progress) -> Outgoing:
        return Outgoing(self._topics[CANDIDATES], None, _encode(record))

    def _update(self, record: Update) -> Outgoing:
        key = record.sample_id.encode() if isinstance(record, Example | Vote | Closed) else None
        return self._out(UPDATES, key, f"updates/{record.version}", record)

    def partition_row(self, partition: int, state: PartitionState) -> Outgoing:
        """Return the row of a partition of `samples`."""
        return Outgoing(self._topics[STATE], PARTITION_KEY, _encode(state), partition=partition + 1)

    def ledger_row(self, state: ArbiterState) -> Outgoing:
        """Return the arbiter's own row."""
        return Outgoing(self._topics[STATE], LEDGER_KEY, _encode(state))

    def request_row(self, request_id: str, row: RequestRow | None) -> Outgoing:
        """Return the row of a request; None removes it."""
        value = None if row is None else _encode(row)
        return Outgoing(self._topics[STATE], REQUEST_KEY + request_id.encode(), value)

    def answer_row(self, answer_id: str, time: int | None) -> Outgoing:
        """Return the row of an unsolicited answer that was learned; None removes it."""
        value = None if time is None else _encode(time)
        return Outgoing(self._topics[STATE], ANSWER_KEY + answer_id.encode(), value)


_TYPES = {
    REQUESTS: b"streamal.label-request",
    AUTO_LABELS: b"streamal.auto-label",
    ABSTAINED: b"streamal.abstained",
    UPDATES: b"streamal.update",
}


def _head(logical: str, writer: str) -> Headers:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", _TYPES[logical]),
        ("ce_source", b"streamal"),
        ("content-type", b"application/json"),
        ("streamal-writer", writer.encode()),
    )


def plain(record: Record) -> object:
    """Return any record of a topic as plain data, for people to look at.

    Foreign and broken values come back as text.
    """
    if record.value is None:
        return None
    try:
        return msgspec.json.decode(record.value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return record.value.decode(errors="replace")
