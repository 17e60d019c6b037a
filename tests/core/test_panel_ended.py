"""What several annotators say of a request that has ended: the rest of the table."""

import msgspec
import pytest

from streamal.core.arbiter import Arbiter
from streamal.core.limits import LimitSpec
from streamal.core.records import Answer
from streamal.core.updates import Vote
from streamal.wire.records import decode_ledger, decode_row
from tests.core.polled import answered, closed_of, learned, polling, refuses, vote_of


@pytest.mark.parametrize("refund", [[], ["expired"]])
def test_an_expired_request_keeps_or_refunds_what_was_not_answered(refund: list[str]) -> None:
    """The answers that came stay settled; the others' labels stay reserved or come back."""
    desk = polling(refund=refund, expire_ms=1000)
    asked = desk.ask(0)
    answered(desk, asked, llm="a")
    desk.time = 1001
    closed = closed_of(desk.see(1))
    assert (closed.outcome, closed.refunded) == ("expired", bool(refund))
    assert desk.charged == [0.02 if refund else 1.62]


@pytest.mark.parametrize("refund", [[], ["expired"]])
def test_labels_that_were_missing_may_come_late(refund: list[str]) -> None:
    """They are charged again where they were refunded, and the last one decides."""
    desk = polling(refund=refund, expire_ms=1000)
    asked = desk.ask(0)
    answered(desk, asked, llm="a")
    desk.time = 1001
    desk.see(1)
    assert (
        desk.refuses(Answer(request_id=asked.request_id, outcome="skipped", annotator="x"))
        == "late"
    )
    assert isinstance(answered(desk, asked, bob="b")[0], Vote)
    assert desk.charged == [0.52 if refund else 1.32]
    example = learned(answered(desk, asked, cem="b"))
    assert (example.label, desk.charged) == ("b", [1.02])


def test_a_late_label_that_cannot_be_charged_is_late() -> None:
    """The budget was given back when the request ended, and is spent by now."""
    desk = polling(LimitSpec("count", 3), refund=["expired"], expire_ms=1000)
    asked = desk.ask(0)
    answered(desk, asked, llm="a")
    desk.time = 1001
    desk.see(1)
    desk.ask(1) if not desk.arbiter.ledger.refusing() else None
    assert desk.charged == [1.0]
    desk.arbiter.ledger.reserve(2)
    assert refuses(desk, asked, "ann") == "late"


def test_one_annotator_more_is_late() -> None:
    """All have answered: only they may change their minds."""
    desk = polling()
    asked = desk.ask(0)
    answered(desk, asked, ann="a", llm="a", bob="b")
    assert refuses(desk, asked, "cem", "b") == "late"


def test_a_changed_mind_that_changes_the_majority_is_a_correction() -> None:
    """The example has the new majority, and nothing is charged."""
    desk = polling()
    asked = desk.ask(0)
    answered(desk, asked, ann="a", llm="a", bob="b")
    before = desk.charged
    example = learned(answered(desk, asked, llm="b"))
    assert (example.corrects, example.label, example.votes) == (True, "b", {"a": 1, "b": 2})
    assert (desk.charged, desk.counts["corrected"]) == (before, 1)


def test_a_changed_mind_that_changes_nothing_is_noted() -> None:
    """Said twice, a duplicate; otherwise a vote, as long as the label holds."""
    desk = polling()
    asked = desk.ask(0)
    answered(desk, asked, ann="a", llm="a", bob="b")
    assert refuses(desk, asked, "bob", "b") == "duplicate"
    assert vote_of(answered(desk, asked, bob="a")).label == "a"
    assert vote_of(desk.end(asked.request_id, "retracted", "bob")).outcome == "skipped"
    for outcome in ("skipped", "unknown", "rejected"):
        answer = Answer(request_id=asked.request_id, outcome=outcome, annotator="llm")
        assert desk.refuses(answer) == "late"


def test_a_label_that_loses_its_majority_is_retracted() -> None:
    """Exports drop it; it may win again, as a correction."""
    desk = polling()
    asked = desk.ask(0)
    answered(desk, asked, ann="a", llm="a", bob="b")
    assert closed_of(answered(desk, asked, llm="c")).outcome == "retracted"
    example = learned(answered(desk, asked, llm="a"))
    assert (example.corrects, example.label) == (True, "a")


def test_who_disagreed_may_agree_later() -> None:
    """It is the request's first label then, and corrects none."""
    desk = polling(wanted=2)
    asked = desk.ask(0)
    answered(desk, asked, ann="a", llm="b")
    example = learned(answered(desk, asked, llm="a"))
    assert (example.corrects, example.label) == (False, "a")


def test_a_request_keeps_the_number_that_it_was_asked_with() -> None:
    """Another setting holds for what is asked from then on, and nobody loses a vote."""
    desk = polling()
    asked = desk.ask(0)
    answered(desk, asked, llm="a")
    old = desk.arbiter
    state = decode_ledger(msgspec.json.encode(old.state))
    rows = [decode_row(msgspec.json.encode(row)) for row in old.book.rows.values()]
    desk.arbiter = Arbiter(msgspec.structs.replace(old.spec, per_request=1), state, rows)
    assert isinstance(answered(desk, asked, bob="a")[0], Vote)
    assert learned(answered(desk, asked, ann="a")).votes == {"a": 3}
    assert desk.ask(1).annotators == 1
