"""Explanations say what the log says, compute it again, and name what does not agree."""

from collections.abc import Callable, Mapping

import pytest

from streamal.errors import UsageError
from streamal.lab.explain import explain
from streamal.lab.explain.case import MOST
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.picks import setting, source
from tests.lab.laws.service import People, plan
from tests.lab.laws.service import Service as Made
from tests.lab.laws.stories import eventful_copy, scattered
from tests.lab.laws.test_beside import Busy
from tests.runtime.service import Service, numbers

TOPICS = {"request": "label-requests", "auto_label": "auto-labels", "abstain": "abstained"}
SAID = ("route", "reason", "confidence", "utility", "rank", "threshold", "propensity")


def found(copy: Copy, word: str, forget: Mapping[str, int] | None = None) -> list[Json]:
    """Return the explanations of a word on a copy."""
    broker = copy.pour(forget)
    return list(explain(broker, copy.plan, word)["explanations"])


def one(copy: Copy, word: str, forget: Mapping[str, int] | None = None) -> Json:
    """Return the only explanation of a word on a copy."""
    (only,) = found(copy, word, forget)
    return only


def first(copy: Copy, topic: str, **fields: object) -> Json:
    """Return the first record of a topic that has these fields."""
    return next(
        value for value in copy.said(topic) if all(value.get(k) == v for k, v in fields.items())
    )


def decided(copy: Copy) -> dict[tuple[str, str, bool], Json]:
    """Return one decision for each route, reason and who made it, the last of its kind."""
    kinds: dict[tuple[str, str, bool], Json] = {}
    for topic in TOPICS.values():
        for value in copy.said(topic):
            if "#" not in value.get("request_id", ""):
                kinds[value["route"], value["reason"], "ledger" in value] = value
    return kinds


def scattered_copy() -> Copy:
    """Return a log of three partitions, another policy and another utility."""
    service = scattered()
    return Copy(service.broker, service.plan)


@pytest.mark.parametrize("story", [eventful_copy, scattered_copy])
def test_each_route_is_told_as_it_was_decided(story: Callable[[], Copy]) -> None:
    """For every route and reason the numbers are the record's, and both checks agree."""
    copy = story()
    kinds = decided(copy)
    assert {route for route, _, _ in kinds} == set(TOPICS)
    for (route, reason, is_arbiter), value in kinds.items():
        told = one(copy, source(value))
        assert told["state"] == route
        assert {name: told["decision"][name] for name in SAID} == {n: value[n] for n in SAID}
        assert told["decision"]["by"] == ("arbiter" if is_arbiter else "scorer")
        assert (told["score"]["state"], told["score"].get("why")) == ("agrees", None)
        assert told["rule"]["state"] in {"agrees", "not checkable"}
        assert told["score"]["probabilities"] == value["probabilities"]
        assert (told["features"] is None) == (route != "request")
        assert ("asked" if route == "request" else "not asked") in told["why"], reason


def test_the_ledger_is_that_of_the_stamp() -> None:
    """Where an arbiter decided, step, share and each limit by its name are the stamp's."""
    copy = eventful_copy()
    for value in (copy.said("label-requests")[-1], first(copy, "abstained", reason="budget")):
        told, stamp = one(copy, source(value)), value["ledger"]
        ledger = told["ledger"]
        assert {name: ledger[name] for name in ("step", "share", "n")} == {
            name: stamp[name] for name in ("step", "share", "n")
        }
        assert [limit.pop("limit") for limit in ledger["limits"]][:2] == ["rate", "window"]
        assert ledger["limits"] == stamp["limits"]
        assert (" charged" in told["why"]) == (value["reason"] == "budget")


def test_a_planted_score_is_told() -> None:
    """A decision whose score is not the model's is said to differ, and from what."""
    copy = eventful_copy().twin()
    value = decided(copy)["abstain", "not_informative", False]
    copy.change("abstained", setting("utility", 0.123), lambda v: v == value)
    told = one(copy, source(value))
    assert told["score"]["state"] == "differs"
    assert told["score"]["why"].startswith("utility 0.123 (by the row); at version")
    assert told["score"]["utility"] == value["utility"]


