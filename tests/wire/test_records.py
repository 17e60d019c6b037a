"""Every record that streamal writes is read back as it was, and is where it belongs."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.log import Outgoing, Record
from streamal.core.prediction import BINS
from streamal.core.records import Candidate, Decision, Progress, Request, Source
from streamal.core.updates import Closed, Example, Update, Vote
from streamal.wire import records as wire
from streamal.wire.records import RecordEncoder, Written
from streamal.wire.topics import Topics
from tests import strategies as made
from tests import updates

ENCODER = RecordEncoder(Topics({"updates": "team.updates"}, partitions=4), "worker-1")
few = settings(max_examples=30)


def _value(out: Outgoing) -> bytes:
    assert out.value is not None
    return out.value


def _said(out: Outgoing) -> dict[str, str]:
    return {name: value.decode() for name, value in out.headers}


WRITTEN: dict[str, tuple[st.SearchStrategy[Written], Callable[[bytes], Written]]] = {
    "request": (made.REQUESTS, wire.decode_request),
    "decision": (made.DECISIONS, wire.decode_decision),
    "candidate": (made.CANDIDATES, wire.decode_candidate),
    "progress": (made.PROGRESS, wire.decode_candidate),
    "config": (updates.CONFIGS, wire.decode_update),
    "example": (updates.EXAMPLES, wire.decode_update),
    "closed": (updates.CLOSED, wire.decode_update),
    "pace": (updates.PACES, wire.decode_update),
    "budget": (updates.BUDGET_RECORDS, wire.decode_update),
}


@pytest.mark.parametrize("name", WRITTEN)
@few
@given(data=st.data())
def test_a_record_is_read_back_as_it_was(name: str, data: st.DataObject) -> None:
    """Encoded and decoded it is the same, and encodes to the same bytes again."""
    strategy, decode = WRITTEN[name]
    record = data.draw(strategy)
    value = _value(ENCODER.encode(record))
    assert decode(value) == record
    assert _value(ENCODER.encode(decode(value))) == value


@few
@given(made.PARTITION_ROWS, st.integers(0, 3))
def test_a_partitions_row_is_read_back(state: object, partition: int) -> None:
    """It lies one partition further: partition 0 of `state` is the arbiter's."""
    out = ENCODER.partition_row(partition, state)  # type: ignore[arg-type]
    assert (out.topic, out.partition, out.key) == ("state", partition + 1, b"partition")
    assert wire.decode_partition(_value(out)) == state


@few
@given(made.LEDGER_ROWS)
def test_the_ledgers_row_is_read_back(state: object) -> None:
    """All that the arbiter remembers, but for its requests."""
    out = ENCODER.ledger_row(state)  # type: ignore[arg-type]
    assert (out.topic, out.partition, out.key) == ("state", 0, b"ledger")
    assert wire.decode_ledger(_value(out)) == state


@few
@given(made.REQUEST_ROWS)
def test_a_requests_row_is_read_back(row: object) -> None:
    """Open or closed; without a row it is a tombstone under the same key."""
    out = ENCODER.request_row("samples/0/1#2", row)  # type: ignore[arg-type]
    assert (out.topic, out.partition, out.key) == ("state", 0, b"request/samples/0/1#2")
    assert wire.decode_row(_value(out)) == row
    gone = ENCODER.request_row("samples/0/1#2", None)
    assert (gone.key, gone.value) == (out.key, None)


def test_an_answers_row_is_its_time() -> None:
    """What was learned unasked is remembered by its id; a tombstone forgets it."""
    out = ENCODER.answer_row("x/1", 77)
    assert (out.key, wire.decode_answer_time(_value(out))) == (b"answer/x/1", 77)
    assert ENCODER.answer_row("x/1", None).value is None


@few
@given(made.REQUESTS)
def test_a_request_is_a_label_request(record: Request) -> None:
    """Keyed by the sample, identified by its own id, with the writer's name."""
    out = ENCODER.encode(record)
    assert (out.topic, out.key) == ("label-requests", record.sample_id.encode())
    assert _said(out) == {
        "ce_specversion": "1.0",
        "ce_type": "streamal.label-request",
        "ce_source": "streamal",
        "content-type": "application/json",
        "streamal-writer": "worker-1",
        "ce_id": record.request_id,
    }


@few
@given(made.DECISIONS)
def test_a_decision_goes_where_its_route_says(record: Decision) -> None:
    """Identified by where its sample lies, so that a repeat is known for one."""
    out = ENCODER.encode(record)
    topics = {"auto_label": "auto-labels", "abstain": "abstained"}
    types = {"auto_label": "streamal.auto-label", "abstain": "streamal.abstained"}
    assert (out.topic, out.key) == (topics[record.route], record.sample_id.encode())
    assert _said(out)["ce_id"] == record.source.text
    assert _said(out)["ce_type"] == types[record.route]


@few
@given(updates.UPDATES)
def test_an_update_is_identified_by_its_version(record: Update) -> None:
    """Under the topic's own name; examples and ends are keyed by their sample."""
    out = ENCODER.encode(record)
    key = record.sample_id.encode() if isinstance(record, Example | Vote | Closed) else None
    assert (out.topic, out.key) == ("team.updates", key)
    assert _said(out)["ce_id"] == f"updates/{record.version}"


@few
@given(made.CANDIDATES, made.PROGRESS)
def test_candidates_and_progress_share_a_topic(one: Candidate, other: Progress) -> None:
    """Their order there is the order in which the arbiter counts."""
    outs = [ENCODER.encode(one), ENCODER.encode(other)]
    assert [out.topic for out in outs] == ["candidates", "candidates"]
    assert [out.key for out in outs] == [one.sample_id.encode(), None]


def test_what_is_unset_is_absent() -> None:
    """Only an auto-label has a threshold and a certificate, which may be null."""
    source = Source("samples", 0, 1)
    record = Decision(
        sample_id="a",
        route="abstain",
        reason="not_informative",
        label=None,
        probabilities={},
        confidence=0.0,
        utility=1.0,
        rank=0.0,
        threshold=0.1,
        propensity=0.0,
        model_version=0,
        decided_at=5,
        source=source,
    )
    plain = msgspec.json.decode(_value(ENCODER.encode(record)))
    assert {"auto_label_threshold", "certificate", "ledger"}.isdisjoint(plain)
    assert plain["label"] is None
    certified = msgspec.structs.replace(record, route="auto_label", certificate=None)
    assert msgspec.json.decode(_value(ENCODER.encode(certified)))["certificate"] is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (b'{"x":[1,"a"]}', {"x": [1, "a"]}),
        (b"12", 12),
        (b"\xffx", "�x"),
        (b"not json", "not json"),
        (b"[" * 3000, "[" * 3000),
        (b"9" * 5000, "9" * 5000),
    ],
    ids=str,
)
def test_any_value_can_be_shown(value: bytes | None, expected: object) -> None:
    """What is no JSON comes back as text; nothing raises."""
    assert wire.plain(Record("samples", 0, 1, 2, None, value)) == expected


@pytest.mark.parametrize(
    ("seen", "bins"), [({"0": 3}, {}), ({}, {"0": [0] * BINS}), ({"0": 3}, {"0": [1]})]
)
def test_counts_that_do_not_fit_are_no_progress(
    seen: dict[str, int], bins: dict[str, list[int]]
) -> None:
    """A foreign record on `candidates` is told from ours, before the arbiter counts on it."""
    value = msgspec.json.encode({"kind": "progress", "seen": seen, "bins": bins})
    with pytest.raises(msgspec.ValidationError, match="each partition of `seen`"):
        wire.decode_candidate(value)
