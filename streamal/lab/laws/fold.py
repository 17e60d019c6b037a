"""The ledger's steps, folded again in exact arithmetic."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from streamal.core.records import Source
from streamal.lab.laws.accounts import Accounts
from streamal.lab.laws.facts import Balance, Step
from streamal.lab.laws.log import Log

_Entry = tuple[tuple[int, int, int], Source, Balance, Step | None]


class Moment(NamedTuple):
    """A stamp beside what the records before it add up to.

    Parameters
    ----------
    step
        The transition; None for a decision that carries a stamp and moves nothing.
    follows
        The step before.
    charges
        Whether it charged a label.
    is_sure
        Whether every record before it is known, so that `charged` was counted.
    n
        Samples seen, recounted; None where `candidates` does not tell any more.
    slack
        How far rounding may have led.
    """

    at: Source
    balance: Balance
    step: Step | None
    follows: int
    charges: bool
    is_sure: bool
    n: int | None
    charged: list[Fraction]
    allowed: list[Fraction]
    slack: Fraction


class Fold:
    """Goes through the stamps in the ledger's order, up to its row when the look began."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.accounts = Accounts()
        self.last = 0

    def moments(self) -> Iterator[Moment]:
        """Yield a moment for each stamp."""
        until = self._log.look.before.step
        for _, at, balance, step in sorted(self._entries(), key=lambda entry: entry[0]):
            if balance.step > until:
                return
            yield self._moment(at, balance, step)

    def _entries(self) -> Iterator[_Entry]:
        for number, step in enumerate(self._log.steps):
            yield (step.balance.step, -1, number), step.at, step.balance, step
        for number, told in enumerate(self._log.told):
            stamped = told.balance
            if stamped is not None and told.request_id is None:
                yield (stamped.step, stamped.candidates, number), told.at, stamped, None

    def _moment(self, at: Source, balance: Balance, step: Step | None) -> Moment:
        n, follows = self._log.seen.at(balance.candidates), self.last
        self.accounts.advance(balance.time)
        is_sure = charges = False
        if step is None:
            is_sure = balance.step == follows
        elif balance.step > follows:
            is_sure, charges = self._move(step, balance.n if n is None else n)
            is_sure = is_sure and balance.step == follows + 1
            self.last = balance.step
            if not is_sure:
                self.accounts.adopt(balance.charged)
        allowed = self.accounts.allowed(balance.n if n is None else n)
        return Moment(
            at,
            balance,
            step,
            follows,
            charges,
            is_sure,
            n,
            self.accounts.charged(),
            allowed,
            self.accounts.slack,
        )

    def _move(self, step: Step, n: int) -> tuple[bool, bool]:
        """Do what a step does; return whether that was possible, and whether it charged."""
        accounts, request_id = self.accounts, step.request_id
        if step.kind == "budget":
            return self._replace(step, n), False
        if step.kind == "request" and request_id is not None:
            accounts.reserve(request_id)
            return True, True
        if request_id is None or step.kind == "pace" or step.corrects:
            return True, False
        if not accounts.knows(request_id):
            return False, False
        return True, self._end(step, request_id)

    def _end(self, step: Step, request_id: str) -> bool:
        """Settle or refund; return whether a refunded label was charged again."""
        is_label = step.kind == "example"
        again = is_label and self.accounts.is_refunded(request_id)
        if step.refunded:
            self.accounts.refund(request_id)
        elif is_label or (step.answer is not None and step.text != "retracted"):
            self.accounts.settle(request_id, step.annotator)
        return again

    def _replace(self, step: Step, n: int) -> bool:
        """Put a budget in force.

        Where a window changed its length, what was charged is carried or begins anew by
        a clock that no record tells: then the stamp is taken for it.
        """
        before = set(self.accounts.named)
        self.accounts.replace(step.limits, n)
        is_unknown = any(
            one.spec.kind == "window" and one.window < 0 and name in before
            for name, one in self.accounts.named.items()
        )
        self.accounts.advance(step.balance.time)
        return not is_unknown
