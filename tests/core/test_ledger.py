"""The ledger: no reservation that it allowed is above any limit, whatever comes between."""

from dataclasses import dataclass, field
from math import exp

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streamal.core.ledger import Charges, Ledger, LedgerState, names, rebased
from streamal.core.limits import LimitSpec
from tests.strategies import ANNOTATORS, BUDGETS

STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200_000)), max_size=25)


def _saved(state: LedgerState) -> LedgerState:
    return msgspec.json.decode(msgspec.json.encode(state), type=LedgerState)


def _bytes(ledger: Ledger) -> bytes:
    told = (ledger.state, ledger.states(), ledger.share(), ledger.pace(), ledger.refusing())
    return msgspec.json.encode(told)


@dataclass
class Held:
    """A reservation as an oracle sees it: which limits it still weighs on, and how much."""

    charges: Charges
    time: int
    is_settled: bool = False
    prices: list[float] = field(default_factory=list)


class LedgerMachine(RuleBasedStateMachine):
    """Reserves, settles, refunds and lets time pass, beside a plain list of what is held."""

    @initialize(specs=BUDGETS)
    def begin(self, specs: list[LimitSpec]) -> None:
        """A budget of any limits."""
        self.specs = specs
        self.ledger = Ledger(specs)
        self.ledger.advance(0, 0)
        self.n = self.time = 0
        self.held: list[Held] = []

    @rule(samples=st.integers(0, 60), milliseconds=st.integers(0, 300_000))
    def advance(self, samples: int, milliseconds: int) -> None:
        """Samples come, time passes."""
        self.n, self.time = self.n + samples, self.time + milliseconds
        self.ledger.advance(self.n, self.time)

    @rule(samples=st.integers(1, 60), milliseconds=st.integers(1, 300_000))
    def advance_late(self, samples: int, milliseconds: int) -> None:
        """What tells of the past changes nothing."""
        before = _bytes(self.ledger)
        self.ledger.advance(self.n - samples, self.time - milliseconds)
        assert _bytes(self.ledger) == before

    @rule(times=st.integers(1, 30))
    def reserve(self, times: int) -> None:
        """Ask for labels as long as nobody refuses."""
        for _ in range(times):
            expected = [name for name, left in self.left().items() if left < 1]
            assert self.ledger.refusing() == expected
            if expected:
                return
            charges = self.ledger.reserve()
            prices = [max(spec.prices.values(), default=1.0) for spec in self.specs]
            self.held.append(Held(charges, self.time, prices=prices))

    @rule(data=st.data(), annotator=ANNOTATORS)
    def settle(self, data: st.DataObject, annotator: str | None) -> None:
        """An answer comes: the dearest price becomes the annotator's."""
        if one := self._any(data, is_settled=False):
            one.charges = self.ledger.settle(one.charges, annotator)
            one.is_settled = True
            one.prices = [
                spec.prices.get(annotator or "*", spec.prices["*"]) if spec.prices else 1.0
                for spec in self.specs
            ]

    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        """A label is given back, settled or not."""
        if one := self._any(data):
            self.ledger.refund(one.charges)
            self.held.remove(one)

    @rule()
    def restart(self) -> None:
        """Saved and restored, nothing is different."""
        before = _bytes(self.ledger)
        self.ledger = Ledger([], _saved(self.ledger.state))
        assert _bytes(self.ledger) == before

    def _any(self, data: st.DataObject, is_settled: bool | None = None) -> Held | None:
        found = [one for one in self.held if is_settled in {None, one.is_settled}]
        return data.draw(st.sampled_from(found)) if found else None

    def charged(self, i: int) -> float:
        """What limit i should have charged: all that is held and still counts there."""
        every = self.specs[i].every_ms
        counted = [o for o in self.held if not every or o.time // every == self.time // every]
        return round(sum(one.prices[i] for one in counted), 6)

    def left(self) -> dict[str, float]:
        """How many more labels each limit should allow."""
        found = {}
        for i, (name, spec) in enumerate(zip(names(self.specs), self.specs, strict=True)):
            hard = spec.amount + 1e-9
            if spec.kind == "rate":
                hard = spec.burst + spec.amount * self.n + 1e-9
            dearest = max(spec.prices.values(), default=1.0)
            found[name] = (hard - self.charged(i)) / dearest
        return found

    @invariant()
    def adds_up(self) -> None:
        """What is charged is what is held, and at most what is allowed."""
        if not hasattr(self, "ledger"):
            return
        for i, state in enumerate(self.ledger.states()):
            assert round(state.charged, 6) == self.charged(i)
            assert state.charged <= state.allowed + 1e-6

    @invariant()
    def steers(self) -> None:
        """Share and pace are parts of the samples, whatever happened."""
        if hasattr(self, "ledger"):
            assert 0.0 < self.ledger.share() <= 1.0
            assert 0.0 <= self.ledger.pace() <= 1.0


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=40, stateful_step_count=25)


