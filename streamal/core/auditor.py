"""What the arbiter learns of the model from what it asks: its accuracy, what it may label."""

from collections.abc import Sequence
from typing import NamedTuple

from streamal.core.certifier import ALERT, NEWEST, Certifier, Finding
from streamal.core.controller import Verdict
from streamal.core.drifting import Alarm, Arisen
from streamal.core.estimate import Estimate, bin_of
from streamal.core.journal import ArbiterSpec, ArbiterState, Journal
from streamal.core.ledger import Ledger
from streamal.core.ratios import group, take
from streamal.core.reach import out_of_reach
from streamal.core.records import Candidate
from streamal.core.requests import RequestRow
from streamal.core.stopping import Stopper
from streamal.core.terms import fixed
from streamal.core.updates import Certificate, Drift, Stop, Takeover

UNCOUNTED = -1
"""The bin of a request that is no evidence of anything: it was chosen among a pool."""


class Noted(NamedTuple):
    """What a request's row remembers for its answer."""

    bin: int = UNCOUNTED
    guess: float = 0.0
    drawn_from: float | None = None
    in_force: bool = False


class Auditor:
    """Folds what was seen, asked and answered; shares the arbiter's state and ledger."""

    def __init__(self, spec: ArbiterSpec, state: ArbiterState, ledger: Ledger) -> None:
        self.estimate = Estimate(state.estimate)
        self._spec = spec
        self._state = state.certifier
        self._classes = state.classes
        self._seen = state
        self._ledger = ledger
        self.stopper = Stopper(spec.stop, state.stop, self.estimate, ledger)
        self.certifier: Certifier | None = None
        if spec.target is None:
            state.certifier.target = None
        if spec.target is not None:
            self.certifier = Certifier(spec.target, state.certifier, state.classes)
        self._tripped = False

    def pass_by(self, at: int, samples: int) -> None:
        """Take in samples of a bin of the score that were not asked."""
        unseen = samples * out_of_reach(self._ledger, self._seen.n)
        self.estimate.pass_by(at, samples, unseen)
        if self.certifier is not None:
            self.certifier.see(at, samples, self._ledger.slope())

    def coin(self, candidate: Candidate) -> float:
        """Return the probability with which a candidate is audited."""
        if self.certifier is None or not candidate.coin:
            return 0.0
        return self.certifier.coin(candidate.coin)

    def is_withdrawn(self, candidate: Candidate) -> bool:
        """Was the certificate withdrawn since a scorer relied on it?"""
        if candidate.route != "auto_label" or not self._state.told:
            return False
        return candidate.confidence < self._state.terms.bar(candidate.label)

    def ask(self, candidate: Candidate, verdict: Verdict) -> Noted:
        """Take in a request; return what its answer will be held against."""
        at = bin_of(candidate.confidence)
        guess = self.estimate.ask(at, verdict.propensity, verdict.is_uniform)
        if self.certifier is not None:
            self.certifier.see(at, 1, self._ledger.slope())
            if verdict.audited:
                self.certifier.pay()
        drawn_from = candidate.audited_from if verdict.audited else 0.0
        in_force = verdict.is_uniform and candidate.route == "auto_label"
        return Noted(at, guess, drawn_from if verdict.is_uniform else None, in_force)

    def answer(self, row: RequestRow, label: str | None) -> None:
        """Take in a request's first label."""
        if row.bin == UNCOUNTED:
            return
        asked = row.asked
        right = label == asked.label
        self.estimate.answer(row.bin, row.guess, asked.propensity, right)
        self._count(row, label)
        if row.drawn_from is None or self.certifier is None or asked.label is None:
            return
        at = self._classes.index(asked.label) if asked.label in self._classes else -1
        drawn_from, in_force = row.drawn_from, row.in_force
        if self.certifier.answer(asked.confidence, drawn_from, right, at, in_force):
            self._tripped = True

    def _count(self, row: RequestRow, label: str | None) -> None:
        """Take in a label as one of its two classes, and of what would be auto-labels."""
        classes, asked = self.estimate.state.classes, row.asked
        right = label == asked.label
        if asked.label is not None:
            take(group(classes.predicted, asked.label), asked.propensity, right)
        if label is not None:
            take(group(classes.true, label), asked.propensity, right)
        if row.in_force:
            take(classes.auto, asked.propensity, right)

    def news(self, journal: Journal) -> list[Certificate | Drift | Stop]:
        """Return what is to be told: an alarm, other terms of auto-labels, a stop."""
        out: list[Certificate | Drift | Stop] = []
        if self._tripped:
            self._tripped = False
            saw = {"trips": float(self._state.trips), "target": self._target}
            out.append(journal.drift("breaker", saw, self._is_fresh))
        finding = self._finding(journal)
        if finding is not None:
            out.append(journal.certificate(finding))
        return [*out, *self.stop(journal)]

    def stop(self, journal: Journal) -> list[Stop]:
        """End asking, where a rule says so."""
        stopped = self.stopper.due()
        if stopped is None:
            return []
        record = journal.stop(*stopped)
        self.stopper.stop(*stopped, record.version)
        return [record]

    def arise(
        self, found: Sequence[Arisen], journal: Journal
    ) -> list[Certificate | Drift | Stop | Takeover]:
        """Return what follows from alarms and from how a fresh model did.

        What was evidence for a certificate is not any more, but the newest labels after an
        alarm, and unless a fresh model was dropped.
        """
        out: list[Certificate | Drift | Stop | Takeover] = []
        for one in found:
            if isinstance(one, Alarm):
                out.append(journal.drift(one.detector, one.saw, self._is_fresh))
                self._doubt(NEWEST)
            else:
                out.append(journal.takeover(one))
                if one.taken:
                    self._doubt(0)
        return [*out, *self.news(journal)] if out else []

    def _doubt(self, keep: int) -> None:
        """Let the certificate be earned again, by the newest labels and those to come."""
        if self.certifier is not None:
            self.certifier.withdraw("drift", keep)
            self._state.alert = ALERT

    @property
    def _is_fresh(self) -> bool:
        drift = self._spec.drift
        return drift is not None and drift.fresh

    def lift(self, journal: Journal) -> list[Stop]:
        """Go on asking after a stop, where something speaks for it."""
        saw = self.stopper.lifted()
        if saw is None:
            return []
        record = journal.stop(None, saw)
        self.stopper.lift(record.version)
        return [record]

    def restate(self, journal: Journal) -> list[Certificate]:
        """Return other terms where the promise was changed since some were told."""
        finding = self._finding(journal) if self._state.told else None
        return [] if finding is None else [journal.certificate(finding)]

    @property
    def _target(self) -> float:
        return 0.0 if self._spec.target is None else self._spec.target.precision

    def _finding(self, journal: Journal) -> Finding | None:
        if self.certifier is not None:
            affords = self._ledger.slope() if self._ledger.pace() > 0 else 0.0
            return self.certifier.due(affords, journal.version + 1)
        terms = fixed(self._spec.threshold)
        if not self._state.told or self._state.terms.bars == terms.bars:
            return None
        self._state.terms = terms
        return Finding(terms, "began")