def test_a_planted_decision_is_told() -> None:
    """A decision that does not follow from its candidate by the rule is said to differ."""
    copy = eventful_copy().twin()
    value = decided(copy)["request", "exploration", True]
    copy.change("label-requests", setting("reason", "uncertain"), lambda v: v == value)
    told = one(copy, source(value))
    assert told["rule"] == {
        "state": "differs",
        "why": "reason uncertain; by the rule it is exploration",
    }
    assert told["score"]["state"] == "agrees"


def test_a_model_of_another_configuration_is_not_compared() -> None:
    """Where another model was configured the score is not checkable, and why is said."""
    copy = eventful_copy().twin()
    value = decided(copy)["request", "uncertain", True]
    copy.change("updates", setting("library", "older"), lambda v: v["kind"] == "config")
    score = one(copy, source(value))["score"]
    assert (score["state"], score["why"][:13]) == ("not checkable", "another model")


LIVES = [
    ("example", {"corrects": False}, "learned"),
    ("example", {"corrects": True}, "corrected"),
    ("closed", {"outcome": "expired"}, "closed"),
    ("closed", {"outcome": "retracted"}, "closed"),
    ("closed", {"outcome": "skipped"}, "closed"),
]


@pytest.mark.parametrize(("kind", "fields", "what"), LIVES)
def test_what_became_of_a_request_is_told(kind: str, fields: Json, what: str) -> None:
    """Each end of a request is an event of its sample, with its version and answer."""
    copy = eventful_copy()
    update = next(
        value
        for value in copy.said("updates")
        if value["kind"] == kind
        and value.get("request_id")
        and not value.get("error")
        and all(value.get(k, False) == v for k, v in fields.items())
    )
    told = one(copy, update["request_id"])
    events = [event for event in told["events"] if event.get("version") == update["version"]]
    assert [event["what"] for event in events] == [what]
    assert events[0].get("label") == update.get("label")
    assert events[0].get("outcome") == update.get("outcome")
    assert ("answer" in events[0]) == ("answer" in update)


def test_a_sample_that_was_asked_again_says_so() -> None:
    """Whichever of its request ids is named, the skip and the second request are both told."""
    copy = eventful_copy()
    again = next(v for v in copy.said("label-requests") if v["request_id"].endswith("#2"))
    told = one(copy, again["request_id"])
    assert told == one(copy, source(again)) | {"source": told["source"]}
    whats = [event["what"] for event in told["events"]]
    assert whats.index("closed") < whats.index("asked_again")
    assert told["request"]["request_id"] == again["request_id"]


def test_refused_answers_are_told_with_their_reason() -> None:
    """A dead letter of an answer that names a request is an event of its sample."""
    copy = eventful_copy()
    seen = set()
    for update in copy.said("updates")[:120]:
        if update.get("request_id"):
            told = one(copy, update["request_id"])
            seen |= {e["outcome"] for e in told["events"] if e["what"] == "refused"}
        if seen:
            break
    assert set() < seen <= {"duplicate", "late"}


def test_labels_that_nobody_asked_for() -> None:
    """An unsolicited label is explained by its own id, and its repeat is refused."""
    told = one(eventful_copy(), "u2")
    assert (told["state"], [e["what"] for e in told["events"]]) == ("unsolicited", ["learned"])
    assert "nobody asked for" in told["why"]


def test_a_dead_letter_says_what_was_wrong() -> None:
    """A sample that could not be used gives stage, reason and message of its dead letter."""
    copy = eventful_copy()
    at = copy.letter("decode")
    place = found(copy, f"dead-letters/0/{at}")[0]["source"]
    told = one(copy, place)
    assert (told["state"], told["dead_letter"]["stage"]) == ("dead_letter", "decode")
    assert told["dead_letter"]["message"] in told["why"]


def test_a_record_of_ours_leads_to_its_sample() -> None:
    """The place that `verify` names, of a decision or a candidate, is as good as the sample's."""
    copy = eventful_copy()
    at = copy.find("abstained", lambda v: "ledger" in v)
    value = copy.said("abstained")[at]
    proposed = value["ledger"]["candidates"]
    told = one(copy, source(value))
    assert one(copy, f"abstained/0/{at}") == told
    assert one(copy, f"candidates/0/{proposed}") == told
    assert told["candidate"]["at"] == f"candidates/0/{proposed}"


