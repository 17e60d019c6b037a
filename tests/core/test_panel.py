"""Each row of the table of several annotators in streamal/core/panel.py."""

import msgspec
import pytest

from streamal.core.limits import LimitSpec
from streamal.core.records import Answer, Outcome, Request
from tests.core.made import DAY, Desk
from tests.core.polled import answered, closed_of, learned, polling, refuses, vote_of


def test_a_request_reserves_a_label_for_each_annotator() -> None:
    """At the dearest price; it says how many are to answer, and when they agree."""
    desk = polling(agreement=0.6)
    asked = desk.ask(0)
    assert (asked.annotators, asked.agreement, desk.charged) == (3, 0.6, [2.4])


def test_a_request_of_one_annotator_says_nothing_of_several() -> None:
    """Its record is what it was before several could be asked."""
    asked = Desk().ask(0)
    assert {"annotators", "agreement"} & msgspec.json.decode(
        msgspec.json.encode(asked)
    ).keys() == set()


@pytest.mark.parametrize(
    "limit",
    [
        LimitSpec("count", 5),
        LimitSpec("rate", 0.1, burst=5),
        LimitSpec("window", 5, every_ms=DAY),
        LimitSpec("cost", 2.5, prices={"*": 0.5}),
    ],
)
def test_every_limit_must_allow_all_labels_of_a_request(limit: LimitSpec) -> None:
    """Five labels are one request of three; the two that are left are none."""
    desk = polling(limit)
    desk.ask(0)
    (refused,) = desk.propose(1)
    assert not isinstance(refused, Request)
    assert desk.arbiter.ledger.state.accounts[0].refused == 1


def test_shares_are_of_requests() -> None:
    """Three labels a request: a third of the slope, and the pace of a third of the budget."""
    one, three = (Desk(LimitSpec("rate", 0.3), per_request=k) for k in (1, 3))
    for desk in (one, three):
        desk.see(100)
    assert three.arbiter.ledger.slope() == one.arbiter.ledger.slope() / 3
    small = Desk(LimitSpec("rate", 0.1, burst=20 / 3))
    small.see(100)
    assert three.arbiter.ledger.pace() == pytest.approx(small.arbiter.ledger.pace())
    assert three.arbiter.ledger.share() == pytest.approx(small.arbiter.ledger.share())


def test_an_answer_is_settled_at_its_annotators_price_and_decides_nothing_yet() -> None:
    """The other labels stay reserved until their annotators answer."""
    desk = polling()
    asked = desk.ask(0)
    vote = vote_of(answered(desk, asked, llm="a"))
    assert (vote.label, vote.annotator, vote.outcome, desk.charged) == (
        "a",
        "llm",
        "labelled",
        [1.62],
    )
    assert vote_of(answered(desk, asked, bob="b")).version == vote.version + 1
    assert desk.charged == [1.32]
    assert desk.counts == {"voted": 2}


def test_the_majority_of_all_annotators_islearned() -> None:
    """The last answer decides; the example says who gave it, and how many gave each label."""
    desk = polling()
    asked = desk.ask(0)
    example = learned(answered(desk, asked, ann="b", llm="a", bob="b"))
    assert (example.label, example.annotator, example.votes) == ("b", "bob", {"a": 1, "b": 2})
    assert (desk.charged, desk.counts) == ([1.32], {"voted": 2, "learned": 1})


def test_a_label_that_the_last_annotator_did_not_give_may_belearned() -> None:
    """What counts is what all said, not who said it last."""
    desk = polling()
    assert learned(answered(desk, desk.ask(0), ann="b", llm="b", bob="a")).label == "b"


@pytest.mark.parametrize(
    ("wanted", "agreement", "labels", "outcome"),
    [
        (2, 0.5, "ab", "disagreed"),
        (3, 0.5, "abc", "disagreed"),
        (3, 0.7, "aab", "disagreed"),
        (3, 0.6, "aab", "a"),
        (3, 1.0, "aaa", "a"),
        (4, 0.5, "aabc", "a"),
        (4, 0.5, "aabb", "disagreed"),
        (5, 0.5, "aabcd", "disagreed"),
    ],
)
def test_a_label_needs_its_share_of_the_answers_alone(
    wanted: int, agreement: float, labels: str, outcome: str
) -> None:
    """Below the agreement, and in a tie, the request ends and nothing is learned."""
    desk = polling(LimitSpec("count", 9), wanted=wanted, agreement=agreement)
    asked = desk.ask(0)
    (found,) = answered(desk, asked, **{f"p{i}": label for i, label in enumerate(labels)})
    if outcome == "disagreed":
        assert closed_of([found]).outcome == "disagreed"
        assert desk.counts["disagreed"] == 1
    else:
        assert learned([found]).label == outcome
    assert (desk.charged, desk.arbiter.book.outstanding) == ([wanted], 0)


