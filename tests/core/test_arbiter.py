"""The arbiter: grants exactly, sends the rest its other way, and lets time pass."""

import msgspec
import pytest

from streamal.core.arbiter import Arbiter
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.prediction import BINS
from streamal.core.records import Candidate, Decision, Progress, Request, Stamp
from streamal.core.updates import Budget, Closed, Example, Pace
from tests.core.made import DAY, Desk, candidate

ONE = LimitSpec("count", 1)


def _decision(desk: Desk, offset: int, **changes: object) -> Decision:
    (found,) = desk.propose(offset, **changes)
    assert type(found) is Decision
    return found


def _stamp(record: Decision) -> Stamp:
    assert isinstance(record.ledger, Stamp)
    return record.ledger


def test_a_granted_candidate_is_a_request() -> None:
    """It carries what people need, what was known, and the ledger at that step."""
    desk = Desk(time=5000)
    asked = desk.ask(3, payload=msgspec.Raw(b'{"text":"hi"}'))
    assert (asked.request_id, asked.route, asked.reason) == ("samples/0/3", "request", "uncertain")
    assert (asked.created_at, asked.expires_at) == (5000, 5000 + DAY)
    assert (bytes(asked.payload), asked.features) == (b'{"text":"hi"}', {"x": 3.0})
    assert (asked.probabilities, asked.confidence) == ({"a": 0.6, "b": 0.4}, 0.6)
    stamp = _stamp(asked)
    assert (stamp.step, stamp.n, stamp.candidates, stamp.time) == (2, 4, 0, 5000)
    assert (stamp.limits[0].charged, stamp.limits[0].allowed) == (1.0, 10.0)


@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        ({}, "rank", "uncertain"),
        ({"cold_start": True}, "rank", "cold_start"),
        ({"want": 1.0}, "periodic", "periodic"),
        ({"want": 1.0}, "fixed", "uncertain"),
        ({"rank": 1.0, "draw": 0.0}, "rank", "exploration"),
        ({"rank": 1.0, "draw": 0.0, "cold_start": True}, "rank", "exploration"),
        ({"rank": 1.0, "draw": 0.0}, "random", "exploration"),
    ],
)
def test_a_request_says_why(changes: dict[str, object], kind: str, reason: str) -> None:
    """Chosen for its rank, drawn uniformly, its turn, or a model that knows nothing yet."""
    desk = Desk(LimitSpec("rate", 0.5), policy={"kind": kind})
    assert desk.ask(0, **changes).reason == reason


def test_a_candidate_that_is_not_wanted_goes_its_other_way() -> None:
    """Route, reason, probabilities and version are those that its scorer gave."""
    desk = Desk(LimitSpec("rate", 0.01, burst=1))
    found = _decision(desk, 50, rank=1.0, draw=0.99, cap=0.2)
    assert (found.route, found.reason) == ("abstain", "not_informative")
    assert found.probabilities == {"a": 0.6, "b": 0.4}
    assert 0.0 < found.propensity < 0.2
    assert found.auto_label_threshold is msgspec.UNSET


def test_an_auto_label_stays_one() -> None:
    """A refused candidate that its scorer would have labelled is labelled, at its threshold."""
    changes: dict[str, object] = {"route": "auto_label", "reason": "confident"}
    desk = Desk(ONE)
    desk.ask(0)
    found = _decision(desk, 1, auto_label_threshold=0.95, **changes)
    assert (found.route, found.reason) == ("auto_label", "confident")
    assert (found.auto_label_threshold, found.certificate) == (0.95, None)
    assert found.propensity == 0.0


def test_a_refusal_is_counted_and_is_the_reason_to_abstain() -> None:
    """What a limit refused had no chance: its propensity is 0 and its reason `budget`."""
    desk = Desk(ONE)
    desk.ask(0)
    found = _decision(desk, 1)
    assert (found.route, found.reason, found.propensity) == ("abstain", "budget", 0.0)
    assert desk.arbiter.state.ledger.accounts[0].refused == 1


def test_a_decision_is_no_step_of_the_ledger() -> None:
    """Nothing was spent: its stamp has the number of the last step."""
    desk = Desk(ONE)
    asked = desk.ask(0)
    assert _stamp(_decision(desk, 1)).step == _stamp(asked).step


