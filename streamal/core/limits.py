"""The four kinds of limits: what is allowed, and the line along which to spend it.

Each limit knows its hard line, the planned line A, the slope b of the plan in labels
per sample, and what is charged, S. The ledger turns x = A - S into a share. The table
with measurements is in docs/budget.md.
"""

from abc import ABC, abstractmethod
from typing import Literal

import msgspec
from msgspec.structs import force_setattr

BURST = 20
"""Labels ahead of the line: what a cold model lives on."""


class LimitSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """One limit as configured.

    Parameters
    ----------
    kind
        ``rate``, ``count``, ``window`` or ``cost``.
    amount
        Labels for each sample (rate), labels (count, window) or money (cost).
    burst
        Labels ahead of the line (rate, count, cost).
    over
        Samples over which a count or cost is spread; None: unknown.
    every_ms
        Length of a window.
    prices
        Price of a label for each annotator; ``*`` is everyone else's.
    """

    kind: Literal["rate", "count", "window", "cost"]
    amount: float
    burst: float = BURST
    over: int | None = None
    every_ms: int = 0
    prices: dict[str, float] = {}

    def __post_init__(self) -> None:
        """Hold whole numbers as the floats that they are once saved and restored."""
        prices = {annotator: float(price) for annotator, price in self.prices.items()}
        for name, value in (("amount", self.amount), ("burst", self.burst)):
            force_setattr(self, name, float(value))
        force_setattr(self, "prices", prices)

    @property
    def dearest(self) -> float:
        """The highest price, which a reservation charges."""
        return max(self.prices.values())


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What one request charged one limit: the amount, and the window it fell in."""

    amount: float
    window: int = 0


class Account(msgspec.Struct):
    """One limit's running state; saved with the ledger.

    `began` and `base` are n and the allowance where the limit came into force.
    """

    charged: float = 0.0
    began: int = 0
    base: float = 0.0
    window: int = -1
    window_n: int = 0
    window_time: int = 0
    lam: float = 0.0
    refused: int = 0


class Limit(ABC):
    """A limit with its account; a request takes `per_request` labels."""

    def __init__(self, spec: LimitSpec, account: Account, per_request: int = 1) -> None:
        self.spec = spec
        self.account = account
        self.per_request = per_request
        self.n = account.began
        self.time = 0

    def advance(self, n: int, time: int) -> None:
        """Move to n samples and a time; neither runs back."""
        self.n = n
        self.time = time

    @abstractmethod
    def planned(self) -> tuple[float, float, float]:
        """Return (A, S, b): planned line, charged, slope per sample, all in labels."""

    def allowed(self) -> float:
        """Return the hard line now, in the unit of `charged`."""
        return self.spec.amount

    def line(self) -> float:
        """Return the planned line now, in the unit of `charged`."""
        return self.planned()[0]

    def affords(self, labels: int | None = None) -> bool:
        """Are so many more labels allowed? None: those of a request."""
        return self.account.charged + (labels or self.per_request) <= self.allowed()

    def reserve(self, labels: int = 1) -> Charge:
        """Charge so many labels at their dearest; return what each was charged."""
        self.account.charged += labels
        return Charge(1.0)

    def affords_settling(self, charge: Charge, annotator: str | None) -> bool:
        """Is what the label really cost allowed?"""
        return True

    def settle(self, charge: Charge, annotator: str | None) -> Charge:
        """Charge what the label really cost; return it."""
        return charge

    def refund(self, charge: Charge, labels: int = 1) -> None:
        """Give the charges of so many labels back, where they still count."""
        self.account.charged -= labels * charge.amount

    def spent(self) -> bool:
        """Is too little left for a request, which neither samples nor time bring back?"""
        return False


class RateLimit(Limit):
    """A line: burst + rate * n. Unspent allowance stays."""

    def allowed(self) -> float:
        return self.account.base + self.spec.amount * (self.n - self.account.began)

    def planned(self) -> tuple[float, float, float]:
        return self.allowed(), self.account.charged, self.spec.amount


def _spread(total: float, over: int | None, burst: float, n: int) -> tuple[float, float]:
    """Return (A, b) of `total` labels over so many samples."""
    if over is None:
        return min(total, BURST + 0.2 * n), 0.2
    head = min(burst, total)
    return min(total, head + (total - head) * n / (0.95 * over)), total / (0.95 * over)


class CountLimit(Limit):
    """So many labels, spread over a horizon."""

    def planned(self) -> tuple[float, float, float]:
        n = self.n - self.account.began
        line, slope = _spread(self.spec.amount, self.spec.over, self.spec.burst, n)
        return line, self.account.charged, slope

    def spent(self) -> bool:
        return not self.affords()


class CostLimit(Limit):
    """So much money; a reservation charges the dearest annotator."""

    def planned(self) -> tuple[float, float, float]:
        price = self.spec.dearest
        n = self.n - self.account.began
        total = self.spec.amount / price
        line, slope = _spread(total, self.spec.over, self.spec.burst, n)
        return line, self.account.charged / price, slope

    def line(self) -> float:
        return self.planned()[0] * self.spec.dearest

    def reserve(self, labels: int = 1) -> Charge:
        price = self.spec.dearest
        self._charge(labels * price)
        return Charge(price)

    def affords_settling(self, charge: Charge, annotator: str | None) -> bool:
        more = self._price(annotator) - charge.amount
        return more <= 0 or round(self.account.charged + more, 9) <= self.spec.amount

    def settle(self, charge: Charge, annotator: str | None) -> Charge:
        real = self._price(annotator)
        self._charge(real - charge.amount)
        return Charge(real)

    def _price(self, annotator: str | None) -> float:
        prices = self.spec.prices
        return prices.get(annotator or "*", prices.get("*", self.spec.dearest))

    def refund(self, charge: Charge, labels: int = 1) -> None:
        self._charge(-labels * charge.amount)

    def affords(self, labels: int | None = None) -> bool:
        more = (labels or self.per_request) * self.spec.dearest
        return round(self.account.charged + more, 9) <= self.spec.amount

    def spent(self) -> bool:
        return not self.affords()

    def _charge(self, amount: float) -> None:
        self.account.charged = round(self.account.charged + amount, 9)


class WindowLimit(Limit):
    """So many labels in each stretch of the ledger's clock, aligned to the epoch."""

    def advance(self, n: int, time: int) -> None:
        account = self.account
        if account.window < 0:
            account.window_time, account.window_n = time, n
            account.window = time // self.spec.every_ms
        elif time // self.spec.every_ms > account.window:
            self._turn(n, time)
        super().advance(n, time)

    def _turn(self, n: int, time: int) -> None:
        """Begin the window that `time` lies in."""
        account, every = self.account, self.spec.every_ms
        end = (account.window + 1) * every
        last = (n - account.window_n) / max(1000, end - account.window_time)
        account.lam = (last + account.lam) / 2 if account.lam else last
        account.window = time // every
        account.window_time, account.window_n = account.window * every, n
        account.charged = 0.0

    def _samples_per_ms(self) -> float:
        account = self.account
        if account.lam:
            return max(account.lam, 1 / self.spec.every_ms)
        passed = max(1000, self.time - account.window_time)
        return max(self.n - account.began, 1) / passed

    def planned(self) -> tuple[float, float, float]:
        total, every = self.spec.amount, self.spec.every_ms
        head = min(5.0, total)
        elapsed = self.time - self.account.window * every
        line = min(total, head + (total - head) * elapsed / (0.8 * every))
        slope = total / (0.8 * every * self._samples_per_ms())
        return line, self.account.charged, slope

    def reserve(self, labels: int = 1) -> Charge:
        self.account.charged += labels
        return Charge(1.0, self.account.window)

    def refund(self, charge: Charge, labels: int = 1) -> None:
        if charge.window == self.account.window:
            self.account.charged -= labels * charge.amount


_KINDS: dict[str, type[Limit]] = {
    "rate": RateLimit,
    "count": CountLimit,
    "cost": CostLimit,
    "window": WindowLimit,
}


def limit(spec: LimitSpec, account: Account | None = None, per_request: int = 1) -> Limit:
    """Return the limit of a specification, with a fresh account unless one is given.

    Examples
    --------
    >>> rate = limit(LimitSpec("rate", 0.1))
    >>> rate.advance(100, 0)
    >>> rate.allowed()
    30.0
    """
    fresh = Account(base=spec.burst) if account is None else account
    return _KINDS[spec.kind](spec, fresh, per_request)
