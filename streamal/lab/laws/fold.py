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
        self._ended: set[str] = set()
        self._is_anew = False

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
        """Do what a step does; return whether that was possible, and whether it charged anew.

        What an open request turns out to cost was reserved when it was made. Only where
        prices rose since may that be more, and then nothing can be refused any more.
        """
        if step.kind == "budget":
            return self._replace(step, n), False
        is_new = step.kind == "request" or step.request_id in self._ended
        before = self.accounts.charged()
        is_possible, is_anew = self._charge(step), self._is_anew
        after = self.accounts.charged()
        if step.kind not in ("request", "vote") and step.request_id is not None:
            self._ended.add(step.request_id)
        grew = any(now > then for now, then in zip(after, before, strict=True))
        return is_possible, (is_new or is_anew) and grew

    def _charge(self, step: Step) -> bool:
        """Reserve, settle or refund; return whether the request is known."""
        accounts, request_id = self.accounts, step.request_id
        self._is_anew = False
        if request_id is None:
            return True
        if step.answer is not None and accounts.has_several(request_id):
            self._is_anew = accounts.hear(request_id, step.annotator or "", step.refunded)
        elif step.corrects:
            return True
        elif step.kind == "request":
            accounts.reserve(request_id, step.annotators)
        elif not accounts.knows(request_id):
            return False
        elif step.refunded:
            accounts.refund(request_id)
        elif step.kind == "example" or (step.answer is not None and step.text != "retracted"):
            accounts.settle(request_id, step.annotator)
        return True

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