def test_the_scorers_cap_holds() -> None:
    """However much is affordable, no more is asked than the scorer proposed."""
    desk = Desk(LimitSpec("count", 500))
    assert _decision(desk, 0, rank=0.5, draw=0.5, cap=0.3).route == "abstain"
    assert desk.ask(1, rank=0.5, draw=0.5, cap=0.8).route == "request"


def test_samples_are_counted_by_the_largest_number_of_each_partition() -> None:
    """Told twice, in whatever order, a sample counts once."""
    desk = Desk()
    for seen, partition in ((3, 0), (5, 1), (2, 0), (4, 0), (5, 1)):
        desk.see(seen, partition)
    assert desk.arbiter.state.n == 9


def test_a_candidate_tells_of_all_partitions_of_its_scorer() -> None:
    """The count n is exact at each request: what other partitions saw before it is counted."""
    desk = Desk()
    seen = {"0": 1, "4": 9}
    bins = {partition: [0] * BINS for partition in seen}
    assert _stamp(desk.ask(0, seen=seen, bins=bins)).n == 10


def test_samples_that_scorers_routed_join_the_estimate_once() -> None:
    """Counts are cumulative: each sample is in the estimate once, asked or not."""
    desk = Desk()
    bins = [0] * BINS
    for seen in (10, 20, 20, 15):
        bins[3] = seen
        progress = Progress(seen={"0": seen}, bins={"0": list(bins)})
        desk.arbiter.progress(progress, desk.arbiter.state.candidates + 1, 0)
    desk.ask(20, bins={"0": bins[:3] + [20] + [0] * 10})
    estimate = desk.arbiter.state.estimate
    assert (estimate.samples, estimate.passed) == (21, 20)


def test_time_never_runs_back() -> None:
    """Records whose broker time lies behind the clock are stamped with the clock."""
    desk = Desk(time=9000)
    desk.ask(0)
    desk.time = 4000
    assert desk.ask(1).created_at == 9000


def test_requests_end_in_order_and_at_their_time() -> None:
    """A long silence ends each request at its own time, before what broke the silence."""
    desk = Desk(expire_ms=1000)
    desk.ask(0)
    desk.time = 300
    desk.ask(1)
    desk.time = 9000
    first, second, asked = desk.propose(2)
    assert isinstance(first, Closed)
    assert isinstance(second, Closed)
    assert isinstance(asked, Request)
    assert [first.created_at, second.created_at, asked.created_at] == [1000, 1300, 9000]
    assert [first.version, second.version] == [2, 3]


def test_an_expired_charge_is_refunded_before_it_is_needed() -> None:
    """What comes back as time passes is there for the candidate that let it pass."""
    desk = Desk(ONE, expire_ms=1000, refund=["expired"])
    desk.ask(0)
    desk.time = 1001
    closed, asked = desk.propose(1)
    assert isinstance(closed, Closed)
    assert isinstance(asked, Request)


def test_a_batch_ends_with_the_pace_where_it_moved() -> None:
    """The first pace is told, one that did not move is not; a version and a step for each."""
    desk = Desk(LimitSpec("count", 500, over=5000))
    desk.ask(0)
    (pace,) = desk.arbiter.finish()
    assert isinstance(pace, Pace)
    assert (pace.version, pace.ledger.step, pace.hold) == (2, 3, False)
    assert 0.0 < pace.pace <= 1.0
    desk.ask(1)
    assert desk.arbiter.finish() == []


def test_max_ahead_holds_intake_until_the_oldest_request_is_answered() -> None:
    """So many samples after the oldest open request intake pauses, and then goes on."""
    desk = Desk(max_ahead=10)
    first, second = desk.ask(0), desk.ask(5)
    desk.arbiter.finish()
    assert _holds(desk, seen=10) is None
    assert _holds(desk, seen=11) is True
    desk.answer(second.request_id)
    assert _holds(desk, seen=11) is None
    desk.answer(first.request_id)
    assert _holds(desk, seen=11) is False


def _holds(desk: Desk, seen: int) -> bool | None:
    """What the next pace says of holding; None where there is none."""
    desk.see(seen)
    found = desk.arbiter.finish()
    return found[0].hold if found and isinstance(found[0], Pace) else None


