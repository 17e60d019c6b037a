"""Answers as people and tools send them."""

import pytest

from streamal.core.records import Answer
from streamal.errors import Poison
from streamal.wire.labels import decode_answer

LARGE = b'{"request_id":"r","label":"%s"}' % (b"a" * 200_000)
DEEP = b'{"request_id":"r","label":"a","features":' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def test_an_answer_has_all_that_was_said() -> None:
    """Every field comes through; times as they were written."""
    value = (
        b'{"request_id":"r","sample_id":"s","label":"a","outcome":"labelled","annotator":"eve",'
        b'"answer_id":"x","answered_at":"2026-01-01","features":{"x":1,"n":null},"more":[1]}'
    )
    assert decode_answer(value) == Answer(
        request_id="r",
        sample_id="s",
        label="a",
        annotator="eve",
        answer_id="x",
        answered_at="2026-01-01",
        features={"x": 1.0, "n": None},
    )


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (b'"1"', "1"),
        (b"1", "1"),
        (b"1.0", "1"),
        (b"1.5", "1.5"),
        (b"-0.0", "0"),
        (b"true", "true"),
        (b"false", "false"),
        (b'"True"', "True"),
        (b'" a "', " a "),
        (b"9007199254740993", "9007199254740993"),
    ],
)
def test_a_label_is_one_class_however_it_is_written(label: bytes, expected: str) -> None:
    """Numbers and booleans name the class that their text names, exactly."""
    assert decode_answer(b'{"request_id":"r","label":%s}' % label).label == expected


@pytest.mark.parametrize("outcome", ["skipped", "unknown", "rejected", "retracted"])
def test_an_answer_without_a_label_has_an_outcome(outcome: str) -> None:
    """What stands beside it as label does not count."""
    value = b'{"request_id":"r","label":"a","outcome":"%s"}' % outcome.encode()
    answer = decode_answer(value)
    assert (answer.outcome, answer.label) == (outcome, None)


@pytest.mark.parametrize(("given", "expected"), [(b'"7"', "7"), (b"7", "7"), (b"1.5", "1.5")])
def test_a_sample_is_named_as_its_decoder_names_it(given: bytes, expected: str) -> None:
    """A sample whose id came as a number is answered by number or by text."""
    assert decode_answer(b'{"sample_id":%s,"label":"a"}' % given).sample_id == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "an answer is a JSON object of at most"),
        (LARGE, "an answer is a JSON object of at most"),
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"request_id":"r","label":"\xff"}', "no answer"),
        (b'{"request_id":"r","label":"\\ud800"}', "no answer"),
        (DEEP, "no answer"),
        (b"{}", "names a request_id or a sample_id"),
        (b'{"label":"a"}', "names a request_id or a sample_id"),
        (b'{"request_id":"r"}', "null cannot be a label"),
        (b'{"request_id":"r","label":null}', "null cannot be a label"),
        (b'{"request_id":"r","label":""}', "an empty string cannot be a label"),
        (b'{"request_id":"r","label":NaN}', "no answer"),
        (b'{"request_id":"r","label":1e400}', "no answer"),
        (b'{"request_id":"r","label":["a"]}', "`$.label`"),
        (b'{"request_id":7,"label":"a"}', "`$.request_id`"),
        (b'{"request_id":"r","label":"a","outcome":"expired"}', "outcome 'expired' is none of"),
        (b'{"request_id":"r","label":"a","outcome":"done"}', "labelled, skipped, unknown"),
        (b'{"sample_id":"s","label":"a","features":{"x":NaN}}', "no answer"),
        (b'{"sample_id":"s","label":"a","features":{"x":[1]}}', "`$.features"),
    ],
)
def test_what_is_no_answer_is_invalid(value: bytes | None, message: str) -> None:
    """One reason for all of them, and a message that names what is wrong."""
    with pytest.raises(Poison) as caught:
        decode_answer(value)
    assert caught.value.reason == "invalid"
    assert message in str(caught.value)
