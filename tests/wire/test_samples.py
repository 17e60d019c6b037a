"""Samples as they come: every form that is one, and every way to be none."""

import msgspec
import pytest

from streamal.core.log import Record
from streamal.core.records import Sample
from streamal.errors import Poison
from streamal.wire.diagnosis import MAX_BYTES, MAX_DEPTH
from streamal.wire.samples import SampleDecoder, SampleMapping

DEEP = 10_000


def record(value: bytes | None, key: bytes | None = None) -> Record:
    """The record of a value."""
    return Record("samples", 2, 4, 0, key, value)


def decode(value: bytes, _key: bytes | None = None, /, **mapping: object) -> Sample:
    """The sample of a value under a mapping."""
    return SampleDecoder(SampleMapping(**mapping)).decode(record(value, _key))  # type: ignore[arg-type]


def shown(sample: Sample) -> object:
    """The payload as data."""
    return None if sample.payload is None else msgspec.json.decode(sample.payload)


def poison(value: bytes | None, **mapping: object) -> tuple[str, str]:
    """Reason and message of a value that is no sample."""
    decoder = SampleDecoder(SampleMapping(**mapping))  # type: ignore[arg-type]
    with pytest.raises(Poison) as caught:
        decoder.decode(record(value))
    return caught.value.reason, str(caught.value)


BAD: dict[str, tuple[bytes | None, str, str]] = {
    "no value": (None, "null_value", "a JSON object was expected"),
    "nothing": (b"", "invalid_json", "line 1 column 1"),
    "not UTF-8": (b'{"x":"\xff"}', "invalid_utf8", "byte 6 is not UTF-8"),
    "not UTF-8 in the payload": (
        b'{"features":{"x":1},"payload":"\xff"}',
        "invalid_utf8",
        "byte 31 is not UTF-8",
    ),
    "latin-1 key": (b'{"gr\xf6sse":1}', "invalid_utf8", "byte 4"),
    "byte order mark": (b'\xef\xbb\xbf{"x":1}', "invalid_json", "BOM"),
    "broken": (b'{"x":1', "invalid_json", "line 1 column 7"),
    "trailing": (b'{"x":1} {"x":2}', "invalid_json", "Extra data"),
    "single quotes": (b"{'x':1}", "invalid_json", "double quotes"),
    "leading zero": (b'{"x":01}', "invalid_json", "column 7"),
    "a list": (b"[]", "wrong_type", "a sample must be a JSON object"),
    "null": (b"null", "wrong_type", "a sample must be a JSON object"),
    "a number": (b"12", "wrong_type", "a sample must be a JSON object"),
    "a string": (b'"x"', "wrong_type", "a sample must be a JSON object"),
    "features a list": (b'{"features":[1]}', "wrong_type", "features must be an object"),
    "a nested feature": (b'{"x":1,"y":{"z":1}}', "wrong_type", "feature 'y' is nested"),
    "a listed feature": (b'{"features":{"y":[1]}}', "wrong_type", "feature 'y' is nested"),
    "an id that is a list": (b'{"id":[1],"x":1}', "wrong_type", "field 'id' must be an id"),
    "an id that is true": (b'{"id":true,"x":1}', "wrong_type", "field 'id' must be an id"),
    "an envelope's id": (b'{"id":{},"features":{"x":1}}', "wrong_type", "`$.id`"),
    "NaN": (b'{"features":{"x":NaN}}', "not_finite", "feature 'x' is nan"),
    "Infinity": (b'{"x":Infinity}', "not_finite", "feature 'x' is inf"),
    "-Infinity": (b'{"x":-Infinity}', "not_finite", "feature 'x' is -inf"),
    "1e400": (b'{"y":1,"x":1e400}', "not_finite", "feature 'x' is inf"),
    "400 digits": (b'{"x":%s}' % (b"9" * 400), "not_finite", "feature 'x' is inf"),
    "5000 digits": (b'{"x":%s}' % (b"9" * 5000), "not_finite", "feature 'x' is inf"),
    "an infinite payload": (
        b'{"features":{"x":1},"payload":[1e400]}',
        "not_finite",
        "the payload holds a number",
    ),
    "a torn string": (b'{"x":"\\ud800"}', "invalid_utf8", "half of a surrogate pair"),
    "a torn name": (b'{"features":{"\\udfff":1}}', "invalid_utf8", "half of a surrogate pair"),
    "empty": (b"{}", "empty", "at least one was expected"),
    "empty features": (b'{"features":{},"y":1}', "empty", "at least one was expected"),
    "only an id": (b'{"id":"a","time":1}', "empty", "at least one was expected"),
    "10 MB": (b'{"x":"%s"}' % (b"a" * 10_000_000), "too_large", "at most 131072"),
    "100,000 features": (
        b"{%s}" % b",".join(b'"f%d":1' % i for i in range(100_000)),
        "too_large",
        "at most 131072",
    ),
    "deep lists": (b"[" * DEEP + b"]" * DEEP, "too_deep", "features are a flat object"),
    "deep and broken": (b"[" * DEEP, "too_deep", "features are a flat object"),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "too_deep", "flat object"),
    "deep features": (
        b'{"features":' * DEEP + b"1" + b"}" * DEEP,
        "too_deep",
        "features are a flat object",
    ),
    "a deep payload": (
        b'{"features":{"x":1},"payload":%s}' % (b"[" * 65 + b"]" * 65),
        "too_deep",
        "deeper than 64 levels",
    ),
    "a very deep payload": (
        b'{"features":{"x":1},"payload":%s}' % (b"[" * DEEP + b"]" * DEEP),
        "too_deep",
        "nested",
    ),
}


