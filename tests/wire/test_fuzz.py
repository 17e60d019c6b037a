"""Nothing that comes from outside raises anything but Poison."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streamal.core.log import Record
from streamal.core.records import Answer, Sample
from streamal.errors import Poison
from streamal.wire.labels import decode_answer
from streamal.wire.records import plain
from streamal.wire.samples import SampleDecoder, SampleMapping
from tests.strategies import JSON, NEARLY_SAMPLES

MAPPINGS = st.builds(
    SampleMapping,
    id=st.sampled_from([None, "k", "x"]),
    features=st.sampled_from([None, ("x",), ("x", "body", "id")]),
    exclude=st.sampled_from([(), ("label", "time")]),
    payload=st.sampled_from([(), ("body", "payload")]),
    time=st.sampled_from([None, "time"]),
)
VALUES = st.one_of(
    st.binary(max_size=80),
    JSON.map(json.dumps).map(str.encode),
    NEARLY_SAMPLES.map(json.dumps).map(str.encode),
    NEARLY_SAMPLES.map(lambda found: json.dumps(found, ensure_ascii=False)).map(
        lambda text: text.encode("latin-1", errors="replace")
    ),
)


def _mangled(value: bytes, at: int, byte: int) -> bytes:
    """The value with one byte replaced."""
    place = at % (len(value) or 1)
    return value[:place] + bytes([byte]) + value[place + 1 :]


MANGLED = st.builds(_mangled, VALUES, st.integers(0, 500), st.integers(0, 255))


def _told(poison: Poison) -> bool:
    """Whether a Poison says something, in text that can be written."""
    return bool(poison.reason) and bool(str(poison).encode())


@given(VALUES | MANGLED, MAPPINGS, st.none() | st.binary(max_size=8))
@settings(max_examples=300)
@example(b'{"features":{"x":1},"payload":"\xed\xa0\x80"}', SampleMapping(), None)
def test_any_bytes_are_a_sample_or_poison(
    value: bytes, mapping: SampleMapping, key: bytes | None
) -> None:
    """A sample has features of the right types; all else has a reason and a message."""
    found = _sample_or_poison(Record("samples", 0, 1, 2, key, value), mapping)
    if isinstance(found, Poison):
        assert _told(found)
    else:
        _check_sample(found)


def _sample_or_poison(record: Record, mapping: SampleMapping) -> Sample | Poison:
    try:
        return SampleDecoder(mapping).decode(record)
    except Poison as poison:
        return poison


def _check_sample(sample: Sample) -> None:
    assert sample.features
    for name, value in sample.features.items():
        assert name.encode() or name == ""
        assert value is None or isinstance(value, float | str | bool)
    if sample.payload is not None:
        json.loads(bytes(sample.payload))
    sample.id.encode()


@given(VALUES | MANGLED)
@settings(max_examples=200)
def test_any_bytes_are_an_answer_or_poison(value: bytes) -> None:
    """An answer names what it is about; all else is invalid, and says why."""
    found = _answer_or_poison(value)
    if isinstance(found, Poison):
        assert found.reason == "invalid"
        assert _told(found)
    else:
        _check_answer(found)


def _answer_or_poison(value: bytes) -> Answer | Poison:
    try:
        return decode_answer(value)
    except Poison as poison:
        return poison


def _check_answer(answer: Answer) -> None:
    names = (answer.request_id, answer.sample_id, answer.features)
    assert any(name is not None for name in names)
    assert (answer.label is not None) == (answer.outcome == "labelled")
    assert answer.label != ""


@given(VALUES | MANGLED)
def test_any_bytes_can_be_looked_at(value: bytes) -> None:
    """People can look at every record of every topic."""
    json.dumps(plain(Record("samples", 0, 1, 2, None, value)))
