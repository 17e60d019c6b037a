"""Each row of the table of outcomes in streamal/core/answers.py."""

import pytest

from streamal.core.limits import LimitSpec
from streamal.core.records import Answer, Outcome, Request, Stamp
from streamal.core.updates import Closed, Example
from tests.core.made import DAY, Desk

MONEY = LimitSpec("cost", 1.7, prices={"person": 0.8, "llm": 0.02, "*": 0.8})
ENDS: list[Outcome] = ["skipped", "unknown", "rejected", "retracted"]


def _ended(outcome: str) -> str:
    return "skipped" if outcome == "retracted" else outcome


def _refuses(desk: Desk, request_id: str, label: str = "a", annotator: str | None = None) -> str:
    return desk.refuses(Answer(request_id=request_id, label=label, annotator=annotator))


def test_an_open_request_with_a_label_is_settled_and_learned() -> None:
    """The example carries features, label, what was asked and why, and the ledger."""
    desk = Desk(MONEY)
    asked = desk.ask(4)
    assert desk.charged == [0.8]
    (example,) = desk.answer(asked.request_id, "b", "llm")
    assert isinstance(example, Example)
    assert (example.features, example.label, example.predicted) == ({"x": 4.0}, "b", "a")
    assert (example.request_id, example.annotator, example.corrects) == (
        "samples/0/4",
        "llm",
        False,
    )
    assert (example.version, example.propensity, example.reason) == (2, 1.0, "uncertain")
    assert (desk.charged, example.ledger.limits[0].charged) == ([0.02], 0.02)
    assert desk.counts == {"learned": 1}


@pytest.mark.parametrize("outcome", ENDS)
def test_an_open_request_without_a_label_is_settled(outcome: Outcome) -> None:
    """Whoever looked at it is paid; nothing is learned."""
    desk = Desk(MONEY)
    (closed,) = desk.end(desk.ask(0).request_id, outcome, "llm")
    assert isinstance(closed, Closed)
    assert (closed.outcome, closed.refunded) == (_ended(outcome), False)
    assert (desk.charged, desk.counts) == ([0.02], {outcome: 1})


@pytest.mark.parametrize("outcome", ENDS)
def test_an_open_request_without_a_label_is_refunded_where_configured(outcome: Outcome) -> None:
    """The outcomes that `requests.refund` lists give all of their charge back."""
    desk = Desk(MONEY, refund=[_ended(outcome)])
    (closed,) = desk.end(desk.ask(0).request_id, outcome, "llm")
    assert isinstance(closed, Closed)
    assert (closed.refunded, desk.charged) == (True, [0.0])


@pytest.mark.parametrize("refund", [[], ["expired"]])
def test_an_expired_request_is_settled_or_refunded(refund: list[str]) -> None:
    """It ends when its time is over, at that time, and stays at the dearest price."""
    desk = Desk(MONEY, refund=refund, expire_ms=1000)
    desk.ask(0)
    desk.time = 1001
    closed, *_ = desk.see(1)
    assert isinstance(closed, Closed)
    assert (closed.outcome, closed.created_at, closed.answer) == ("expired", 1000, None)
    assert desk.charged == [0.0 if refund else 0.8]
    assert desk.counts == {}


@pytest.mark.parametrize("outcome", [*ENDS, "expired"])
@pytest.mark.parametrize("is_refunded", [False, True])
def test_a_label_after_the_end_is_learned(outcome: Outcome, is_refunded: bool) -> None:
    """Ended without a label: a late one is learned, charged again if it was refunded."""
    refund = [_ended(outcome)] if is_refunded else []
    desk = Desk(MONEY, refund=refund, expire_ms=1000)
    asked = desk.ask(0)
    _finish(desk, asked, outcome)
    (example,) = desk.answer(asked.request_id, "b", "person")
    assert isinstance(example, Example)
    assert (desk.charged, example.corrects) == ([0.8], False)
    assert desk.counts["learned"] == 1
    (closed,) = desk.end(asked.request_id, "retracted")
    assert isinstance(closed, Closed)
    assert (closed.refunded, desk.charged) == (False, [0.8])


