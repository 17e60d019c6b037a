"""What is told of the promises is what the log has: certificate, audits, alarms, stops."""

import json
from functools import cache

import msgspec
import pytest

from streamal.core.annotators import AnnotatorState
from streamal.core.terms import EVERY
from streamal.core.updates import Certificate, Closed, Drift, Example, Stop, Takeover, Update
from streamal.lab.status import status
from streamal.serve.catalog.known import LONGEST, MOST_ANNOTATORS, OTHER, RULES
from streamal.serve.guarantees import _agreements
from tests.runtime.service import numbers
from tests.serve.made import Watched

TARGET = 0.8
ROUNDS, TURNED = 60, 40
"""Rounds of twenty samples; from the second number on the classes have each other's names."""

PROMISED = ("certified", "auto_label_target_ratio", "certificate_audits_missing", "audit_ratio")


class Promised(Watched):
    """A service with a promise, whose labels turn around at some moment."""

    def __init__(self, **sections: object) -> None:
        auto_label = {"target_precision": TARGET, "audit": 0.5}
        super().__init__(**{"budget": [{"rate": 0.5}], "auto_label": auto_label} | sections)
        self._answered = 0

    def work(self, rounds: int, turned: bool = False) -> None:
        """Send samples and answer all that is asked, in the wrong way once they have turned."""
        for _ in range(rounds):
            self.send(*numbers(20, first=self.sent))
            self.turn()
            asked = self.requests()
            for request in asked[self._answered :]:
                is_up = (float(request.features["x"] or 0) > 0) != turned
                label = "up" if is_up else "down"
                self.answer(request_id=request.request_id, label=label, annotator="ann")
            self._answered = len(asked)
            self.turn()

    def told(self, kind: type[Update]) -> list[Update]:
        """Return the records of a kind."""
        return [one for one in self.updates() if isinstance(one, kind)]

    def shown(self, name: str) -> dict[tuple[str, ...], float]:
        """Return all values of a family, those that are 0 too."""
        return self.metrics.board.series(name).values()


@cache
def certified() -> Promised:
    """Return a service that has a certificate."""
    service = Promised()
    service.work(TURNED)
    return service


@cache
def broken() -> Promised:
    """Return a service that had a certificate until its labels turned around; it was restarted."""
    service = Promised()
    service.work(TURNED)
    service.work(3, turned=True)
    service.restart()
    service.work(ROUNDS - TURNED, turned=True)
    return service


def test_a_certificate_is_shown() -> None:
    """What is certified, from where and by how much is what the last record says."""
    service = certified()
    last = service.told(Certificate)[-1]
    assert isinstance(last, Certificate)
    assert last.terms.bars
    assert service.count("certified") == 1
    assert service.count("auto_label_target_ratio") == TARGET
    assert service.count("auto_label_threshold") == last.terms.bar(EVERY)
    assert service.count("audit_ratio") == last.terms.coin
    assert service.shown("certificate_audits_missing") == {(): 0.0}
    assert 0 <= service.count("audits_affordable") <= 20


def test_the_precision_is_shown_with_its_interval() -> None:
    """The point lies between the bounds, and audits that agree are what it is made of."""
    service = certified()
    low, point, high = (
        service.count("auto_label_precision_ratio", one) for one in ("lower", "point", "upper")
    )
    assert 0 < low <= point <= high <= 1
    assert service.count("audits_total", "agree") > 10
    assert service.count("audits_total", "disagree") < 5


def test_audits_are_the_uniform_labels_of_what_would_be_auto_labels() -> None:
    """Over a restart too, each is counted once, by whether it agrees with the prediction."""
    service = broken()
    bars = {one.version: one.terms for one in service.told(Certificate)}  # type: ignore[union-attr]
    asked = {one.request_id: one for one in service.requests()}
    agreed = {True: 0, False: 0}
    for one in service.told(Example):
        assert isinstance(one, Example)
        request = asked[one.request_id or ""]
        known = [version for version in bars if version <= request.model_version]
        would = known and request.confidence >= bars[max(known)].bar(request.label)
        if would and one.reason in ("audit", "exploration"):
            agreed[one.label == request.label] += 1
    assert service.counts("audits_total") == {
        ("agree",): agreed[True],
        ("disagree",): agreed[False],
    }


def test_alarms_and_trips_are_those_on_the_topic() -> None:
    """Each alarm counts under its detector, that of the breaker as a trip too."""
    service = broken()
    wanted: dict[tuple[str, ...], float] = {}
    for one in service.told(Drift):
        assert isinstance(one, Drift)
        wanted[one.detector,] = wanted.get((one.detector,), 0) + 1
    assert wanted
    assert service.counts("drift_detections_total") == wanted
    assert service.count("breaker_trips_total") == wanted.get(("breaker",), 0)
    fresh = [str(one.taken).lower() for one in service.told(Takeover)]  # type: ignore[union-attr]
    assert service.counts("takeovers_total") == {(one,): fresh.count(one) for one in {*fresh}}
    learns = service.told(Drift)[-1].version > max(
        (one.version for one in service.told(Takeover)), default=0
    )
    assert service.count("fresh_model") == learns


def test_without_a_certificate_there_is_no_threshold() -> None:
    """Before the first audits nothing is certified, some are missing, and no bar is shown."""
    service = Promised()
    service.turn()
    assert service.shown("certified") == {(): 0.0}
    assert service.count("certificate_audits_missing") > 10
    assert service.shown("auto_label_threshold") == {}
    assert service.shown("auto_label_precision_ratio") == {}


