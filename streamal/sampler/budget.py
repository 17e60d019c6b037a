"""What is spent of a sampler's budget, and what is left."""

from collections.abc import Sequence
from copy import deepcopy
from math import floor

import msgspec

from streamal.core.ledger import Ledger, LedgerState
from streamal.core.limits import Limit


class Spending(msgspec.Struct, frozen=True):
    """One limit: what is charged, what is allowed by now, and how many labels that leaves.

    Charged and allowed are labels, or money where the limit is a cost.
    """

    charged: float
    allowed: float
    left: int
    refused: int


class Budget(msgspec.Struct, frozen=True):
    """All limits by name; a label needs the consent of every one.

    Examples
    --------
    >>> Budget({"rate": Spending(charged=3.0, allowed=21.5, left=18, refused=0)})
    Budget: 18 labels left now
      rate: 3 of 21.5 charged
    """

    limits: dict[str, Spending]

    @property
    def left(self) -> int:
        """How many labels may be asked for now, before another sample comes."""
        return min(one.left for one in self.limits.values())

    def __repr__(self) -> str:
        lines = [
            f"  {name}: {one.charged:g} of {one.allowed:g} charged"
            + (f", {one.refused} refused" if one.refused else "")
            for name, one in self.limits.items()
        ]
        return "\n".join([f"Budget: {self.left} labels left now", *lines])


def budget_at(state: LedgerState, n: int, time: int) -> Budget:
    """Return the budget as it is at n samples and a time; the ledger itself stays."""
    ledger = Ledger(state.specs, deepcopy(state))
    ledger.advance(n, time)
    return Budget(dict(zip(ledger.names, _spendings(ledger.limits), strict=True)))


def _spendings(limits: Sequence[Limit]) -> list[Spending]:
    return [
        Spending(one.account.charged, one.allowed(), _left(one), one.account.refused)
        for one in limits
    ]


def _left(one: Limit) -> int:
    left = one.allowed() - one.account.charged
    if one.spec.kind == "cost":
        # The ledger rounds money to nine places: 0.3 buys three labels at 0.1.
        left = round(left / one.spec.dearest, 9)
    return max(0, floor(left))