@pytest.mark.parametrize(("value", "reason", "message"), BAD.values(), ids=BAD)
def test_what_is_no_sample_says_why(value: bytes | None, reason: str, message: str) -> None:
    """Each has its own reason, and a message that names what is wrong and where."""
    found = poison(value)
    assert found[0] == reason
    assert message in found[1]
    assert len(found[1]) < 300


@pytest.mark.parametrize("name", BAD)
def test_a_mapping_excuses_nothing(name: str) -> None:
    """Under a mapping the same values are refused, for the same reasons."""
    value, reason, _ = BAD[name]
    assert poison(value, exclude=("q",))[0] == reason


def test_a_sample_has_at_most_128_kib() -> None:
    """The bound is a bound: a byte less is a sample."""
    value = b'{"x":"%s"}' % (b"a" * (MAX_BYTES - 8))
    assert len(decode(value).features) == 1
    assert poison(value + b" ")[0] == "too_large"


def test_a_payload_may_be_nested_64_levels() -> None:
    """Brackets in strings are no levels, and breadth is none either."""
    deep = b"[" * MAX_DEPTH + b'"[[\\"[["' + b"]" * MAX_DEPTH
    assert decode(b'{"features":{"x":1},"payload":%s}' % deep).payload is not None
    wide = b"[%s]" % b",".join([b"[]"] * 200)
    assert decode(b'{"features":{"x":1},"payload":%s}' % wide).payload is not None


def test_an_envelope_is_a_sample() -> None:
    """Features, an id, and a payload that is passed on as it came."""
    value = b'{"id":"a","features":{"x":1,"b":true,"s":"t","n":null},"payload":{"text":"hi"}}'
    sample = decode(value)
    assert (sample.id, sample.key) == ("a", "samples/2/4")
    assert sample.features == {"x": 1.0, "b": True, "s": "t", "n": None}
    assert shown(sample) == {"text": "hi"}


def test_a_flat_object_is_a_sample() -> None:
    """All fields are features but `id` and `time`."""
    sample = decode(b'{"id":"a","time":"2026-01-01T00:00:00Z","x":1,"b":false}')
    assert (sample.id, sample.features, sample.payload) == ("a", {"x": 1.0, "b": False}, None)


@pytest.mark.parametrize("envelope", [True, False])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (b'"a"', "a"),
        (b'""', ""),
        (b"7", "7"),
        (b"-3", "-3"),
        (b"1.5", "1.5"),
        (b"9007199254740993", "9007199254740993"),
        (b"12345678901234567890123", "12345678901234567890123"),
        (b"null", "the key"),
    ],
)
def test_an_id_is_a_string_or_a_number(envelope: bool, given: bytes, expected: str) -> None:
    """Numbers stay as exact as they came, in both forms, mapped or not; null is none."""
    body = b'"features":{"x":1}' if envelope else b'"x":1'
    assert decode(b'{"id":%s,%s}' % (given, body), b"the key").id == expected
    assert decode(b'{"id":%s,%s}' % (given, body), b"the key", exclude=("q",)).id == expected
    mapped = b'{"features":{"k":%s,"x":1}}' if envelope else b'{"k":%s,"x":1}'
    assert decode(mapped % given, b"the key", id="k").id == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [(b"k", "k"), (b"", "samples/2/4"), (None, "samples/2/4"), (b"\xff", "�")],
)
def test_without_an_id_the_key_is_one_and_the_place_without_a_key(
    key: bytes | None, expected: str
) -> None:
    """Every sample has an id, and no key is too odd to be one."""
    assert decode(b'{"x":1}', key).id == expected


