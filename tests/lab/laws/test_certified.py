"""Auto-labels on a certificate: every law holds, and each sees the log that breaks it."""

from collections import Counter

import pytest
from msgspec.structs import replace

from streamal.core.target import TargetSpec
from streamal.lab.laws import verify
from tests.lab.laws import mutate_certified as mutate
from tests.lab.laws.certified import certified, certified_copy
from tests.lab.laws.picks import kind
from tests.lab.laws.test_mutations import Mutation, broken

MUTATIONS = [
    Mutation(mutate.name_another_certificate, {11}),
    Mutation(mutate.lower_a_certified_bar, {11}),
    Mutation(mutate.label_uncertified, {6, 11, 13}),
    Mutation(mutate.label_after_withdrawal, {11, 13}),
    Mutation(mutate.claim_more_audits, {11}),
    Mutation(mutate.hide_an_error, {11}),
    Mutation(mutate.miss_fewer, {11}),
    Mutation(mutate.keep_a_certificate, {11}),
    Mutation(mutate.certify_by_nothing, {11}),
    Mutation(mutate.toss_another_coin, {13}),
    Mutation(mutate.audit_from_elsewhere, {13}),
    Mutation(mutate.certify_a_candidate, {13}),
    Mutation(mutate.ask_without_the_coin, {13}),
    Mutation(mutate.round_an_audit, {13}),
    Mutation(mutate.deny_a_withdrawal, {13}),
    Mutation(mutate.wish_after_a_stop, {13}),
    Mutation(mutate.round_after_a_stop, {13}),
]


def test_every_law_holds_with_a_certificate() -> None:
    """It is earned, lost, asking stops and goes on, and no law is violated."""
    assert broken(certified_copy().twin()) == {}


def test_the_certified_log_has_everything_in_it() -> None:
    """The log that mutations are made of has each reason, and each kind of update."""
    copy = certified_copy()
    asked = Counter(one["reason"] for one in copy.said("label-requests"))
    assert {"audit", "exploration", "uncertain"} <= set(asked)
    terms = {one["why"] for one in copy.said("updates") if kind("certificate")(one)}
    assert {"audits", "earned"} <= terms
    assert terms & {"lost", "breaker"}
    stops = [one["rule"] for one in copy.said("updates") if kind("stop")(one)]
    assert stops == ["deadline", None]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.mutate.__name__)
def test_a_change_of_what_a_certificate_did_is_seen(mutation: Mutation) -> None:
    """One changed record breaks exactly the laws it should, and one of them names it."""
    copy = certified_copy().twin()
    named = mutation.mutate(copy)
    found = broken(copy)
    assert set(found) == mutation.laws
    assert any(f"{named}:" in record for records in found.values() for record in records)


def test_another_target_than_that_of_then_is_no_violation() -> None:
    """What was earned under another target_precision is not measured by the one of now."""
    service = certified()
    arbiter = replace(service.plan.arbiter, target=TargetSpec(0.95, audit=0.4))
    service.restart(replace(service.plan, arbiter=arbiter))
    service.run(100)
    verdicts = {one.law: one for one in verify(service.broker, service.plan)}
    assert {one.state for one in verdicts.values()} <= {"held", "not checkable"}
    assert "another target_precision was configured at first" in verdicts[11].detail


def test_evidence_is_counted_again_and_the_verdict_says_so() -> None:
    """Where nothing was configured otherwise, each record of terms is earned again."""
    copy = certified_copy()
    (law,) = [one for one in verify(copy.pour(), copy.plan) if one.law == 11]
    assert law.state == "held"
    assert "records of terms, each earned again" in law.detail