def test_without_a_promise_nothing_is_told_of_one() -> None:
    """A configured threshold is shown, and no certificate; audits are counted all the same."""
    service = Watched(auto_label={"threshold": 0.6})
    service.live(20, seed=0)
    assert service.count("auto_label_threshold") == 0.6
    assert all(service.metrics.board.series(name).values() == {} for name in PROMISED)
    assert service.metrics.status()["arbiter"]["certificate"] is None
    assert service.counts("audits_total")
    off = Watched(auto_label="off")
    off.turn()
    assert off.metrics.board.series("auto_label_threshold").values() == {}


def test_children_exist_from_the_start() -> None:
    """A rate of what never happened is 0, and not absent."""
    board = Watched().metrics.board
    for name in ("audits_total", "drift_detections_total", "takeovers_total"):
        assert set(board.series(name).values().values()) == {0.0}
    assert board.series("breaker_trips_total").values() == {(): 0.0}
    assert board.series("requests_disagreed_total").values() == {(): 0.0}


def test_the_certificate_is_the_same_on_the_page_and_on_the_topics() -> None:
    """`status` reads from the topics what the page of the arbiter tells."""
    target = certified().plan.arbiter.target
    for service in (certified(), broken()):
        read = status(service.broker, service.plan.topics, target=target)
        page = service.metrics.status()["arbiter"]
        for name in ("certificate", "drift", "stop"):
            assert json.loads(json.dumps(page[name])) == read[name], name
    told = status(certified().broker, certified().plan.topics, target=target)["certificate"]
    last = certified().told(Certificate)[-1]
    assert isinstance(last, Certificate)
    assert (told["target"], told["certified"], told["missing"]) == (TARGET, True, None)
    assert (told["thresholds"], told["since"]) == (last.terms.bars, last.terms.certificate)
    assert told["audits"] - told["errors"] > 10
    assert told["lower_bound"] > TARGET - 0.1


def test_status_tells_how_many_audits_are_missing() -> None:
    """Before anything ran a promise is off, by as many audits as the first certificate takes."""
    service = Promised()
    target = service.plan.arbiter.target
    told = status(service.broker, service.plan.topics, target=target)["certificate"]
    assert (told["certified"], told["thresholds"], told["precision"]) == (False, {}, None)
    assert told["missing"] > 10
    assert status(service.broker, service.plan.topics)["certificate"] is None


def test_looking_changes_nothing() -> None:
    """To judge what labels are evidence of leaves the arbiter's state as it was."""
    service = certified()
    arbiter = service.worker.arbitration.arbiter  # type: ignore[union-attr]
    assert arbiter is not None
    before = msgspec.json.encode(arbiter.state)
    status(service.broker, service.plan.topics, target=arbiter.spec.target)
    service.metrics.presides(arbiter)
    assert msgspec.json.encode(arbiter.state) == before


def test_a_stop_is_shown_by_its_rule() -> None:
    """The rule that stopped is 1 and all others are 0, as the record says."""
    service = Promised(stop={"budget": 0.5}, budget=[{"count": 40}])
    service.turn()
    assert service.shown("stopped") == {(rule,): 0.0 for rule in RULES}
    assert service.metrics.status()["arbiter"]["stop"] is None
    service.work(12)
    (stop,) = service.told(Stop)
    assert isinstance(stop, Stop)
    assert service.shown("stopped") == {(rule,): float(rule == stop.rule) for rule in RULES}
    told = service.metrics.status()["arbiter"]["stop"]
    assert (told["rule"], told["since"], told["saw"]) == ("budget", stop.version, stop.saw)


def test_each_class_has_its_precision_and_recall() -> None:
    """Both classes are shown with both, as parts of one."""
    shown = certified().shown("class_accuracy_ratio")
    assert {label for label, _ in shown} == {"up", "down"}
    assert {share for _, share in shown} == {"precision", "recall"}
    assert all(0.5 < value <= 1 for value in shown.values())


def test_annotators_are_compared_on_what_was_drawn() -> None:
    """An annotator's agreement is that of its labels of uniform draws with the predictions."""
    service = certified()
    (state,) = service.worker.arbitration.arbiter.state.annotators.values()  # type: ignore[union-attr]
    assert service.shown("annotator_agreement_ratio") == {("ann",): state.agreed / state.audits}


def test_annotators_are_bounded() -> None:
    """The first have a child each, all others share one with those that gave no name."""
    many = MOST_ANNOTATORS + 3
    known = {f"{i:03d}" + "x" * 200: AnnotatorState(audits=4, agreed=3) for i in range(many)}
    found = dict(_agreements({**known, "*": AnnotatorState(audits=8, agreed=0)}))
    assert len(found) == MOST_ANNOTATORS + 1
    assert found[OTHER,] == pytest.approx(9 / 20)
    assert all(len(name) <= LONGEST for (name,) in found)


def test_disagreement_is_counted() -> None:
    """A request of several annotators that ends without an agreement counts."""
    service = Watched(labels={"per_request": 2}, auto_label="off", budget=[{"rate": 0.5}])
    service.send(*numbers(8))
    service.turn()
    for request in service.requests():
        for name, label in (("ann", "up"), ("bob", "down")):
            service.answer(request_id=request.request_id, label=label, annotator=name)
    service.turn()
    ended = [one for one in service.updates() if isinstance(one, Closed)]
    assert service.count("requests_disagreed_total") == len(ended) > 0


def test_what_a_promise_shows_goes_with_the_office() -> None:
    """A worker that is the arbiter no more tells nothing of certificate and audits to come."""
    service = Promised()
    service.work(4)
    service.worker.close()
    assert all(service.shown(name) == {} for name in (*PROMISED, "stopped", "fresh_model"))
