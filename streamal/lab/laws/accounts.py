"""The budget's accounts in exact arithmetic, apart from the ledger that they check.

The rules are those of docs/budget.md: a request is charged to every limit at its
dearest, an answer settles the real price, a refund counts in a window only while that
window lasts. Where several annotators answer, each has a charge of its own. Under another
budget a limit of the same name keeps its charges, and a rate goes on from where its line
stood.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from streamal.core.ledger import names
from streamal.core.limits import LimitSpec
from streamal.lab.recount import exact

ROUNDING = Fraction(1, 10**9)
"""The ledger rounds money to nine digits at each operation."""


class Charge(NamedTuple):
    """What one request charged one limit, and the window that it fell in."""

    amount: Fraction
    window: int


Charges = dict[str, Charge]
"""By the limit's name."""


class Account:
    """One limit, recounted."""

    def __init__(self, spec: LimitSpec, began: int, base: Fraction) -> None:
        self.spec = spec
        self.began = began
        self.base = base
        self.charged = Fraction(0)
        self.window = -1
        self._amount = exact(spec.amount)

    def advance(self, time: int) -> None:
        """Let a window of the ledger's clock begin."""
        if self.spec.kind != "window":
            return
        window = time // self.spec.every_ms
        if self.window >= 0 and window > self.window:
            self.charged = Fraction(0)
        self.window = max(window, self.window)

    def allowed(self, n: int) -> Fraction:
        """Return the hard line at n samples."""
        if self.spec.kind != "rate":
            return self._amount
        return self.base + self._amount * (n - self.began)

    def reserve(self, labels: int = 1) -> Charge:
        """Charge so many labels at their dearest; return what each was charged."""
        is_money = self.spec.kind == "cost"
        amount = exact(self.spec.dearest) if is_money else Fraction(1)
        self.charged += labels * amount
        return Charge(amount, self.window)

    def settle(self, charge: Charge, annotator: str | None) -> Charge:
        """Charge what the label really cost."""
        if self.spec.kind != "cost":
            return charge
        prices = self.spec.prices
        real = exact(prices.get(annotator or "*", prices.get("*", self.spec.dearest)))
        self.charged += real - charge.amount
        return Charge(real, charge.window)

    def refund(self, charge: Charge) -> None:
        """Give a charge back where it still counts."""
        if self.spec.kind != "window" or charge.window == self.window:
            self.charged -= charge.amount


class Accounts:
    """All limits in force, and what each request has charged them.

    Examples
    --------
    >>> accounts = Accounts()
    >>> accounts.replace([LimitSpec("rate", 0.1, burst=1)], n=0)
    >>> accounts.reserve("samples/0/0")
    >>> accounts.charged(), accounts.allowed(n=3)
    ([Fraction(1, 1)], [Fraction(13, 10)])
    """

    def __init__(self) -> None:
        self.named: dict[str, Account] = {}
        self.operations = 0
        self._book: dict[str, Charges] = {}
        self._wanted: dict[str, int] = {}
        self._heard: dict[str, dict[str, bool]] = {}
        self._refunded: set[str] = set()

    @property
    def slack(self) -> Fraction:
        """What rounding may have added up to by now."""
        return ROUNDING * (self.operations + 1)

    def replace(self, specs: Sequence[LimitSpec], n: int) -> None:
        """Put another budget in force at n samples."""
        named = zip(names(specs), specs, strict=True)
        self.named = {name: _carried(spec, self.named.get(name), n) for name, spec in named}

    def advance(self, time: int) -> None:
        """Move the clock."""
        for account in self.named.values():
            account.advance(time)

    def reserve(self, request_id: str, labels: int = 1) -> None:
        """Charge a new request."""
        self.operations += 1
        if labels > 1:
            self._wanted[request_id] = labels
            self._heard[request_id] = {}
        self._book[request_id] = self._reserved(labels)

    def _reserved(self, labels: int) -> Charges:
        return {name: one.reserve(labels) for name, one in self.named.items()}

    def settle(self, request_id: str, annotator: str | None) -> None:
        """Replace a request's charges by the real ones; charge it again after a refund."""
        if request_id in self._refunded:
            self._refunded.discard(request_id)
            self.reserve(request_id)
        self.operations += 1
        charges = self._book[request_id]
        self._book[request_id] = {
            name: one.settle(charges[name], annotator)
            for name, one in self.named.items()
            if name in charges
        }

    def refund(self, request_id: str) -> None:
        """Give a request's charges back; those of answers that were given stay."""
        missing = self._wanted.get(request_id, 1) - len(self._heard.get(request_id, ()))
        self._refunded.add(request_id)
        for _ in range(missing):
            self._give_back(self._book[request_id])

    def _give_back(self, charges: Charges) -> None:
        self.operations += 1
        for name, charge in charges.items():
            if name in self.named:
                self.named[name].refund(charge)

    def has_several(self, request_id: str) -> bool:
        """Do several annotators answer this request?"""
        return request_id in self._wanted

    def hear(self, request_id: str, annotator: str, refunded: bool) -> bool:
        """Pay one of several annotators; return whether that was charged anew.

        A first answer takes what was reserved for it, if that was not given back, and is
        settled or given back. A later one costs nothing, unless what the first was charged
        was given back and this one is paid.
        """
        heard = self._heard[request_id]
        is_first, was_refunded = annotator not in heard, heard.get(annotator, False)
        if not is_first and (refunded or not was_refunded):
            return False
        heard[annotator] = refunded
        is_anew = was_refunded or request_id in self._refunded
        self.operations += 1
        charges = self._reserved(1) if is_anew else self._book[request_id]
        if refunded:
            self._give_back(charges)
            return is_anew
        for name, charge in charges.items():
            if name in self.named:
                self.named[name].settle(charge, annotator)
        return is_anew

    def knows(self, request_id: str) -> bool:
        """Was this request charged?"""
        return request_id in self._book

    def adopt(self, charged: Sequence[float]) -> None:
        """Go on from what a stamp says was charged."""
        for account, amount in zip(self.named.values(), charged, strict=False):
            account.charged = exact(amount)

    def charged(self) -> list[Fraction]:
        """Return what each limit has charged, net of refunds."""
        return [one.charged for one in self.named.values()]

    def allowed(self, n: int) -> list[Fraction]:
        """Return each limit's hard line at n samples."""
        return [one.allowed(n) for one in self.named.values()]


def _carried(spec: LimitSpec, old: Account | None, n: int) -> Account:
    if old is None:
        return Account(spec, n, exact(spec.burst))
    account = Account(spec, old.began, old.base)
    account.charged, account.window = old.charged, old.window
    if spec.kind == "rate":
        account.base, account.began = old.allowed(n), n
    if spec.kind == "window" and spec.every_ms != old.spec.every_ms:
        account.window = -1
    return account
