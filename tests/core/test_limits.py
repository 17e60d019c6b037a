"""The four kinds of limits, each by its own rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.ledger import Ledger
from streamal.core.limits import Account, Charge, CostLimit, Limit, LimitSpec, WindowLimit, limit

HOUR = 3_600_000
NOON = 1_800_000_000_000
"""An instant of the real clock, in milliseconds; windows of an hour begin there."""


def _window(amount: float = 10, every_ms: int = HOUR) -> Limit:
    return limit(LimitSpec("window", amount, every_ms=every_ms))


def _cost(amount: float = 1.0, **prices: float) -> CostLimit:
    made = limit(LimitSpec("cost", amount, prices=prices or {"*": 0.1}))
    assert isinstance(made, CostLimit)
    return made


@given(st.integers(1, 1000), st.integers(0, 30), st.integers(0, 10**6))
def test_a_rate_is_a_product_and_no_running_sum(thousandth: int, burst: int, n: int) -> None:
    """However the samples came, the line is burst + rate * n."""
    rate = limit(LimitSpec("rate", thousandth / 1000, burst=burst))
    rate.advance(n // 2, 0)
    rate.advance(n, 0)
    assert rate.allowed() == burst + thousandth / 1000 * n


def test_unspent_allowance_stays() -> None:
    """A quiet night is no loss: after it there is as much as nobody asked for."""
    rate = limit(LimitSpec("rate", 0.1, burst=0))
    rate.advance(1000, 0)
    for _ in range(100):
        assert rate.affords()
        rate.reserve()
    assert not rate.affords()


def test_windows_are_aligned_to_the_epoch() -> None:
    """A window ends where the clock's hour ends, not an hour after its first label."""
    window = _window(1)
    window.advance(1, NOON + HOUR - 1)
    window.reserve()
    assert not window.affords()
    window.advance(2, NOON + HOUR)
    assert window.affords()


def test_a_window_forgets_what_was_charged_before_it() -> None:
    """Each window begins with nothing charged, however many were skipped."""
    window = _window(3)
    window.advance(1, NOON)
    for _ in range(3):
        window.reserve()
    window.advance(2, NOON + 7 * HOUR)
    assert window.account.charged == 0.0


def test_a_refund_credits_a_window_only_while_it_lasts() -> None:
    """What is given back after the window's end belongs to a window that is no more."""
    window = _window(2)
    window.advance(1, NOON)
    early, late = window.reserve(), window.reserve()
    window.refund(early)
    assert window.account.charged == 1.0
    window.advance(2, NOON + HOUR)
    window.reserve()
    window.refund(late)
    assert window.account.charged == 1.0


