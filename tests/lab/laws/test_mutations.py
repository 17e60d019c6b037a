"""A checker that cannot fail is worth nothing: each law sees the log that breaks it.

Each mutation changes one record of a log under which every law holds. It must be
reported by exactly the laws named, and the verdict must name the record.
"""

from typing import NamedTuple

import pytest

from streamal.lab.laws import verify
from tests.lab.laws import mutate_decisions as decided
from tests.lab.laws import mutate_ledger as booked
from tests.lab.laws.copying import Copy
from tests.lab.laws.picks import Mutate, by_a_scorer
from tests.lab.laws.stories import eventful_copy, restrained_copy, slow_copy


class Mutation(NamedTuple):
    """A change of a copy that returns the name of the record, and the laws that must see it."""

    mutate: Mutate
    laws: set[int]


ONE_LAW = [
    Mutation(decided.drop_a_decision, {1}),
    Mutation(decided.decide_again, {1}),
    Mutation(decided.drop_a_dead_sample, {1}),
    Mutation(booked.lower_a_count, {2}),
    Mutation(booked.spend_beyond_a_count, {2}),
    Mutation(booked.see_one_less, {2}),
    Mutation(booked.allow_more, {2}),
    Mutation(decided.use_an_id_again, {3}),
    Mutation(decided.misname_a_request, {3}),
    Mutation(booked.drop_a_refusal, {4}),
    Mutation(booked.say_otherwise, {4}),
    Mutation(booked.answer_from_nowhere, {4}),
    Mutation(booked.correct_nothing, {4}),
    Mutation(booked.tell_another_digest, {5}),
    Mutation(booked.hide_an_error, {5}),
    Mutation(decided.drift_in_the_last_digit, {6}),
    Mutation(decided.score_at_an_older_version, {6}),
    Mutation(booked.charge_more, {7}),
    Mutation(booked.drop_a_second_request, {7}),
    Mutation(booked.forget_a_charge_in_the_row, {7}),
    Mutation(booked.refund_on_paper, {7}),
    Mutation(booked.raise_a_price, {7}),
    Mutation(booked.swap_requests, {9}),
    Mutation(booked.write_without_offsets, {9}),
    Mutation(booked.tell_seen_again, {9}),
    Mutation(booked.bury_what_was_not_read, {10}),
    Mutation(booked.bury_twice, {10}),
    Mutation(decided.label_below_the_bar, {11}),
    Mutation(decided.lower_the_bar_once, {11}),
    Mutation(decided.draw_otherwise, {13}),
    Mutation(decided.give_another_reason, {13}),
    Mutation(decided.round_a_propensity, {13}),
    Mutation(decided.rank_otherwise, {13}),
    Mutation(decided.ask_above_the_cap, {13}),
    Mutation(decided.swallow_a_sample, {13}),
]

SEVERAL_LAWS = [
    Mutation(booked.correct_by_the_same, {4, 5, 6}),
    Mutation(decided.propose_what_is_decided, {1, 9}),
    Mutation(booked.drop_a_request, {1, 7}),
    Mutation(booked.drop_a_pace, {5, 7, 13}),
    Mutation(booked.ask_twice, {1, 3, 7, 9}),
    Mutation(booked.learn_twice, {4, 5, 7, 9}),
]


def broken(copy: Copy) -> dict[int, list[str]]:
    """Return the records that violate a law, by law."""
    verdicts = verify(copy.pour(), copy.plan)
    return {one.law: one.records for one in verdicts if one.state == "violated"}


def test_an_unchanged_copy_breaks_no_law() -> None:
    """Copying alone changes nothing that a law sees."""
    assert broken(eventful_copy().twin()) == {}
    assert broken(slow_copy().twin()) == {}


@pytest.mark.parametrize("mutation", ONE_LAW + SEVERAL_LAWS, ids=lambda m: m.mutate.__name__)
def test_a_change_is_seen_by_its_law_and_no_other(mutation: Mutation) -> None:
    """One changed record breaks exactly the laws it should, and each of them names a record."""
    copy = eventful_copy().twin()
    named = mutation.mutate(copy)
    found = broken(copy)
    assert set(found) == mutation.laws
    assert any(f"{named}:" in record for records in found.values() for record in records)


RESTRAINED = [
    Mutation(decided.modify_otherwise, {6, 13}),
    Mutation(decided.hold_back_what_was_not_wanted, {13}),
    Mutation(decided.hold_back_with_a_chance, {13}),
]


@pytest.mark.parametrize("mutation", RESTRAINED, ids=lambda m: m.mutate.__name__)
def test_a_change_of_what_modifiers_did_is_seen(mutation: Mutation) -> None:
    """A factor that does not fit, or a restraint that held nothing back, breaks its law."""
    copy = restrained_copy().twin()
    named = mutation.mutate(copy)
    found = broken(copy)
    assert set(found) == mutation.laws
    assert any(f"{named}:" in record for records in found.values() for record in records)


def test_an_opinion_of_a_cold_model_is_seen() -> None:
    """A label before two classes were learned is reported by law 12 alone."""
    copy = slow_copy().twin()
    named = decided.opine_early(copy)
    assert {law: records[0].split(":")[0] for law, records in broken(copy).items()} == {12: named}


def test_changes_of_several_records_are_told_apart() -> None:
    """Three changes in one log are three violations, each with its own record."""
    copy = eventful_copy().twin()
    names = [
        booked.tell_another_digest(copy),
        decided.label_below_the_bar(copy),
        booked.drop_a_refusal(copy),
    ]
    found = broken(copy)
    assert set(found) == {4, 5, 11}
    firsts = [found[law][0].split(":")[0] for law in (5, 11, 4)]
    assert firsts == names


def test_a_record_that_is_no_json_is_named() -> None:
    """A broken record of a topic of ours is reported by the laws that need it."""
    copy = eventful_copy().twin()
    named = copy.scribble("auto-labels", by_a_scorer, 20)
    found = broken(copy)
    assert set(found) == {1, 9, 11, 13}
    assert all(records[0].startswith(f"{named}: cannot be read") for records in found.values())
