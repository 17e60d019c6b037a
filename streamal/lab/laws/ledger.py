"""Laws 2 and 7: the budget holds at every request, and the ledger is the sum of its records."""

from collections.abc import Sequence
from fractions import Fraction
from math import isclose

from streamal.core.journal import ArbiterState
from streamal.lab.laws.accounts import Accounts
from streamal.lab.laws.fold import Fold, Moment
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import CANDIDATES, REQUESTS, STATE, UPDATES

NEEDED = (REQUESTS, UPDATES)


class _Spending:
    """Law 2."""

    def __init__(self, log: Log) -> None:
        self.findings = Findings(2, "stamps")
        self._log = log

    def take(self, moment: Moment, names: list[str]) -> None:
        """Check one stamp; the first thing that is wrong with it is enough."""
        self.findings.checked += 1
        why = self._miscounted(moment) or self._overspent(moment, names) or _line(moment, names)
        if why:
            self.findings.wrong(moment.at.text, why)

    def _miscounted(self, moment: Moment) -> str | None:
        n, stamped = moment.n, moment.balance.n
        if n is None:
            self.findings.note("n is that of the stamps where retention dropped candidates")
        elif n != stamped:
            upto = f"{self._log.scan.name(CANDIDATES)}/0/{moment.balance.candidates}"
            return f"n is {stamped}; up to {upto} it is {n}"
        return None

    @staticmethod
    def _overspent(moment: Moment, names: list[str]) -> str | None:
        if not moment.charges:
            return None
        for name, charged, allowed in zip(names, moment.charged, moment.allowed, strict=True):
            if charged > allowed + moment.slack:
                return f"limit {name}: {float(charged):g} charged, {float(allowed):g} allowed"
        return None

    def end(self, accounts: Accounts, row: ArbiterState) -> None:
        """Say how far each limit is spent; the limits are those of the last `budget`."""
        if row.ledger.specs != [account.spec for account in accounts.named.values()]:
            at = f"{self._log.scan.name(STATE)}/0"
            self.findings.wrong(at, "the ledger's row has other limits than the last budget")
        allowed = accounts.allowed(row.n)
        for name, one, line in zip(accounts.named, accounts.charged(), allowed, strict=True):
            self.findings.note(f"{name}: {float(one):g} of {float(line):g}")


def _line(moment: Moment, names: list[str]) -> str | None:
    stamped = moment.balance.allowed
    if len(stamped) != len(names):
        return f"{len(stamped)} limits are stamped, {len(names)} are in force"
    for name, said, line in zip(names, stamped, moment.allowed, strict=True):
        if not isclose(said, float(line), rel_tol=1e-9, abs_tol=1e-9):
            return f"limit {name}: {said:g} allowed by the stamp, {float(line):g} by the budget"
    return None


class _Sum:
    """Law 7."""

    def __init__(self, log: Log) -> None:
        self.findings = Findings(7, "stamps")
        self._log = log

    def take(self, moment: Moment, names: list[str]) -> None:
        """Check one stamp."""
        self.findings.checked += 1
        why = _misnumbered(moment)
        if why is None and moment.is_sure and len(names) == len(moment.balance.charged):
            why = _differ(moment.balance.charged, names, moment.charged, moment.slack)
        if why:
            self.findings.wrong(moment.at.text, why)

    def beyond(self) -> None:
        """No step can lie beyond the ledger's row, which is written with it."""
        last = self._log.look.after.step
        for step in self._log.steps:
            if step.balance.step > last:
                self.findings.wrong(
                    step.at.text, f"step {step.balance.step} is beyond the ledger's row, at {last}"
                )

    def end(self, fold: Fold, row: ArbiterState | None) -> None:
        """Compare the ledger's row with all that was folded."""
        at = f"{self._log.scan.name(STATE)}/0"
        if row is None:
            return
        if row.ledger.step != fold.last:
            self.findings.wrong(
                at, f"the ledger's row is at step {row.ledger.step}, its records end at {fold.last}"
            )
            return
        accounts = fold.accounts
        accounts.advance(row.ledger.time)
        said = [one.charged for one in row.ledger.accounts]
        why = _differ(said, list(accounts.named), accounts.charged(), accounts.slack)
        if why:
            self.findings.wrong(at, f"the ledger's row: {why}")


def _misnumbered(moment: Moment) -> str | None:
    step, follows = moment.balance.step, moment.follows
    if moment.step is None:
        return None if step == follows else f"its stamp is of step {step}; the last is {follows}"
    if step == follows + 1:
        return None
    if step <= follows:
        return f"step {step} is there twice"
    return f"step {step} follows step {follows}; the ones between are gone"


def _differ(
    said: Sequence[float], names: list[str], charged: list[Fraction], slack: Fraction
) -> str | None:
    if len(said) != len(names):
        return f"{len(said)} limits, {len(names)} are in force"
    for name, one, sum_ in zip(names, said, charged, strict=True):
        if abs(one - float(sum_)) > slack:
            return f"limit {name}: {one:g} charged, {float(sum_):g} by its records"
    return None


def check(log: Log) -> list[Findings]:
    """Fold all steps once, and check each stamp for both laws."""
    spending, total = _Spending(log), _Sum(log)
    found = [spending.findings, total.findings]
    for findings in found:
        log.report(findings, *NEEDED)
    cut = [log.scan.name(logical) for logical in NEEDED if log.scan.is_cut(logical)]
    if cut:
        for findings in found:
            findings.note(f"the beginning of {', '.join(cut)} is gone")
        return found
    fold = Fold(log)
    for moment in fold.moments():
        names = list(fold.accounts.named)
        spending.take(moment, names)
        total.take(moment, names)
    total.beyond()
    row = log.look.before.row
    total.end(fold, row)
    if row is not None:
        spending.end(fold.accounts, row)
    return found
