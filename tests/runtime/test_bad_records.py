"""A bad record costs exactly one dead letter, says why, and takes nothing with it."""

import json

import pytest

from streamal.core.updates import Example
from streamal.wire.topics import CANDIDATES, DEAD_LETTERS, LABELS, SAMPLES
from tests.runtime.service import Service, numbers

DEEP = 10_000
WIDE = json.dumps({"features": {f"f{i}": 1 for i in range(100_000)}}).encode()

SAMPLES_GONE_BAD = [
    pytest.param(b'{"features": {"x": "\xff"}}', "invalid_utf8", id="not UTF-8"),
    pytest.param(b'{"features": {"x": "\\ud800"}}', "invalid_utf8", id="half a surrogate pair"),
    pytest.param(b'{"features": {"x": 1}', "invalid_json", id="cut off"),
    pytest.param(b"", "invalid_json", id="nothing at all"),
    pytest.param(b"[1, 2]", "wrong_type", id="a list"),
    pytest.param(b'"text"', "wrong_type", id="a string"),
    pytest.param(b"null", "wrong_type", id="JSON null"),
    pytest.param(None, "null_value", id="a tombstone"),
    pytest.param(b"{}", "empty", id="an empty object"),
    pytest.param(b'{"features": {}}', "empty", id="no features"),
    pytest.param(b'{"features": {"x": [1]}}', "wrong_type", id="a nested feature"),
    pytest.param(b'{"features": {"x": NaN}}', "not_finite", id="NaN"),
    pytest.param(b'{"features": {"x": -Infinity}}', "not_finite", id="Infinity"),
    pytest.param(b'{"features": {"x": 1e999}}', "not_finite", id="beyond the largest float"),
    pytest.param(b'{"features": {"x": "' + b"a" * 10_000_000 + b'"}}', "too_large", id="10 MB"),
    pytest.param(b"[" * DEEP + b"]" * DEEP, "too_deep", id="deep lists"),
    pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, "too_deep", id="deep objects"),
    pytest.param(WIDE, "too_large", id="100,000 features"),
]


@pytest.mark.parametrize(("value", "reason"), SAMPLES_GONE_BAD)
def test_a_bad_sample_is_one_dead_letter(value: bytes | None, reason: str) -> None:
    """A value that is no sample is one dead letter with its reason; its neighbours are decided."""
    service = Service()
    service.send(*numbers(3))
    service.put(SAMPLES, value)
    service.send(*numbers(3, 3))
    service.turn()
    assert [(one.offset, one.stage, one.reason) for one in service.dead()] == [
        (3, "decode", reason)
    ]
    assert [one.source.offset for one in service.decisions()] == [0, 1, 2, 4, 5, 6]


def test_a_dead_letter_is_the_record_untouched() -> None:
    """A dead letter has the key and the value of its record, and one sentence on what is wrong."""
    service = Service()
    service.put(SAMPLES, b'{"features": {"x": NaN}}')
    service.turn()
    (letter,) = service.records(DEAD_LETTERS)
    (said,) = service.dead()
    assert (letter.key, letter.value) == (b"k", b'{"features": {"x": NaN}}')
    assert said.message == "feature 'x' is nan; numbers must be finite"
    assert (said.topic, said.partition, said.offset) == (SAMPLES, 0, 0)


def _learned(service: Service, count: int = 30) -> None:
    service.send(*numbers(count))
    service.turn()
    service.answer_all()
    service.turn()


def test_a_feature_keeps_its_type() -> None:
    """After a number was learned, text under its name is a dead letter at the stage `features`."""
    service = Service()
    _learned(service)
    service.send({"x": "high"}, {"x": 1.0})
    service.turn()
    assert [(one.stage, one.reason) for one in service.dead()] == [("features", "type_changed")]
    assert service.decisions()[-1].source.offset == 31


def test_before_its_first_learned_example_any_type_passes() -> None:
    """A feature that no example had yet may come as a number and as text."""
    service = Service()
    service.send({"x": 1.0}, {"x": "high"})
    service.turn()
    assert (service.dead(), len(service.decisions())) == ([], 2)