@pytest.mark.parametrize(
    "value",
    [b'{"x":1,"x":2}', b'{"features":{"x":1,"x":2}}', b'{"features":{"x":1},"features":{"x":2}}'],
)
def test_of_a_name_that_is_there_twice_the_last_counts(value: bytes) -> None:
    """As in every common reader of JSON."""
    assert decode(value).features == {"x": 2.0}


def test_a_feature_may_be_called_features() -> None:
    """An object whose `features` is a plain value is a flat sample."""
    assert decode(b'{"features":"many","y":2}').features == {"features": "many", "y": 2.0}


def test_numbers_are_doubles() -> None:
    """Whole numbers too, however large; what is too small is 0."""
    value = b'{"a":1,"b":123456789012345678901234567890,"c":1e-400,"d":-0.0}'
    assert decode(value).features == {"a": 1.0, "b": 1.2345678901234568e29, "c": 0.0, "d": 0.0}


def test_a_null_payload_is_none() -> None:
    """Said or not said, there is nothing to show."""
    assert decode(b'{"features":{"x":1},"payload":null}').payload is None


@pytest.mark.parametrize("flat", [True, False])
class TestMapping:
    """The mapping of foreign fields, for flat objects and for envelopes."""

    def _decode(self, flat: bool, **mapping: object) -> Sample:
        body = b'{"k":5,"when":9,"body":"hello","html":[1],"x":3,"y":4}'
        return decode(body if flat else b'{"features":%s}' % body, **mapping)

    def test_named_features_are_all_there_are(self, flat: bool) -> None:
        """With a list nothing else is looked at, however odd it is."""
        sample = self._decode(flat, features=("y", "x", "absent"))
        assert sample.features == {"y": 4.0, "x": 3.0}

    def test_excluded_fields_are_no_features(self, flat: bool) -> None:
        """All but the excluded ones, which may be anything."""
        sample = self._decode(flat, exclude=("html", "body"))
        assert sample.features == {"k": 5.0, "when": 9.0, "x": 3.0, "y": 4.0}

    def test_the_payload_is_shown_and_not_learned(self, flat: bool) -> None:
        """Its fields go to people as they came, and not to the model."""
        sample = self._decode(flat, payload=("body", "html", "absent"), id="k", time="when")
        assert shown(sample) == {"body": "hello", "html": [1]}
        assert sample.features == {"x": 3.0, "y": 4.0}

    def test_id_and_time_are_no_features(self, flat: bool) -> None:
        """A mapped id names the sample; neither id nor time teaches anything."""
        sample = self._decode(flat, id="k", time="when", exclude=("html", "body"))
        assert (sample.id, sample.features) == ("5", {"x": 3.0, "y": 4.0})

    def test_a_listed_field_may_be_id_and_feature(self, flat: bool) -> None:
        """Who names a field among the features means it."""
        sample = self._decode(flat, id="k", features=("k", "x"))
        assert (sample.id, sample.features) == ("5", {"k": 5.0, "x": 3.0})

    def test_nothing_left_is_empty(self, flat: bool) -> None:
        """A mapping that finds no feature makes a dead letter, not an empty sample."""
        body = b'{"k":5}'
        assert poison(body if flat else b'{"features":%s}' % body, id="k")[0] == "empty"


def test_a_mapped_id_may_lie_beside_the_features() -> None:
    """In an envelope both places are looked at, the inner one first."""
    assert decode(b'{"k":7,"features":{"x":1}}', id="k").id == "7"
    assert decode(b'{"k":7,"features":{"x":1,"k":8}}', id="k").id == "8"
    assert decode(b'{"id":"own","features":{"x":1}}', id="k").id == "own"


def test_an_envelopes_payload_stays_where_nothing_is_mapped_to_it() -> None:
    """Mapped fields replace it only if they are there."""
    value = b'{"features":{"x":1},"payload":{"text":"hi"}}'
    assert shown(decode(value, payload=("body",))) == {"text": "hi"}


def test_with_a_mapped_id_the_usual_one_is_a_feature() -> None:
    """What `id` is called elsewhere leaves the name free."""
    assert decode(b'{"id":1,"k":"a"}', id="k").features == {"id": 1.0}