def test_a_repeated_id_gives_all_its_samples_newest_first() -> None:
    """Each sample of an id is explained; of very many only the newest, and how many not."""
    service = Service()
    for x in (1.0, 2.0, 3.0):
        service.put("samples", b'{"id": "twin", "features": {"x": %f}}' % x)
        service.turn()
        service.clock.pass_by(1000)
    told = explain(service.broker, service.plan, "twin")
    assert [x["source"] for x in told["explanations"]] == [f"samples/0/{i}" for i in (2, 1, 0)]
    assert told["older"] == 0
    service.put("samples", *[b'{"id": "twin", "features": {"x": 1}}'] * 200)
    service.turn()
    told = explain(service.broker, service.plan, "twin")
    assert (len(told["explanations"]), told["older"]) == (MOST, 203 - MOST)
    assert told["explanations"][0]["source"] == "samples/0/202"


def test_a_candidate_waits_and_a_sample_is_not_decided_yet() -> None:
    """Without an arbiter a proposal waits; what no scorer has read is not decided."""
    service = Service()
    service.turn()
    service.restart(role="scorer")
    service.send(*numbers(3))
    service.turn()
    service.send(*numbers(2, 3))
    (waiting,) = explain(service.broker, service.plan, "s1")["explanations"]
    assert waiting["state"] == "candidate"
    assert "waits for the arbiter" in waiting["why"]
    assert waiting["score"]["state"] == "agrees"
    (undecided,) = explain(service.broker, service.plan, "s4")["explanations"]
    assert undecided["state"] == "undecided"
    assert "come to offset 3 of partition 0, 1 before it" in undecided["why"]


def test_an_answer_that_is_not_taken_in_is_told() -> None:
    """An answer that lies in `labels` and waits for the arbiter is an event without a version."""
    service = Service()
    service.send({"x": 1.0})
    service.turn()
    service.answer(sample_id="s0", label="up")
    (told,) = explain(service.broker, service.plan, "s0")["explanations"]
    assert [(e["what"], e["label"]) for e in told["events"]] == [("not_taken_in", "up")]
    assert told["request"]["state"] == "open"
    service.turn()
    (told,) = explain(service.broker, service.plan, "s0")["explanations"]
    assert [e["what"] for e in told["events"]] == ["learned"]
    assert (told["request"]["state"], told["request"]["label"]) == ("learned", "up")


def test_what_retention_dropped_is_not_called_lost() -> None:
    """Where decision and sample are gone it says so; a request outlives its sample."""
    copy = eventful_copy()
    forget = {"samples": 600, "abstained": 300, "auto-labels": 100, "candidates": 300}
    place = source(copy.said("abstained")[0])
    told = one(copy, place, forget)
    assert (told["state"], told["kept"], told["score"]) == ("gone", False, None)
    assert "retention has dropped" in told["why"]
    asked = one(copy, source(first(copy, "label-requests", reason="uncertain")), forget)
    assert (asked["kept"], asked["score"]["state"]) == (False, "agrees")
    kept = source(copy.said("abstained")[300])
    gone = one(copy, kept, {"samples": 900})
    assert (gone["state"], gone["score"]["state"]) == ("abstain", "not checkable")


def test_a_decision_that_is_missing_is_called_lost() -> None:
    """A sample that was passed, with nothing to show for it, breaks law 1 and is told so."""
    copy = eventful_copy().twin()
    value = copy.drop("abstained", lambda v: "ledger" not in v, skip=5)
    told = one(copy, source(value))
    assert (told["state"], "law 1" in told["why"]) == ("lost", True)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("maid-17", "did you mean made-17?"),
        ("samples/0/999999", "is not there yet; partition 0 of samples begins at 0"),
        ("samples/4/0", "samples has no partition 4"),
        ("", "no sample ''"),
    ],
)
def test_an_unknown_name_says_what_is_near(word: str, said: str) -> None:
    """A word that names nothing is an error that says what would."""
    copy = eventful_copy()
    with pytest.raises(UsageError) as error:
        found(copy, word)
    assert said in str(error.value)
    assert error.value.exit_code == 2


def test_it_reads_beside_a_busy_service() -> None:
    """While the service goes on between any two looks, what is told agrees."""
    service = Made(plan(), people=People(delay=5)).run(150)
    for number in (0, 60, 149):
        told = explain(Busy(service), service.plan, f"made-{number}")["explanations"]
        assert [x["score"]["state"] for x in told] == ["agrees"]
        assert told[0]["state"] in TOPICS
