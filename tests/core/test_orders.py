"""Whatever order answers come in, the ledger is exact: some of `make bench BENCH=labels`."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.arbiter import Arbiter
from tests.core.orders import Order, run

REACHED = {
    *("requests", "learned", "corrected", "voted", "refunded", "restored"),
    *("skipped", "unknown", "rejected", "retracted", "expired", "disagreed"),
    *("duplicate", "late", "unmatched", "unsolicited", "invalid"),
    *("1 annotators", "2 annotators", "3 annotators", "rate", "count", "window", "cost"),
}


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**40))
def test_any_order_of_events_leaves_exact_books(number: int) -> None:
    """Charged is within what is allowed at every step, and in the end settled or given back."""
    run(number, Counter())


def test_orders_reach_every_row_of_the_table() -> None:
    """Two hundred of them lead to each outcome and each refusal, under each kind of limit."""
    counts = Counter[str]()
    for number in range(200):
        run(number, counts)
    assert {name for name in REACHED if not counts[name]} == set()


def test_the_same_number_is_the_same_order() -> None:
    """What an order found can be looked at again."""
    pair = [Order(7, Counter()) for _ in range(2)]
    for order in pair:
        order.run()
    first, second = (order.arbiter for order in pair)
    assert isinstance(first, Arbiter)
    assert (first.state, pair[0].said) == (second.state, pair[1].said)
