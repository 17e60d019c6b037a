"""The ledger: the only place where labels are spent.

Reserve when a request is made, settle when it is answered, refund where the
configuration says so. At every step each limit's charges are at most its allowance.
The shares and the pace are the control law (docs/budget.md).
"""

from collections.abc import Iterator, Sequence
from math import exp

import msgspec

from streamal.core.limits import Account, Charge, Limit, LimitSpec, limit
from streamal.core.records import LimitState

Charges = dict[str, Charge]
"""What a request charged each limit, by the limit's name."""


class LedgerState(msgspec.Struct):
    """All that a ledger remembers."""

    specs: list[LimitSpec]
    accounts: list[Account]
    n: int = 0
    time: int = 0
    step: int = 0
    pace: float | None = None


class Ledger:
    """Limits that must all allow a request's labels before they are asked for.

    A request takes `per_request` labels: shares, pace and slope are of requests. `spent` and
    `refunded` count what this object has charged to each limit and given back.

    Examples
    --------
    >>> ledger = Ledger([LimitSpec("count", 1)])
    >>> ledger.advance(n=1, time=0)
    >>> ledger.refusing(), ledger.reserve(), ledger.refusing()
    ([], {'count': Charge(amount=1.0, window=0)}, ['count'])
    """

    def __init__(
        self,
        specs: Sequence[LimitSpec],
        state: LedgerState | None = None,
        per_request: int = 1,
    ) -> None:
        self.per_request = per_request
        self.state = state or LedgerState(list(specs), [Account(base=s.burst) for s in specs])
        self.limits: list[Limit] = [
            limit(spec, account, per_request)
            for spec, account in zip(self.state.specs, self.state.accounts, strict=True)
        ]
        self.names = names(self.state.specs)
        self.spent = dict.fromkeys(self.names, 0.0)
        self.refunded = self.spent.copy()
        if self.state.n or self.state.time:  # a window must not open at the epoch
            self.advance(self.state.n, self.state.time)

    def advance(self, n: int, time: int) -> None:
        """Move to n samples and a time in milliseconds; what would run back stays."""
        state = self.state
        state.n = max(state.n, n)
        state.time = max(state.time, time)
        for one in self.limits:
            one.advance(state.n, state.time)

    def share(self) -> float:
        """Return what part of the samples the budget affords at this instant."""
        share = 1.0
        for one in self.limits:
            share = min(share, _share(one))
        return share

    def pace(self) -> float:
        """Return the slower, steadier share that scorers are told."""
        return min([1.0, *map(_pace, self.limits)])

    def slope(self) -> float:
        """Return the requests per sample that the planned lines of all limits afford."""
        return min([1.0, *(_planned(one)[2] for one in self.limits)])

    def moved(self, most: float = 1.0) -> float | None:
        """Return the pace, `most` at most, if it must be told: first, and moved by a quarter."""
        pace, told = min(most, self.pace()), self.state.pace
        if told is not None and abs(pace - told) <= 0.25 * told:
            return None
        self.state.pace = pace
        return pace

    def refusing(self, labels: int | None = None) -> list[str]:
        """Return the names of the limits that refuse so many more labels; None: a request's."""
        return [name for name, one in self._named() if not one.affords(labels)]

    def refused(self, refusing: Sequence[str]) -> None:
        """Count a refusal for each of these limits."""
        for name, account in zip(self.names, self.state.accounts, strict=True):
            account.refused += name in refusing

    def reserve(self, labels: int | None = None) -> Charges:
        """Charge so many labels to every limit, None: a request's; return what each label was."""
        before = self._charged()
        wanted = self.per_request if labels is None else labels
        charges = {name: one.reserve(wanted) for name, one in self._named()}
        self._count_since(before)
        return charges

    def affords_settling(self, charges: Charges, annotator: str | None) -> bool:
        """Is what a label really cost allowed? It may exceed what was settled before."""
        return all(
            one.affords_settling(charges[name], annotator)
            for name, one in self._named()
            if name in charges
        )

    def settle(self, charges: Charges, annotator: str | None) -> Charges:
        """Replace the reserved charges by the real ones; return those."""
        before = self._charged()
        real = {
            name: one.settle(charges[name], annotator)
            for name, one in self._named()
            if name in charges
        }
        self._count_since(before)
        return real

    def refund(self, charges: Charges, labels: int = 1) -> None:
        """Give the charges of so many labels back where they still count."""
        before = self._charged()
        for name, one in self._named():
            if name in charges:
                one.refund(charges[name], labels)
        self._count_since(before)

    def _charged(self) -> list[float]:
        return [account.charged for account in self.state.accounts]

    def _count_since(self, before: Sequence[float]) -> None:
        """Count what the accounts were charged since then, and what they got back."""
        for name, was, now in zip(self.names, before, self._charged(), strict=True):
            self.spent[name] += max(0.0, now - was)
            self.refunded[name] += max(0.0, was - now)

    def _named(self) -> Iterator[tuple[str, Limit]]:
        return zip(self.names, self.limits, strict=True)

    def step(self) -> int:
        """Count one transition; return its number."""
        self.state.step += 1
        return self.state.step

    def states(self) -> list[LimitState]:
        """Return what each limit has charged and allows."""
        return [LimitState(one.account.charged, one.allowed()) for one in self.limits]


def names(specs: Sequence[LimitSpec]) -> list[str]:
    """Return a name for each limit: its kind, the second of a kind with ``_2``.

    Examples
    --------
    >>> names([LimitSpec("count", 1), LimitSpec("rate", 0.1), LimitSpec("count", 2)])
    ['count', 'rate', 'count_2']
    """
    seen: dict[str, int] = {}
    found = []
    for spec in specs:
        seen[spec.kind] = count = seen.get(spec.kind, 0) + 1
        found.append(spec.kind if count == 1 else f"{spec.kind}_{count}")
    return found


def rebased(state: LedgerState, specs: Sequence[LimitSpec]) -> LedgerState:
    """Return the ledger under another budget: limits of the same name keep their charges.

    A rate goes on from the line where it stood; a limit that is new counts from here.
    """
    old = Ledger(state.specs, state)
    known = dict(zip(old.names, old.limits, strict=True))
    accounts = [
        _carried(spec, known.get(name), state.n)
        for name, spec in zip(names(specs), specs, strict=True)
    ]
    return LedgerState(list(specs), accounts, state.n, state.time, state.step, state.pace)


def _carried(spec: LimitSpec, old: Limit | None, n: int) -> Account:
    if old is None:
        return Account(base=spec.burst, began=n)
    account = msgspec.structs.replace(old.account)
    if spec.kind == "rate":
        account.base, account.began = old.allowed(), n
    if spec.kind == "window" and spec.every_ms != old.spec.every_ms:
        account.window = -1
    return account


def _steadiness(line: float) -> float:
    """Return s, the surplus that the law keeps, in labels."""
    return 1.0 + min(4.0, max(0.0, 0.006 * line - 1.0))


def _planned(one: Limit) -> tuple[float, float, float]:
    """Return planned line, charged and slope per sample, in requests."""
    line, charged, slope = one.planned()
    each = one.per_request
    return line / each, charged / each, slope / each


def _share(one: Limit) -> float:
    line, charged, slope = _planned(one)
    steady = _steadiness(line)
    return slope * exp(min(50.0, 7.0 * (line - charged - steady) / (steady * steady)))


def _pace(one: Limit) -> float:
    if one.spent():
        return 0.0
    line, charged, slope = _planned(one)
    if one.spec.kind == "window" and not one.affords():
        return slope
    return slope + max(0.0, line - charged - _steadiness(line)) / 50.0