def _finish(desk: Desk, asked: Request, outcome: Outcome) -> None:
    if outcome == "expired":
        desk.time = 1001
        desk.see(1)
    else:
        desk.end(asked.request_id, outcome, "llm")


def test_a_refunded_request_that_cannot_be_charged_again_is_late() -> None:
    """What the budget has spent elsewhere meanwhile is not there for a late label."""
    desk = Desk(LimitSpec("count", 1), refund=["skipped"])
    first = desk.ask(0)
    desk.end(first.request_id, "skipped")
    desk.ask(1)
    assert _refuses(desk, first.request_id) == "late"
    assert desk.counts == {"skipped": 1, "late": 1}


def test_a_late_label_that_costs_more_than_is_left_is_late() -> None:
    """Settled cheaply when it was skipped, it may not overspend when somebody dear answers."""
    desk = Desk(MONEY)
    first = desk.ask(0)
    desk.end(first.request_id, "skipped", "llm")
    desk.ask(1)
    desk.ask(2)
    assert desk.charged == [1.62]
    assert _refuses(desk, first.request_id, annotator="person") == "late"
    (example,) = desk.answer(first.request_id, "a", "llm")
    assert isinstance(example, Example)
    assert desk.charged == [1.62]


def test_a_labelled_request_with_the_same_label_is_a_duplicate() -> None:
    """Said twice is learned once, whoever says it."""
    desk = Desk()
    asked = desk.ask(0)
    desk.answer(asked.request_id, "a", "person")
    assert _refuses(desk, asked.request_id, "a", annotator="llm") == "duplicate"
    assert desk.counts == {"learned": 1, "duplicate": 1}


def test_a_labelled_request_with_another_label_is_a_correction() -> None:
    """A second, different answer is a new example under the next version, for no charge."""
    desk = Desk()
    asked = desk.ask(0)
    desk.answer(asked.request_id, "a")
    (example,) = desk.answer(asked.request_id, "b")
    assert isinstance(example, Example)
    assert (example.corrects, example.label, example.version) == (True, "b", 3)
    assert (desk.charged, desk.counts) == ([1.0], {"learned": 1, "corrected": 1})
    assert _refuses(desk, asked.request_id, "b") == "duplicate"


def test_a_labelled_request_that_is_retracted_is_noted() -> None:
    """Exports drop the example; the charge stays, and any label may come anew."""
    desk = Desk()
    asked = desk.ask(0)
    desk.answer(asked.request_id, "a")
    (closed,) = desk.end(asked.request_id, "retracted")
    assert isinstance(closed, Closed)
    assert (closed.outcome, closed.refunded, desk.charged) == ("retracted", False, [1.0])
    (example,) = desk.answer(asked.request_id, "a")
    assert isinstance(example, Example)
    assert (example.corrects, desk.charged) == (True, [1.0])


@pytest.mark.parametrize("first", ["labelled", *ENDS])
@pytest.mark.parametrize("second", ENDS)
def test_an_end_after_the_end_changes_nothing(first: Outcome, second: Outcome) -> None:
    """A request ends once: the same again is a duplicate, another end is late."""
    desk = Desk()
    asked = desk.ask(0)
    desk.end(asked.request_id, first) if first != "labelled" else desk.answer(asked.request_id)
    if first == "labelled" and second == "retracted":
        return
    answer = Answer(request_id=asked.request_id, outcome=second)
    assert desk.refuses(answer) == ("duplicate" if second == _ended(first) else "late")


@pytest.mark.parametrize("answer", [Answer(label="a"), Answer(outcome="skipped")])
@pytest.mark.parametrize("name", ["request_id", "sample_id"])
def test_an_answer_about_nothing_known_is_unmatched(answer: Answer, name: str) -> None:
    """An id that was never asked, or is forgotten, finds no request."""
    desk = Desk()
    desk.ask(0)
    named = Answer(label=answer.label, outcome=answer.outcome, **{name: "samples/0/9"})  # type: ignore[arg-type]
    assert desk.refuses(named) == "unmatched"


def test_a_forgotten_request_is_unmatched() -> None:
    """After `requests.remember` nobody knows what a label is about."""
    desk = Desk(remember_ms=DAY)
    asked = desk.ask(0)
    desk.answer(asked.request_id)
    desk.time = DAY + 1
    assert _refuses(desk, asked.request_id, "b") == "unmatched"