@pytest.mark.parametrize("annotator", [None, ""])
@pytest.mark.parametrize("outcome", ["labelled", "skipped"])
def test_an_answer_without_a_name_is_invalid(annotator: str | None, outcome: Outcome) -> None:
    """Nobody could tell whether it is another person."""
    desk = polling()
    label = "a" if outcome == "labelled" else None
    request_id = desk.ask(0).request_id
    answer = Answer(request_id=request_id, label=label, outcome=outcome, annotator=annotator)
    assert desk.refuses(answer) == "invalid"


def test_the_same_annotator_counts_once() -> None:
    """Said again it is a duplicate; another word replaces the first, for no charge."""
    desk = polling()
    asked = desk.ask(0)
    answered(desk, asked, llm="a")
    assert refuses(desk, asked, "llm") == "duplicate"
    assert vote_of(answered(desk, asked, llm="b")).label == "b"
    assert desk.charged == [1.62]
    assert learned(answered(desk, asked, ann="a", bob="b")).votes == {"a": 1, "b": 2}


@pytest.mark.parametrize("outcome", ["skipped", "unknown", "rejected"])
def test_an_outcome_that_most_give_ends_the_request(outcome: Outcome) -> None:
    """It is an answer like a label, and is counted like one."""
    desk = polling()
    asked = desk.ask(0)
    for annotator in ("ann", "llm"):
        assert vote_of(desk.end(asked.request_id, outcome, annotator)).outcome == outcome
    closed = closed_of(answered(desk, asked, bob="a"))
    assert (closed.outcome, closed.refunded) == (outcome, False)
    assert (closed.features is None) == (outcome != "rejected")
    assert desk.charged == [1.32]


def test_outcomes_count_against_the_agreement() -> None:
    """Two labels of three answers are two thirds, whatever the third one is."""
    desk = polling(agreement=0.7)
    asked = desk.ask(0)
    desk.end(asked.request_id, "unknown", "ann")
    assert closed_of(answered(desk, asked, llm="a", bob="a")).outcome == "disagreed"


def test_an_outcome_is_refunded_where_configured_and_charged_again_for_a_label() -> None:
    """Each answer is paid for by itself: who skips gives its label back."""
    desk = polling(refund=["skipped"])
    asked = desk.ask(0)
    vote = vote_of(desk.end(asked.request_id, "skipped", "llm"))
    assert (vote.refunded, desk.charged) == (True, [1.6])
    answered(desk, asked, llm="a")
    assert desk.charged == [1.62]


def test_a_word_that_cannot_be_charged_again_is_late() -> None:
    """What was given back may be spent elsewhere meanwhile."""
    desk = polling(LimitSpec("count", 3), refund=["skipped"])
    asked = desk.ask(0)
    desk.end(asked.request_id, "skipped", "ann")
    desk.end(asked.request_id, "skipped", "llm")
    desk.end(asked.request_id, "skipped", "bob")
    desk.ask(1)
    assert refuses(desk, asked, "ann") == "late"


def test_what_was_paid_stays_paid() -> None:
    """A label that is taken back while others are missing counts as skipped, without refund."""
    desk = polling(refund=["skipped"])
    asked = desk.ask(0)
    answered(desk, asked, llm="a")
    vote = vote_of(desk.end(asked.request_id, "retracted", "llm"))
    assert (vote.outcome, vote.refunded, desk.charged) == ("skipped", False, [1.62])


def test_what_most_skip_is_asked_again() -> None:
    """Under a new id, for as many new labels, as often as configured."""
    desk = polling(LimitSpec("count", 6), wanted=2, ask_again=1)
    asked = desk.ask(0)
    desk.end(asked.request_id, "skipped", "ann")
    _, again = desk.end(asked.request_id, "skipped", "llm")
    assert isinstance(again, Request)
    assert (again.request_id, again.annotators, desk.charged) == ("samples/0/0#2", 2, [4.0])
    assert len(answered(desk, again, ann="a", llm="a")) == 1
