"""What became of one law: held, violated, or not checkable and why."""

from typing import Literal

import msgspec

State = Literal["held", "violated", "not checkable"]

SHOWN = 5
"""How many offending records a verdict names; all of them are counted."""

TITLES = {
    1: "each sample has one decision or one dead letter",
    2: "the budget holds at every request",
    3: "request ids are unique and name samples that exist",
    4: "each label is learned, settled or refused, once",
    5: "replicas at one version agree with a replay",
    6: "each score can be computed again",
    7: "the ledger is the sum of its records",
    8: "all of this holds after a crash",
    9: "nothing of a fenced process is visible",
    10: "a poison record costs one dead letter",
    11: "auto-labels are at or above their threshold",
    12: "a model without two classes has no opinion",
    13: "the same log and seed give the same decisions",
}


class Verdict(msgspec.Struct, frozen=True):
    """The outcome of one law.

    Parameters
    ----------
    law, title
        Its number and what it says.
    checked
        How many things were looked at.
    detail
        What they were, how many could not be looked at, and why.
    records
        The first offending records, as ``topic/partition/offset: why``.
    """

    law: int
    title: str
    state: State
    checked: int
    detail: str
    records: list[str] = []


class Findings:
    """Collects what is found about one law.

    Parameters
    ----------
    noun
        What is looked at, in the plural.

    Examples
    --------
    >>> findings = Findings(3, "requests")
    >>> findings.checked = 2
    >>> findings.wrong("label-requests/0/1", "the id is taken")
    >>> findings.verdict().detail, findings.verdict().records
    ('2 requests; 1 violation', ['label-requests/0/1: the id is taken'])
    """

    def __init__(self, law: int, noun: str) -> None:
        self.law = law
        self.noun = noun
        self.checked = 0
        self.passed_over = 0
        self.violations = 0
        self.records: list[str] = []
        self.notes: list[str] = []

    def wrong(self, at: str, why: str) -> None:
        """Note an offending record."""
        self.violations += 1
        if len(self.records) < SHOWN:
            self.records.append(f"{at}: {why}")

    def note(self, text: str) -> None:
        """Note what a reader of the verdict should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def verdict(self) -> Verdict:
        """Return what was found."""
        state: State = "held" if self.checked else "not checkable"
        if self.violations:
            state = "violated"
        title = TITLES[self.law]
        return Verdict(self.law, title, state, self.checked, self._detail(state), self.records)

    def _detail(self, state: State) -> str:
        if state == "not checkable":
            return "; ".join(self.notes) or f"there are no {self.noun} yet"
        parts = [self._count(), *self.notes]
        if self.violations:
            parts.append(f"{self.violations} violation{'s' * (self.violations > 1)}")
        return "; ".join(parts)

    def _count(self) -> str:
        total = self.checked + self.passed_over
        return f"{self.checked}{f' of {total}' * bool(self.passed_over)} {self.noun}"