def test_a_label_outside_the_declared_classes_is_invalid() -> None:
    """It is refused before anything is settled; without a declaration every class passes."""
    desk = Desk(classes=["a", "b"])
    asked = desk.ask(0)
    assert _refuses(desk, asked.request_id, "c") == "invalid"
    assert desk.answer(asked.request_id, "b")


def _unasked(answer_id: str | None = "x", **more: object) -> Answer:
    return Answer(label="a", answer_id=answer_id, features={"x": 1.0}, **more)  # type: ignore[arg-type]


def test_a_label_that_nobody_asked_for_is_learned_where_it_may_be() -> None:
    """It costs nothing and is learned once for each answer id."""
    desk = Desk(unsolicited=True)
    (example,) = desk.take(_unasked(sample_id="q", annotator="llm"))
    assert isinstance(example, Example)
    assert (example.sample_id, example.request_id, desk.charged) == ("q", None, [0.0])
    assert desk.refuses(_unasked()) == "duplicate"
    assert desk.take(_unasked("y"))
    assert desk.counts == {"learned": 2, "duplicate": 1}


def test_without_an_answer_id_each_record_counts() -> None:
    """Where it lies in the log then stands for its id."""
    desk = Desk(unsolicited=True)
    (first,), (second,) = desk.take(_unasked(None)), desk.take(_unasked(None))
    assert isinstance(first, Example)
    assert isinstance(second, Example)
    assert (first.sample_id, second.sample_id) == ("labels/0/0", "labels/0/1")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(sample_id="q", label="a"), "unsolicited"),
        (Answer(sample_id="q", outcome="skipped", features={"x": 1.0}), "unsolicited"),
        (Answer(request_id="q", label="a", features={"x": 1.0}), "unmatched"),
    ],
)
def test_what_nobody_asked_for_needs_a_label_and_features(answer: Answer, reason: str) -> None:
    """Even where unsolicited labels are welcome, these are of no use."""
    assert Desk(unsolicited=True).refuses(answer) == reason


def test_a_skipped_request_is_asked_again_under_a_new_id_and_charge() -> None:
    """As often as configured; each time `#2`, `#3` is a request of its own."""
    desk = Desk(ask_again=1)
    first = desk.ask(0)
    closed, again = desk.end(first.request_id, "skipped")
    assert isinstance(closed, Closed)
    assert isinstance(again, Request)
    assert (again.request_id, again.features) == ("samples/0/0#2", first.features)
    assert (desk.charged, again.probabilities) == ([2.0], first.probabilities)
    assert isinstance(again.ledger, Stamp)
    assert again.ledger.step == closed.ledger.step + 1
    assert len(desk.end(again.request_id, "skipped")) == 1
    assert desk.arbiter.book.outstanding == 0


def test_a_skipped_request_is_not_asked_again_beyond_the_budget() -> None:
    """Asking again is a charge like any other, and the refusal is counted."""
    desk = Desk(LimitSpec("count", 1), ask_again=5)
    (closed,) = desk.end(desk.ask(0).request_id, "skipped")
    assert isinstance(closed, Closed)
    assert desk.arbiter.ledger.state.accounts[0].refused == 1


def test_what_is_asked_again_expires_anew() -> None:
    """Its time runs from when it was asked again."""
    desk = Desk(ask_again=1, expire_ms=1000)
    first = desk.ask(0)
    desk.time = 700
    _, again = desk.end(first.request_id, "skipped")
    assert isinstance(again, Request)
    assert (again.created_at, again.expires_at) == (700, 1700)


def test_an_answer_by_sample_id_meets_the_oldest_open_request() -> None:
    """Of two requests of one sample id the first is answered first."""
    desk = Desk()
    for offset in (0, 1):
        desk.ask(offset, sample_id="twin")
    found = [desk.take(Answer(sample_id="twin", label="a"))[0] for _ in range(2)]
    assert [one.request_id for one in found if isinstance(one, Example)] == [
        "samples/0/0",
        "samples/0/1",
    ]
    assert desk.refuses(Answer(sample_id="twin", label="a")) == "duplicate"