@given(BUDGETS, STEPS)
@settings(max_examples=40)
def test_a_charge_given_back_leaves_no_trace(
    specs: list[LimitSpec], steps: list[tuple[int, int]]
) -> None:
    """Reserved and refunded at once, at any moment, a label costs nothing at all."""
    ledger, n, time = Ledger(specs), 0, 0
    for samples, milliseconds in steps:
        n, time = n + samples, time + milliseconds
        ledger.advance(n, time)
        before = _bytes(ledger)
        ledger.refund(ledger.reserve())
        assert _bytes(ledger) == before


@given(BUDGETS, BUDGETS, STEPS)
@settings(max_examples=40)
def test_another_budget_keeps_charges_of_the_same_name(
    specs: list[LimitSpec], changed: list[LimitSpec], steps: list[tuple[int, int]]
) -> None:
    """A limit that stays goes on with what it charged; a new one begins with nothing."""
    ledger, n, time = Ledger(specs), 0, 0
    for samples, milliseconds in steps:
        n, time = n + samples, time + milliseconds
        ledger.advance(n, time)
        if not ledger.refusing():
            ledger.reserve()
    before = dict(zip(ledger.names, ledger.states(), strict=True))
    renewed = Ledger([], rebased(ledger.state, changed))
    for name, after in zip(renewed.names, renewed.states(), strict=True):
        assert after.charged == (before[name].charged if name in before else 0.0)
    assert (renewed.state.n, renewed.state.time, renewed.state.step) == (n, time, 0)


def test_a_rate_goes_on_from_where_its_line_stood() -> None:
    """Another rate bends the line at that sample: it neither jumps nor starts again."""
    ledger = Ledger([LimitSpec("rate", 0.1, burst=20)])
    ledger.advance(1000, 0)
    renewed = Ledger([], rebased(ledger.state, [LimitSpec("rate", 0.5, burst=99)]))
    assert renewed.states()[0].allowed == 120.0
    renewed.advance(1010, 0)
    assert renewed.states()[0].allowed == 125.0


def test_a_new_limit_counts_from_where_it_came_in() -> None:
    """A rate that joins a running budget does not allow for samples of the past."""
    ledger = Ledger([LimitSpec("count", 50)])
    ledger.advance(1000, 0)
    renewed = Ledger([], rebased(ledger.state, [LimitSpec("rate", 0.1, burst=5)]))
    renewed.advance(1010, 0)
    assert renewed.states()[0].allowed == 6.0


def test_no_limit_affords_everything() -> None:
    """A ledger before its first budget has a full share, and refuses nothing."""
    ledger = Ledger([])
    assert (ledger.share(), ledger.pace(), ledger.refusing()) == (1.0, 1.0, [])


@pytest.mark.parametrize(("charged", "is_told"), [(0, False), (1, False), (500, True)])
def test_a_pace_is_told_when_it_moved_by_a_quarter(charged: int, is_told: bool) -> None:
    """The first pace is told, a slight move is not, a spent budget is."""
    ledger = Ledger([LimitSpec("count", 500, over=5000)])
    ledger.advance(100, 0)
    assert ledger.moved() is not None
    ledger.limits[0].account.charged = charged
    assert (ledger.moved() is not None) == is_told


@pytest.mark.parametrize(
    ("n", "labels", "share", "pace"),
    [
        (0, 19, 0.1, 0.1),
        (0, 18, 0.1 * exp(7), 0.1 + 1 / 50),
        (0, 20, 0.1 * exp(-7), 0.1),
        (4800, 496, 0.1 * exp(7 * (4 - 3) / 9), 0.1 + 1 / 50),
        (99_800, 9990, 0.1 * exp(7 * 5 / 25), 0.1 + 5 / 50),
        (0, 0, 1.0, 0.1 + 19 / 50),
    ],
)
def test_the_law_is_what_its_page_says(n: int, labels: int, share: float, pace: float) -> None:
    """Share and pace of a rate of .1, by hand: behind, on and ahead of the line."""
    ledger = Ledger([LimitSpec("rate", 0.1, burst=20)])
    ledger.advance(n, 0)
    ledger.limits[0].account.charged = labels
    assert ledger.share() == pytest.approx(min(1.0, share))
    assert ledger.pace() == pytest.approx(pace)


def test_refusals_are_counted_for_each_limit() -> None:
    """Only the limits that refused are named, and each counts its own."""
    ledger = Ledger([LimitSpec("count", 1), LimitSpec("rate", 1.0), LimitSpec("count", 9)])
    ledger.advance(1, 0)
    ledger.reserve()
    assert ledger.refusing() == ["count"]
    ledger.refused(ledger.refusing())
    assert [account.refused for account in ledger.state.accounts] == [1, 0, 0]


def test_what_is_spent_and_refunded_is_what_the_account_shows() -> None:
    """A refund that comes after its window has ended gives nothing back, so it counts nothing."""
    ledger = Ledger([LimitSpec("window", 5, every_ms=1000), LimitSpec("count", 9)])
    ledger.advance(1, 100)
    charges = ledger.reserve()
    ledger.advance(2, 1100)
    ledger.refund(charges)
    assert ledger.spent == {"window": 1.0, "count": 1.0}
    assert ledger.refunded == {"window": 0.0, "count": 1.0}