def test_the_first_window_knows_how_fast_samples_come() -> None:
    """Before a whole window was seen, its speed is that since the start, not the epoch."""
    window = Ledger([LimitSpec("window", 80, every_ms=HOUR)])
    window.advance(0, NOON + HOUR // 2)
    window.advance(600, NOON + HOUR // 2 + 60_000)
    _, _, slope = window.limits[0].planned()
    assert slope == pytest.approx(80 / (0.8 * 60 * 600))


def test_a_later_window_knows_the_speed_of_those_before() -> None:
    """The speed is the mean of the last window's and what was known before."""
    window = _window(80)
    window.advance(0, NOON)
    window.advance(3600, NOON + HOUR)
    window.advance(3600 + 7200, NOON + 2 * HOUR)
    assert window.account.lam == pytest.approx((1 + 2) / 2 / 1000)


def test_a_window_is_as_long_as_its_hour_however_late_somebody_came() -> None:
    """Samples told of late in an hour do not make the hour seem short."""
    window = _window(80)
    window.advance(0, NOON)
    window.advance(5400, NOON + 3 * HOUR // 2)
    window.advance(7200, NOON + 2 * HOUR)
    assert window.account.lam == pytest.approx((1.5 + 0.5) / 2 / 1000)


def test_a_window_is_planned_for_four_fifths_of_its_time() -> None:
    """The planned line begins at 5 labels and has all of them at 80 % of the window."""
    window = _window(80)
    window.advance(0, NOON)
    lines = []
    for part in (0.0, 0.4, 0.8, 0.99):
        window.advance(0, NOON + int(part * HOUR))
        lines.append(window.planned()[0])
    assert lines == pytest.approx([5, 42.5, 80, 80])


def test_a_window_is_never_planned_as_if_nothing_came() -> None:
    """However many windows stayed empty, the speed is at least one sample in a window."""
    window = _window(8)
    window.advance(0, NOON)
    for hours in range(40):
        window.advance(3600, NOON + hours * HOUR)
    assert window.planned()[2] == pytest.approx(8 / 0.8)


@pytest.mark.parametrize(
    ("annotator", "price"), [("llm", 0.002), ("person", 0.08), ("somebody", 0.05), (None, 0.05)]
)
def test_an_answer_settles_at_its_annotators_price(annotator: str | None, price: float) -> None:
    """The dearest price is reserved; the answer costs what its annotator costs."""
    cost = _cost(1.0, **{"person": 0.08, "llm": 0.002, "*": 0.05})
    charge = cost.reserve()
    assert cost.account.charged == 0.08
    settled = cost.settle(charge, annotator)
    assert (settled.amount, cost.account.charged) == (price, price)
    cost.refund(settled)
    assert cost.account.charged == 0.0


def test_without_a_price_for_everyone_else_the_dearest_holds() -> None:
    """An annotator whom no price names costs as much as the dearest."""
    cost = _cost(1.0, person=0.08, llm=0.002)
    assert cost.settle(cost.reserve(), "stranger").amount == 0.08


def test_money_adds_up_in_decimals() -> None:
    """Ten labels at .1 cost 1, so the tenth is affordable and an eleventh is not."""
    cost = _cost(1.0)
    for _ in range(10):
        assert cost.affords()
        cost.reserve()
    assert not cost.affords()
    assert cost.account.charged == 1.0


@pytest.mark.parametrize(
    ("spec", "n", "expected"),
    [
        (LimitSpec("rate", 0.1), 100, (30.0, 0.1)),
        (LimitSpec("count", 500, over=5000), 0, (20.0, 500 / 4750)),
        (LimitSpec("count", 500, over=5000), 2375, (260.0, 500 / 4750)),
        (LimitSpec("count", 500, over=5000), 9999, (500.0, 500 / 4750)),
        (LimitSpec("count", 10, over=5000), 0, (10.0, 10 / 4750)),
        (LimitSpec("count", 500), 100, (40.0, 0.2)),
        (LimitSpec("count", 30), 100, (30.0, 0.2)),
        (LimitSpec("cost", 50.0, over=5000, prices={"*": 0.1}), 2375, (260.0, 500 / 4750)),
    ],
)
def test_the_planned_line(spec: LimitSpec, n: int, expected: tuple[float, float]) -> None:
    """Line and slope of each kind, as docs/budget.md has them."""
    made = limit(spec)
    made.advance(n, 0)
    line, charged, slope = made.planned()
    assert (line, slope) == pytest.approx(expected)
    assert charged == 0.0


@pytest.mark.parametrize("kind", ["rate", "window"])
def test_what_samples_or_time_bring_back_is_never_spent(kind: str) -> None:
    """A rate or a window that affords nothing now will again; a count or cost will not."""
    spec = LimitSpec("rate", 0.1, burst=0) if kind == "rate" else LimitSpec("window", 0, every_ms=1)
    assert not limit(spec).affords()
    assert not limit(spec).spent()
    assert limit(LimitSpec("count", 0)).spent()
    assert limit(LimitSpec("cost", 0.1, prices={"*": 0.2})).spent()


def test_a_limit_is_restored_with_its_account() -> None:
    """Given an account, a limit goes on from it."""
    made = limit(LimitSpec("window", 5, every_ms=HOUR), Account(charged=5, window=NOON // HOUR))
    assert isinstance(made, WindowLimit)
    made.advance(1, NOON + 1)
    assert not made.affords()
    made.refund(Charge(1, NOON // HOUR))
    assert made.affords()
