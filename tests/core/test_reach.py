"""Samples for which no label was left."""

from streamal.core.ledger import Ledger
from streamal.core.limits import LimitSpec
from streamal.core.reach import out_of_reach


def _spent(*limits: LimitSpec, labels: int) -> Ledger:
    ledger = Ledger(list(limits))
    ledger.advance(n=0, time=0)
    for _ in range(labels):
        ledger.reserve()
    return ledger


def test_what_the_budget_affords_is_in_reach() -> None:
    """While a label is left, no sample is out of reach."""
    assert out_of_reach(_spent(LimitSpec("rate", 0.1, burst=2), labels=1), n=500) == 0.0


def test_a_rate_affords_again_after_so_many_samples() -> None:
    """Half a label short at one in ten: the next ten are out of reach."""
    ledger = _spent(LimitSpec("rate", 0.1, burst=1), labels=1)
    assert [out_of_reach(ledger, n) for n in (5, 10, 20)] == [1.0, 1.0, 0.5]


def test_what_is_spent_for_good_is_out_of_reach() -> None:
    """A count that is used up affords nothing, however many samples come."""
    spent = _spent(LimitSpec("count", 1), LimitSpec("rate", 0.5, burst=9), labels=1)
    assert out_of_reach(spent, n=1000) == 1.0


def test_without_a_sample_since_it_is_about_the_next() -> None:
    """At the ledger's own n the answer is whether it refuses."""
    ledger = _spent(LimitSpec("rate", 0.1, burst=1), labels=1)
    assert out_of_reach(ledger, n=0) == 1.0


def test_a_request_that_takes_more_labels_waits_longer() -> None:
    """Of two labels a request, at one in ten: after the first request the next waits for two."""
    ledger = Ledger([LimitSpec("rate", 0.1, burst=2)], per_request=2)
    ledger.advance(n=0, time=0)
    ledger.reserve()
    assert [out_of_reach(ledger, n) for n in (20, 40)] == [1.0, 0.5]
