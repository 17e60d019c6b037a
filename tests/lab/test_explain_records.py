"""Explanations of what is no sample: answers, dead letters, records about nothing."""

import pytest

from streamal.errors import UsageError
from streamal.lab.deadletters import EVERY, send_again
from streamal.lab.explain import explain
from streamal.lab.explain.figure import apart, short
from streamal.wire.dead import about
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.copying import json as value_of
from tests.lab.laws.picks import setting, source
from tests.lab.laws.stories import eventful_copy
from tests.runtime.service import Service


def found(copy: Copy, word: str) -> list[Json]:
    """Return the explanations of a word on a copy."""
    return list(explain(copy.pour(), copy.plan, word)["explanations"])


def refused(copy: Copy) -> dict[str, tuple[str, str, Json]]:
    """Return dead letters of answers by their reason: own place, original, and value."""
    kinds: dict[str, tuple[str, str, Json]] = {}
    for at, record in enumerate(copy.lanes["dead-letters", 0]):
        said = about(record)
        if said.stage == "label":
            original = f"labels/{said.partition}/{said.offset}"
            kinds[said.reason] = (f"dead-letters/0/{at}", original, value_of(record))
    return kinds


@pytest.mark.parametrize("reason", ["late", "duplicate"])
def test_a_refused_answer_leads_to_the_sample_of_its_request(reason: str) -> None:
    """The dead letter, the answer and the request give one page, on which the refusal stands."""
    copy = eventful_copy()
    letters = [
        (f"dead-letters/0/{at}", about(record), value_of(record))
        for at, record in enumerate(copy.lanes["dead-letters", 0])
    ]
    place, said, value = next(
        one for one in letters if one[1].reason == reason and one[2].get("request_id")
    )
    (told,) = found(copy, place)
    assert (told["kind"], told["kept"]) == ("sample", True)
    assert told["source"] == value["request_id"].partition("#")[0]
    assert place in [event["at"] for event in told["events"]]
    assert [told] == found(copy, f"labels/0/{said.offset}") == found(copy, told["source"])


def test_an_answer_leads_to_the_sample_of_its_id() -> None:
    """Where it names no request, the sample's id leads on, asked or not."""
    service = Service(budget=[{"rate": 0.001, "burst": 1}])
    service.send({"x": 1.0}, {"x": 2.0})
    service.turn()
    for sample_id in ("s0", "s0", "s1"):
        service.answer(sample_id=sample_id, label="up")
    service.turn()
    for at, sample_id, offset in ((0, "s0", 1), (1, "s1", 2)):
        for word in (f"dead-letters/0/{at}", f"labels/0/{offset}"):
            (told,) = explain(service.broker, service.plan, word)["explanations"]
            assert told["sample_id"] == sample_id
            assert f"dead-letters/0/{at}" in [event["at"] for event in told["events"]]


@pytest.mark.parametrize("reason", ["invalid", "unmatched"])
def test_an_answer_that_names_nothing_is_told_as_an_answer(reason: str) -> None:
    """It has a page of its own, which says what was wrong and nothing of a sample."""
    copy = eventful_copy()
    place, original, _ = refused(copy)[reason]
    (told,) = found(copy, place)
    assert (told["kind"], told["source"], told["kept"]) == ("answer", original, None)
    assert f"the answer could not be used (stage label, reason {reason})" in told["why"]
    assert [told] == found(copy, original)


NO_SAMPLE = [
    ("updates", "config", "what the model is made of"),
    ("updates", "budget", "the limits from there on"),
    ("updates", "pace", "what part of the samples the budget affords"),
    ("candidates", "progress", "how far a scorer has come"),
]


@pytest.mark.parametrize(("topic", "kind", "said"), NO_SAMPLE)
def test_a_record_about_no_sample_says_what_it_is(topic: str, kind: str, said: str) -> None:
    """The error names its kind, what that says, and the command that shows it."""
    copy = eventful_copy()
    at = copy.find(topic, lambda value: value["kind"] == kind)
    with pytest.raises(UsageError) as error:
        found(copy, f"{topic}/0/{at}")
    assert f"{topic}/0/{at} is a {kind} record, which says {said}" in str(error.value)
    assert f"`streamal tail {topic}` shows it" in str(error.value)


@pytest.mark.parametrize("kind", ["example", "closed"])
def test_an_update_about_a_sample_leads_to_it(kind: str) -> None:
    """The place that stands under `since` is as good as the sample's own."""
    copy = eventful_copy()
    at = copy.find("updates", lambda v: v["kind"] == kind and "request_id" in v)
    (told,) = found(copy, f"updates/0/{at}")
    assert f"updates/0/{at}" in [event["at"] for event in told["events"]]


@pytest.mark.parametrize("word", ["updates/0/999999", "dead-letters/7/0"])
def test_a_place_without_a_record_says_so(word: str) -> None:
    """A topic of ours is known, and the error says what there is in it."""
    with pytest.raises(UsageError, match=f"{word}.* (begins at 0|has no partition 7)"):
        found(eventful_copy(), word)


def test_what_was_sent_again_says_so() -> None:
    """The page of a dead sample, and the refusal of an answer, carry the time of the replay."""
    service = Service()
    service.put("samples", b"no JSON")
    service.send({"x": 1.0})
    service.turn()
    service.answer(sample_id="s0", label="up")
    service.answer(sample_id="s0", label="up")
    service.turn()
    words = ("dead-letters/0/0", "samples/0/0", "dead-letters/0/1")
    for word in words:
        (told,) = explain(service.broker, service.plan, word)["explanations"]
        assert _replayed(told) is None
    service.clock.pass_by(5000)
    send_again(service.broker, service.plan.topics, EVERY, service.clock)
    for word in words:
        (told,) = explain(service.broker, service.plan, word)["explanations"]
        assert _replayed(told) == service.clock()


def _replayed(told: Json) -> object:
    """Return when the dead letter of a page, or of its refused answer, was sent again."""
    refusals = [event for event in told["events"] if event["what"] == "refused"]
    letter: Json = told["dead_letter"] or refusals[0]
    return letter.get("replayed_at")


def test_a_confidence_is_never_rounded_up_to_certainty() -> None:
    """A sentence has as many digits as it takes to say which side of a threshold it was on."""
    copy = eventful_copy().twin()
    for confidence, bar in ((0.9996, 0.95), (0.99961, 0.9996), (0.9504, 0.9503)):
        copy.change("auto-labels", setting("confidence", confidence))
        copy.change("auto-labels", setting("auto_label_threshold", bar))
        (told,) = found(copy, source(copy.said("auto-labels")[0]))
        said = f"its confidence {confidence} reached the auto-label threshold {bar};"
        assert said in told["why"]


FIGURES = [(0.99999999, "0.99999999"), (1.0, "1"), (0.5, "0.5"), (-0.9996, "-0.9996")]


@pytest.mark.parametrize(("number", "text"), FIGURES)
def test_digits_are_few_unless_they_mislead(number: float, text: str) -> None:
    """Only what would become 1 is told with more than three digits."""
    assert short(number) == text


@pytest.mark.parametrize("pair", [(0.3, 0.3000000001), (1e-9, 2e-9), (999.9, 1000.1)])
def test_numbers_that_differ_look_different(pair: tuple[float, float]) -> None:
    """Two that are compared are never told alike, and the smaller looks smaller."""
    one, other = apart(*pair)
    assert float(one.replace(",", "")) < float(other.replace(",", ""))
