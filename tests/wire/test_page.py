"""docs/wire.md says what the code does, or the build is red."""

import json
from collections.abc import Callable

import msgspec
import pytest

from streamal.core.limits import LimitSpec
from streamal.core.log import Record
from streamal.core.records import (
    Answer,
    Candidate,
    Decision,
    Digest,
    LimitState,
    Progress,
    Request,
    Source,
    Stamp,
)
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState
from streamal.core.terms import Terms
from streamal.core.updates import (
    UPDATE_TYPES,
    Budget,
    Certificate,
    Closed,
    Drift,
    Example,
    ModelConfig,
    Pace,
    Stop,
    Takeover,
    Vote,
)
from streamal.wire import records as wire
from streamal.wire.dead import DeadLetter
from streamal.wire.labels import decode_answer
from streamal.wire.samples import SampleDecoder, SampleMapping
from streamal.wire.topics import LOGICAL
from tests.wire import page

TABLES: dict[str, type[msgspec.Struct]] = {
    "source": Source,
    "stamp": Stamp,
    "limit state": LimitState,
    "answer": Answer,
    "decision": Decision,
    "dead letter": DeadLetter,
    "candidate": Candidate,
    "progress": Progress,
    "digest": Digest,
    "config": ModelConfig,
    "budget": Budget,
    "limit": LimitSpec,
    "example": Example,
    "vote": Vote,
    "closed": Closed,
    "pace": Pace,
    "certificate": Certificate,
    "terms": Terms,
    "drift": Drift,
    "takeover": Takeover,
    "stop": Stop,
    "partition row": PartitionState,
    "request row": RequestRow,
}

DECODERS: dict[str, Callable[[bytes], object]] = {
    "request": wire.decode_request,
    "decision": wire.decode_decision,
    "candidate": wire.decode_candidate,
    "progress": wire.decode_candidate,
    "update": wire.decode_update,
    "partition": wire.decode_partition,
    "row": wire.decode_row,
}

EXAMPLES = list(page.examples())
OWN = [one for one in EXAMPLES if one.kind in DECODERS]


def _fields(record: type[msgspec.Struct]) -> list[str]:
    names = [one.encode_name for one in msgspec.structs.fields(record)]
    tag = record.__struct_config__.tag_field
    return [tag, *names] if tag else names


@pytest.mark.parametrize("heading", TABLES)
def test_each_field_is_documented(heading: str) -> None:
    """A table lists the fields of its record, all of them, in their order."""
    assert page.fields(heading) == _fields(TABLES[heading])


def test_a_request_is_a_decision_and_more() -> None:
    """Its table lists what a decision has not."""
    own = [name for name in _fields(Request) if name not in _fields(Decision)]
    assert page.fields("request") == own


def test_each_topic_and_update_has_its_section() -> None:
    """No topic and no kind of update is forgotten."""
    kinds = [str(one.__struct_config__.tag) for one in UPDATE_TYPES]
    assert set(LOGICAL) | set(kinds) <= set(page.headings())


@pytest.mark.parametrize("example", OWN, ids=lambda one: f"{one.kind}-{one.line}")
def test_each_example_is_a_record(example: page.Example) -> None:
    """Decoded and encoded again it is the same: no field is unknown or left out."""
    record = DECODERS[example.kind](example.text.encode())
    assert json.loads(msgspec.json.encode(record)) == json.loads(example.text)


def test_each_kind_of_update_has_an_example() -> None:
    """And so has every other record that is decoded here."""
    shown = {json.loads(one.text)["kind"] for one in EXAMPLES if one.kind == "update"}
    assert shown == {str(one.__struct_config__.tag) for one in UPDATE_TYPES}
    assert {one.kind for one in EXAMPLES} == {*DECODERS, "sample", "answer"}


def test_each_example_of_a_sample_is_one() -> None:
    """Both forms are read as the page says."""
    decoder = SampleDecoder(SampleMapping())
    texts = [one.text.encode() for one in EXAMPLES if one.kind == "sample"]
    samples = [decoder.decode(Record("samples", 0, 0, 0, None, text)) for text in texts]
    assert [sample.id for sample in samples] == ["mail-4", "mail-5"]
    assert {tuple(sample.features) for sample in samples} == {("length", "sender", "seen")}


def test_each_example_of_an_answer_is_one() -> None:
    """It names a request and a label."""
    (text,) = [one.text.encode() for one in EXAMPLES if one.kind == "answer"]
    answer = decode_answer(text)
    assert (answer.request_id, answer.label) == ("samples/0/4", "spam")


def test_each_reason_for_a_dead_sample_is_documented() -> None:
    """The reasons of the section on samples are those that the tests provoke."""
    from tests.wire.test_samples import BAD

    text = page.PAGE.read_text(encoding="utf-8")
    for reason in {reason for _, reason, _ in BAD.values()}:
        assert f"`{reason}`" in text, reason