def test_max_ahead_counts_from_when_it_was_asked_again() -> None:
    """A request that replaces a skipped one is not as old as that was."""
    desk = Desk(max_ahead=10, ask_again=1)
    asked = desk.ask(0)
    desk.see(9)
    desk.arbiter.finish()
    desk.end(asked.request_id, "skipped")
    assert _holds(desk, seen=12) is None
    assert _holds(desk, seen=19) is True


def test_a_hold_that_is_configured_no_more_is_released_at_the_start() -> None:
    """Without `max_ahead` nothing would ever come that let intake go on."""
    desk = Desk(max_ahead=3)
    desk.ask(0)
    assert _holds(desk, seen=9) is True
    spec = msgspec.structs.replace(desk.arbiter.spec, max_ahead=None)
    rows = list(desk.arbiter.book.rows.values())
    (pace,) = Arbiter(spec, desk.arbiter.state, rows).start(0)
    assert isinstance(pace, Pace)
    assert pace.hold is False


def test_the_budget_in_force_is_recorded_once() -> None:
    """A start with the same limits writes nothing, one with others says so."""
    desk = Desk(ONE)
    (begun,) = desk.begun
    assert isinstance(begun, Budget)
    assert (begun.version, begun.ledger.step, begun.limits) == (1, 1, [ONE])
    again = Arbiter(desk.arbiter.spec, desk.arbiter.state)
    assert again.start(10) == []
    other = msgspec.structs.replace(desk.arbiter.spec, limits=[LimitSpec("count", 5)])
    assert len(Arbiter(other, desk.arbiter.state).start(10)) == 1


def test_a_larger_budget_goes_on_from_what_was_spent() -> None:
    """Charges of before count, and open requests are settled in the new ledger."""
    desk = Desk(ONE)
    asked = desk.ask(0)
    other = msgspec.structs.replace(desk.arbiter.spec, limits=[LimitSpec("count", 2)])
    desk.arbiter = Arbiter(other, desk.arbiter.state, list(desk.arbiter.book.rows.values()))
    desk.arbiter.start(0)
    desk.ask(1)
    assert _decision(desk, 2).reason == "budget"
    assert isinstance(desk.answer(asked.request_id)[0], Example)
    assert desk.charged == [2.0]


def test_the_configuration_has_the_first_version() -> None:
    """`updates` begins with what the model is made of, then the budget."""
    arbiter = Arbiter(msgspec.structs.replace(Desk().arbiter.spec))
    assert arbiter.configure({"preset": "linear"}, "river 1", 7).version == 1
    (budget,) = arbiter.start(7)
    assert isinstance(budget, Budget)
    assert budget.version == 2


def test_decisions_and_answers_are_counted() -> None:
    """Every route with its reason, every record of `labels` with what became of it."""
    desk = Desk(ONE)
    asked = desk.ask(0)
    _decision(desk, 1)
    desk.answer(asked.request_id)
    at = msgspec.structs.replace(asked.source, topic="labels", offset=7)
    desk.arbiter.refuse_label("invalid", at, 0)
    assert desk.arbiter.state.routes == {"request/uncertain": 1, "abstain/budget": 1}
    assert desk.arbiter.state.answers == {"learned": 1, "invalid": 1}
    assert desk.arbiter.state.labels == {"0": 7}


def test_classes_are_told_in_the_order_they_were_learned() -> None:
    """A request shows the classes that are known by then."""
    desk = Desk()
    for offset, label in enumerate(("b", "a", "b")):
        desk.answer(desk.ask(offset).request_id, label)
    assert desk.ask(9).classes == ["b", "a"]


def test_other_policies_are_wanted_by_their_wish() -> None:
    """A wish is granted at any share above 0; its propensity joins wish and uniform draw."""
    desk = Desk(LimitSpec("rate", 0.1), policy=PolicySpec(kind="randomised"))
    made: Candidate = candidate(0, want=0.5, cap=0.01, threshold=0.7)
    (found,) = desk.arbiter.candidate(made, 0, 0)
    assert isinstance(found, Request)
    assert found.propensity == pytest.approx(0.5 + 0.5 * 0.15 * 0.01 / (1 - 0.85 * 0.01))
    assert found.threshold == 0.7
