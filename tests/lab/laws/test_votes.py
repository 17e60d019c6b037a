"""What several annotators decide is counted again, and each lie about it is seen."""

import pytest

from streamal.lab.laws import answers, ledger
from streamal.lab.laws.log import read
from tests.lab.laws import mutate_votes as votes
from tests.lab.laws.copying import Copy
from tests.lab.laws.stories import voted_copy
from tests.lab.laws.test_mutations import Mutation

MUTATIONS = [
    Mutation(votes.learn_the_minority, {4}),
    Mutation(votes.count_a_vote_twice, {4}),
    Mutation(votes.disagree_in_spite, {4}),
    Mutation(votes.vote_for_another, {4}),
    Mutation(votes.raise_the_agreement, {4}),
    Mutation(votes.decide_too_early, {2, 4, 7}),
    Mutation(votes.refund_a_vote_on_paper, {7}),
    Mutation(votes.keep_what_was_refunded, {2, 7}),
    Mutation(votes.drop_a_vote, {4, 7}),
    Mutation(votes.ask_fewer, {4, 7}),
    Mutation(votes.answer_for_another, {4, 7}),
]


def broken(copy: Copy) -> dict[int, list[str]]:
    """Return the records that violate a law of labels or of the ledger, by law."""
    log = read(copy.pour(), copy.plan, lambda what: None)
    found = [one.verdict() for law in (ledger, answers) for one in law.check(log)]
    return {one.law: one.records for one in found if one.state == "violated"}


def test_whatever_several_annotators_do_the_laws_of_labels_hold() -> None:
    """Votes, skips, refunds, expiries, late answers, corrections, retractions, a restart."""
    assert broken(voted_copy().twin()) == {}


def test_everything_happened() -> None:
    """The log has each kind of record that several annotators lead to."""
    said = voted_copy().said("updates")
    kinds = {(one["kind"], one.get("outcome", ""), one.get("corrects", False)) for one in said}
    ends = {"skipped", "unknown", "rejected", "retracted", "expired", "disagreed"}
    assert {("closed", end, False) for end in ends} <= kinds
    assert {("example", "", False), ("example", "", True)} <= kinds
    assert {("vote", "labelled", False), ("vote", "skipped", False)} <= kinds


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.mutate.__name__)
def test_a_change_of_votes_is_seen(mutation: Mutation) -> None:
    """One changed record breaks exactly the laws it should, and each of them names a record."""
    copy = voted_copy().twin()
    named = mutation.mutate(copy)
    found = broken(copy)
    assert set(found) == mutation.laws
    assert any(f"{named}:" in record for records in found.values() for record in records)
