"""The recount of the budget, apart from the ledger and exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.ledger import Ledger
from streamal.core.limits import LimitSpec
from streamal.lab.recount import Recount
from tests.strategies import BUDGETS

SECOND = 1000


def test_a_rate_allows_a_line() -> None:
    """At n samples burst + rate * n labels are allowed, in exact decimals."""
    recount = Recount([LimitSpec("rate", 0.1, burst=2)])
    for _ in range(5):
        recount.charge(n=30, time=0)
    assert recount.excess(n=30, time=0) == 0
    assert recount.excess(n=29, time=0) == Fraction(1, 10)


def test_a_count_allows_so_many() -> None:
    """The label after the last one is one too many."""
    recount = Recount([LimitSpec("count", 2)])
    assert [_charged(recount) for _ in range(3)] == [-1, 0, 1]


def _charged(recount: Recount) -> Fraction:
    recount.charge(n=1, time=0)
    return recount.excess(n=1, time=0)


def test_money_is_counted_at_the_dearest_price() -> None:
    """Three labels at 0.1 cost 0.3 and no more, the fourth is too much."""
    recount = Recount([LimitSpec("cost", 0.3, prices={"*": 0.1, "llm": 0.01})])
    assert [_charged(recount) for _ in range(4)] == [
        Fraction(-2, 10),
        Fraction(-1, 10),
        0,
        Fraction(1, 10),
    ]


def test_each_window_counts_anew() -> None:
    """Labels of one window do not weigh on the next."""
    recount = Recount([LimitSpec("window", 1, every_ms=10 * SECOND)])
    for time in (0, 10 * SECOND, 19 * SECOND):
        recount.charge(n=1, time=time)
    assert recount.excess(n=1, time=9 * SECOND) == 0
    assert recount.excess(n=1, time=19 * SECOND) == 1


def test_the_tightest_limit_counts() -> None:
    """With several limits the excess is that of the worst."""
    recount = Recount([LimitSpec("count", 10), LimitSpec("count", 1)])
    recount.charge(n=1, time=0)
    recount.charge(n=1, time=0)
    assert recount.excess(n=1, time=0) == 1


@given(specs=BUDGETS, wants=st.lists(st.booleans(), max_size=60))
def test_the_ledger_never_exceeds_the_recount(specs: list[LimitSpec], wants: list[bool]) -> None:
    """Whatever the ledger affords, the recount finds affordable."""
    ledger, recount = Ledger(specs), Recount(specs)
    for n, is_wanted in enumerate(wants, start=1):
        ledger.advance(n, n * SECOND)
        if is_wanted and not ledger.refusing():
            ledger.reserve()
            recount.charge(n, n * SECOND)
            assert recount.excess(n, n * SECOND) <= 0


def test_one_label_too_many_is_seen() -> None:
    """A charge that no ledger would have made shows as an excess."""
    recount = Recount([LimitSpec("rate", 0.5, burst=0)])
    recount.charge(n=1, time=0)
    assert recount.excess(n=1, time=0) == pytest.approx(0.5)