def test_a_model_that_fails_on_one_sample_decides_the_others() -> None:
    """A sample on which the model raises is a dead letter at the stage `predict`, no other is."""
    service = Service()
    _learned(service)
    service.send({"x": 1.0}, {"x": 1.0, "bad_to_see": 1.0}, {"x": -1.0})
    service.turn()
    (said,) = service.dead()
    assert (said.offset, said.stage, said.reason) == (31, "predict", "model_error")
    assert "too hard to see" in said.message
    assert [one.source.offset for one in service.decisions()[-2:]] == [30, 32]


def test_a_label_that_cannot_be_learned_is_told_in_the_update() -> None:
    """What the learner raises stands in the update; the service lives and nobody learned it."""
    service = Service(budget=[{"rate": 1.0}])
    service.send({"x": 1.0}, {"x": 2.0, "bad_to_learn": 1.0}, {"x": -1.0})
    service.turn()
    service.answer_all()
    service.turn()
    errors = [one.error for one in service.updates() if isinstance(one, Example)]
    assert errors == [None, "ArithmeticError: too hard to learn", None]
    replica = service.worker.follower.replica
    other = service.started(role="scorer").follower.replica
    assert (replica.examples, replica.model.learned) == (3, 2)
    assert (other.examples, other.model.learned) == (3, 2)
    assert other.digest() == replica.digest()


LABELS_GONE_BAD = [
    pytest.param(b"\xff", "no answer", id="not UTF-8"),
    pytest.param(b"{", "no answer", id="cut off"),
    pytest.param(None, "JSON object", id="a tombstone"),
    pytest.param(b"null", "no answer", id="JSON null"),
    pytest.param(b"{}", "names a request_id or a sample_id", id="an empty object"),
    pytest.param(b'{"sample_id": "s0"}', "null cannot be a label", id="no label"),
    pytest.param(b'{"sample_id": "s0", "label": ""}', "empty string", id="an empty label"),
    pytest.param(b'{"sample_id": "s0", "label": ["up"]}', "no answer", id="a list"),
    pytest.param(b'{"sample_id": "s0", "label": NaN}', "no answer", id="NaN"),
    pytest.param(
        b'{"sample_id": "s0", "outcome": "lost"}', "none of labelled", id="an outcome nobody knows"
    ),
    pytest.param(b"[" * DEEP + b"]" * DEEP, "no answer", id="deep lists"),
    pytest.param(b'{"label": "' + b"a" * 10_000_000 + b'"}', "at most", id="10 MB"),
]


@pytest.mark.parametrize(("value", "said"), LABELS_GONE_BAD)
def test_a_bad_answer_is_one_dead_letter(value: bytes | None, said: str) -> None:
    """What is no answer is one dead letter of reason `invalid`; the request stays open."""
    service = Service()
    service.send({"x": 1.0})
    service.turn()
    service.put(LABELS, value)
    service.turn()
    (letter,) = service.dead()
    assert (letter.topic, letter.stage, letter.reason) == (LABELS, "label", "invalid")
    assert said in letter.message
    service.answer(sample_id="s0", label="up")
    service.turn()
    assert [one.label for one in service.updates() if isinstance(one, Example)] == ["up"]


def test_a_class_that_was_never_declared_is_refused() -> None:
    """With declared classes another label is a dead letter that lists them, and none is learned."""
    service = Service(model={"classes": ["up", "down"]})
    service.send({"x": 1.0})
    service.turn()
    service.answer(sample_id="s0", label="sideways")
    service.turn()
    (letter,) = service.dead()
    assert (letter.stage, letter.reason) == ("label", "invalid")
    assert letter.message == "label 'sideways' is none of the declared classes up, down"
    assert not any(isinstance(one, Example) for one in service.updates())


def test_a_foreign_record_among_candidates_is_buried() -> None:
    """What is no candidate on `candidates` is a dead letter of that stage and stops nothing."""
    service = Service()
    service.put(CANDIDATES, b'{"kind": "bait"}')
    service.send(*numbers(3))
    service.turn()
    assert [(one.topic, one.stage, one.reason) for one in service.dead()] == [
        (CANDIDATES, "candidates", "invalid")
    ]
    assert len(service.decisions()) == 3
