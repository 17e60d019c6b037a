"""The simulated person: each request once, on time, wrong as often as told."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from streamal.core.records import Request
from streamal.errors import UsageError
from streamal.lab.annotator import Annotator, Habits, enough
from streamal.lab.person import answer_requests
from streamal.wire.topics import LABELS
from tests.runtime.service import Service, numbers


def _asking(count: int = 40) -> Service:
    """Return a service that knows two classes and has asked about each of so many samples."""
    service = Service(budget=[{"rate": 1.0}])
    service.send({"x": 1.0}, {"x": -1.0})
    service.turn()
    service.answer_all()
    service.turn()
    service.send(*numbers(count))
    service.turn()
    return service


def _truth(request: Request) -> str:
    return "up" if float(request.features["x"] or 0) > 0 else "down"


def _annotator(
    service: Service, habits: Habits | None = None, due: Callable[[Request], float] = lambda _: 0.0
) -> Annotator:
    return Annotator(service.broker, service.plan.topics, _truth, due, habits or Habits())


def _given(service: Service) -> list[Any]:
    """Return the annotator's answers; the service's own first ones name no annotator."""
    found = [json.loads(record.value or b"") for record in service.records(LABELS)]
    return [one for one in found if one.get("annotator") == "simulated"]


def _all(annotator: Annotator) -> None:
    while annotator.take():
        annotator.answer(0.0)
    annotator.answer(0.0)


def test_every_request_is_answered_once_with_the_truth() -> None:
    """Answers name their request and have an id of their own: none is given twice."""
    service = _asking()
    _all(_annotator(service))
    asked = {one.request_id: one for one in service.requests()}
    given = {one["request_id"]: one for one in _given(service)}
    assert given.keys() == asked.keys()
    for request_id, answer in given.items():
        assert answer["label"] == _truth(asked[request_id])
        assert answer["answer_id"] == request_id


def test_answers_wait_until_they_are_due() -> None:
    """Nothing is answered before its time, and what is due is, in the order of asking."""
    service = _asking(10)
    annotator = _annotator(service, due=lambda request: float(request.source.offset))
    annotator.take()
    assert annotator.next_due == 0.0
    annotator.answer(4.5)
    offsets = [int(one["request_id"].rpartition("/")[2]) for one in _given(service)]
    assert offsets == [0, 1, 2, 3, 4]
    assert annotator.next_due == 5.0


def test_what_was_taken_and_not_answered_comes_again() -> None:
    """The next annotator gets what the last one had not answered, and nothing else."""
    service = _asking(10)
    first = _annotator(service, due=lambda request: float(request.source.offset))
    first.take()
    first.answer(4.5)
    first.close()
    _all(_annotator(service))
    counted = Counter(one["request_id"] for one in _given(service))
    assert counted == Counter(one.request_id for one in service.requests())


SHARES = [("skip", "skipped"), ("never", "never"), ("noise", "labelled")]


@pytest.mark.parametrize(("habit", "outcome"), SHARES)
def test_habits_are_shares(habit: str, outcome: str) -> None:
    """A habit of 0.3 is had in about three of ten requests, the same ones in every run."""
    services = [_asking(300), _asking(300)]
    habits = replace(Habits(seed=5), **{habit: 0.3})
    annotators = [_annotator(one, habits) for one in services]
    for annotator in annotators:
        _all(annotator)
    assert _given(services[0]) == _given(services[1])
    counts = annotators[0].outcomes
    had = _wrong(services[0]) if habit == "noise" else counts[outcome]
    assert 0.2 < had / sum(counts.values()) < 0.4


def _wrong(service: Service) -> int:
    """Return how many labels are not the truth."""
    asked = {one.request_id: one for one in service.requests()}
    return sum(one["label"] != _truth(asked[one["request_id"]]) for one in _given(service))


def _of_several(service: Service) -> list[Any]:
    found = [json.loads(record.value or b"") for record in service.records(LABELS)]
    return [one for one in found if (one.get("annotator") or "").startswith("simulated-")]


def _polled(wanted: int) -> Service:
    """Return a service that asks several annotators about most of its samples."""
    service = _asking(60)
    service.restart(arbiter=replace(service.plan.arbiter, per_request=wanted))
    service.send(*numbers(200))
    service.turn()
    return service


def test_each_request_is_answered_by_as_many_people_as_it_wants() -> None:
    """Of more people some are drawn for each, and all of them come to their turn."""
    service = _polled(2)
    _all(_annotator(service, Habits(seed=5, annotators=4)))
    wanted = {one.request_id: one.annotators for one in service.requests()}
    given = _of_several(service)
    assert Counter(one["request_id"] for one in given) == Counter(wanted)
    pairs = {(one["request_id"], one["annotator"]) for one in given}
    assert len(pairs) == len(given)
    assert {name for _, name in pairs} == {f"simulated-{number}" for number in (1, 2, 3, 4)}


def test_people_err_each_for_himself() -> None:
    """Of two who are wrong in three of ten labels both are in about one."""
    service = _polled(2)
    _all(_annotator(service, Habits(seed=5, noise=0.3, annotators=2)))
    asked = {one.request_id: one for one in service.requests()}
    wrong = Counter(
        one["request_id"]
        for one in _of_several(service)
        if one["label"] != _truth(asked[one["request_id"]])
    )
    several = sum(one.annotators == 2 for one in asked.values())
    assert 0.02 < sum(count == 2 for count in wrong.values()) / several < 0.2


def test_too_few_people_are_refused() -> None:
    """Where each request wants three, two would never decide one; by default there are three."""
    assert (enough(None, 3), enough(4, 3), enough(None, 1)) == (3, 4, 1)
    with pytest.raises(UsageError, match="2 are too few where each request wants 3"):
        enough(2, 3)


def test_who_does_not_know_says_so() -> None:
    """A sample that the truth does not have is answered with `unknown`."""
    service = _asking(3)
    topics = service.plan.topics
    annotator = Annotator(service.broker, topics, lambda _: None, lambda _: 0.0, Habits())
    _all(annotator)
    assert {one["outcome"] for one in _given(service)} == {"unknown"}
    assert annotator.outcomes.keys() == {"unknown"}


class Time:
    """A clock that goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def _answered(service: Service, delay: float, idle: float | None) -> dict[str, int]:
    labels = {one.sample_id: _truth(one) for one in service.requests()}
    topics = service.plan.topics
    return answer_requests(
        service.broker, topics, labels, Habits(), delay, lambda: False, idle, Time()
    )


def test_a_person_ends_when_nothing_comes() -> None:
    """`annotate --until-idle` answers all there is, however late, and then ends."""
    service = _asking(5)
    asked = len(service.requests())
    assert _answered(service, delay=20.0, idle=2.0) == {"labelled": asked}
    assert _answered(service, delay=0.0, idle=0.0) == {}


def test_a_person_ends_when_told() -> None:
    """Told to stop before the first look, nothing is answered and nothing is lost."""
    service = _asking(5)
    topics = service.plan.topics
    told = answer_requests(
        service.broker, topics, {}, Habits(), 0.0, lambda: True, None, lambda: 0.0
    )
    assert (told, _given(service)) == ({}, [])
