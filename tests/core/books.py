"""The books of one order of events, kept again from what was asked, said and written.

Whole numbers only: a label is 100, and so is one of money. Each request has a slot for
each annotator that it wants. A slot is held at the dearest price, and ends as settled
or given back; one that is charged anew is another slot.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from streamal.core.limits import LimitSpec
from streamal.core.records import Answer, LimitState, Request, Stamp
from streamal.core.updates import Closed, Example, Vote

LABEL = 100


def cents(amount: float) -> int:
    """Return a number as hundredths; it has no more than two digits behind the point."""
    return round(amount * LABEL)


class Account:
    """One limit: what is held, settled and given back, by the window of its charge."""

    def __init__(self, spec: LimitSpec) -> None:
        self.kind = spec.kind
        self.held = self.settled = self.returned = self.charged_ever = 0
        self.by_window = Counter[int]()
        self.window = 0
        self._every = spec.every_ms
        self._amount, self._burst = cents(spec.amount), cents(spec.burst)
        self._prices = {name: cents(price) for name, price in spec.prices.items()}
        self.dearest = max(self._prices.values()) if spec.kind == "cost" else LABEL

    def price(self, annotator: str | None) -> int:
        """Return what an annotator's label costs."""
        if self.kind != "cost":
            return LABEL
        return self._prices.get(annotator or "*", self._prices["*"])

    def advance(self, time: int) -> None:
        """Move the clock."""
        if self.kind == "window":
            self.window = max(self.window, time // self._every)

    def charged(self) -> int:
        """Return what counts now."""
        return self.by_window[self.window]

    def allowed(self, n: int) -> int:
        """Return the hard line."""
        return self._burst + self._amount * n if self.kind == "rate" else self._amount

    def hold(self) -> tuple[int, int]:
        """Charge one label; return how much, and in which window."""
        self.held += self.dearest
        self.charged_ever += self.dearest
        self.by_window[self.window] += self.dearest
        return self.dearest, self.window

    def end(self, held: tuple[int, int], cost: int) -> None:
        """End what was held: so much is settled, the rest given back."""
        amount, window = held
        self.held -= amount
        self.settled += cost
        self.returned += amount - cost
        self.by_window[window] -= amount - cost

    def change(self, window: int, more: int) -> None:
        """Settle more for a label that was settled before, or less."""
        self.settled += more
        self.charged_ever += more
        self.by_window[window] += more


@dataclass
class Slot:
    """What one annotator's answer is charged to each limit; `cost` is None while it is held."""

    held: list[tuple[int, int]]
    cost: list[int] | None = None
    is_returned: bool = False


@dataclass
class Entry:
    """One request: free slots, those that were taken, and what was said."""

    wanted: int
    agreement: float
    free: list[Slot]
    taken: dict[str, Slot] = field(default_factory=dict)
    words: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    label: str | None = None
    is_closed: bool = False
    is_decided: bool = False


class Books:
    """Keeps the accounts of an order, and compares them with each stamp.

    `refund` has the outcomes that give their charge back.
    """

    def __init__(self, specs: Sequence[LimitSpec], refund: frozenset[str]) -> None:
        self.accounts = [Account(spec) for spec in specs]
        self.refund = refund
        self.entries: dict[str, Entry] = {}
        self.step = self.version = self.n = 0

    def take(
        self, record: Request | Example | Vote | Closed, answer: Answer | None, at: int
    ) -> None:
        """Take in a record and the answer that led to it; compare its stamp."""
        for account in self.accounts:
            account.advance(at)
        if isinstance(record, Request):
            self._ask(record)
        else:
            self.version += 1
            assert record.version == self.version
            self._end(record, answer)
        assert isinstance(record.ledger, Stamp)
        self.stamped(record.ledger)

    def stamped(self, stamp: Stamp) -> None:
        """Compare a stamp: steps without gaps, the charges of these books, none too many."""
        self.step += 1
        assert (stamp.step, stamp.n) == (self.step, self.n)
        self.compare(stamp.limits)

    def compare(self, limits: Sequence[LimitState]) -> None:
        """Compare what limits have charged, and see that no more is than they allow."""
        for account, said in zip(self.accounts, limits, strict=True):
            charged, allowed = account.charged(), account.allowed(self.n)
            assert said.charged == charged / LABEL, (account.kind, said, charged)
            assert charged <= allowed, (account.kind, charged, allowed)
            assert abs(said.allowed - allowed / LABEL) < 1e-9

    def _slot(self) -> Slot:
        return Slot([account.hold() for account in self.accounts])

    def _ask(self, request: Request) -> None:
        assert request.request_id not in self.entries
        free = [self._slot() for _ in range(request.annotators)]
        self.entries[request.request_id] = Entry(request.annotators, request.agreement or 0, free)

    def _end(self, record: Example | Vote | Closed, answer: Answer | None) -> None:
        if record.request_id is None:
            return
        entry = self.entries[record.request_id]
        if answer is None:
            assert isinstance(record, Closed)
            assert (record.outcome, record.refunded) == ("expired", "expired" in self.refund)
            for slot in entry.free:
                self._close(slot, [a.dearest for a in self.accounts], record.refunded)
        elif entry.wanted == 1:
            self._one(entry, record, answer)
        else:
            self._several(entry, record, answer)
        if not isinstance(record, Vote):
            entry.is_closed = True

    def _close(self, slot: Slot, costs: list[int], is_returned: bool) -> None:
        """End a slot that is held, or change what one that is settled cost."""
        if slot.cost is None:
            slot.cost, slot.is_returned = [0] * len(costs) if is_returned else costs, is_returned
            for account, held, cost in zip(self.accounts, slot.held, slot.cost, strict=True):
                account.end(held, cost)
            return
        for account, held, cost, before in zip(
            self.accounts, slot.held, costs, slot.cost, strict=True
        ):
            account.change(held[1], cost - before)
        slot.cost = costs

    def _one(self, entry: Entry, record: Example | Vote | Closed, answer: Answer) -> None:
        """A request that wants one answer: a label, or another end of it."""
        assert not isinstance(record, Vote)
        is_first = entry.label is None
        if isinstance(record, Example):
            assert record.corrects != is_first
            assert record.label == answer.label
            entry.label = record.label
        if not is_first or (isinstance(record, Closed) and entry.is_closed):
            return
        if entry.free[0].is_returned:
            entry.free[0] = self._slot()
        costs = [account.price(answer.annotator) for account in self.accounts]
        assert record.refunded == (_outcome(answer) in self.refund)
        self._close(entry.free[0], costs, record.refunded)

    def _several(self, entry: Entry, record: Example | Vote | Closed, answer: Answer) -> None:
        name = answer.annotator
        assert name
        costs = [account.price(name) for account in self.accounts]
        outcome, before = _outcome(answer), entry.taken.get(name)
        is_free = before is None or before.is_returned
        assert record.refunded == (is_free and outcome in self.refund)
        if name not in entry.taken:
            slot = entry.free.pop()
            entry.taken[name] = self._slot() if slot.is_returned else slot
            self._close(entry.taken[name], costs, record.refunded)
        elif entry.taken[name].is_returned and not record.refunded:
            entry.taken[name] = self._slot()
            self._close(entry.taken[name], costs, False)
        assert entry.words.get(name) != (outcome, answer.label)
        entry.words[name] = (outcome, answer.label)
        self._decided(entry, record)
        entry.is_decided = len(entry.words) == entry.wanted

    def _decided(self, entry: Entry, record: Example | Vote | Closed) -> None:
        """A label is learned exactly where all have answered and enough of them agree."""
        words = list(entry.words.values())
        best = max(words, key=words.count)
        share = words.count(best) / len(words)
        is_alone = all(words.count(one) < words.count(best) for one in words if one != best)
        is_agreed = is_alone and share >= entry.agreement and len(words) == entry.wanted
        label = best[1] if is_agreed else None
        if isinstance(record, Example):
            assert label is not None
            assert record.label == label != entry.label
            entry.label = label
            return
        assert label == entry.label or label is None
        if isinstance(record, Vote):
            is_full = len(words) == entry.wanted
            assert entry.is_decided == is_full
            assert label == entry.label or not is_full
        elif entry.label is not None:
            assert (record.outcome, label) == ("retracted", None)
            entry.label = None
        else:
            assert record.outcome == (best[0] if is_agreed else "disagreed")

    def awaits(self, answer: Answer) -> bool:
        """Is this an answer that an open request waits for, from one who is yet to answer?"""
        entry = self.entries.get(answer.request_id or "")
        if entry is None or entry.is_closed:
            return False
        return entry.wanted == 1 or bool(answer.annotator and answer.annotator not in entry.taken)

    def drained(self) -> None:
        """After the end of all: each charge was settled or given back, and nothing is held."""
        for account in self.accounts:
            assert account.held == 0, account.kind
            assert account.charged_ever == account.settled + account.returned, account.kind
            assert sum(account.by_window.values()) == account.settled, account.kind


def _outcome(answer: Answer) -> str:
    return "skipped" if answer.outcome == "retracted" else answer.outcome
