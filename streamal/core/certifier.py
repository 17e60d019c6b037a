"""The certificate: the lowest threshold at which audits are evidence enough.

Each uniform label is a keyed coin's draw among what is as confident as `drawn_from`, so
it speaks for every threshold from there up to its own confidence. What is evidence, what
holds a certificate and what makes up for past errors is in docs/guarantees.md.
"""

from collections.abc import Sequence
from math import inf, log
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from streamal.core.audits import Audits, rounded
from streamal.core.breaker import Breaker
from streamal.core.estimate import bin_of, bounds_of
from streamal.core.evidence import missing, surplus_target, wilson
from streamal.core.prediction import BINS
from streamal.core.scores import Scores
from streamal.core.tally import BARS, Tally
from streamal.core.target import TargetSpec
from streamal.core.terms import EVERY, Terms
from streamal.core.thresholds import Book, Found, Rules, judge

WINDOW = 400
"""Uniform labels that are evidence: the last ones, for streams drift."""

DELTA = 0.1
"""How often the evidence for one threshold may be chance."""

HOLDS, TRIES = 1.0, 1.0
"""Standard errors: a certificate is held while its lower bound reaches the target, and a
threshold is worth audits while its upper bound does."""

CAPACITY, BEGINS = 20.0, 5.0
"""Audits that may be saved up, and those to begin with."""

LEAST_MASS = 0.02
"""Part of the samples among which audits are spread, at least."""

ALERT, URGENCY = 8, 8.0
"""After an error in force so many audits are drawn so many times as often."""

NEWEST = 100
"""Labels that stay evidence after an alarm: where nothing changed they certify again at once."""

WIDER = 1.05
"""By so much more has another threshold to label, to take the place of one that is held."""

MOVED = 0.25
"""Part by which the coin, or what is audited, moves before scorers are told."""


class Proof(msgspec.Struct, frozen=True):
    """What speaks for the terms now, as on a record of `updates`."""

    audits: int = 0
    errors: int = 0
    lower: float | None = None
    missing: int | None = None


class CertifierState(msgspec.Struct):
    """All that a certifier remembers; counts are of uniform labels in force.

    `window` is that of `Audits`; `target` is what is promised now, None for nothing; `start`
    is from where audits are worth it, which is told when it has moved enough.
    """

    target: float | None = None
    proof: Proof = Proof()
    strict: bool = False
    start: float = 0.0
    window: bytes = b""
    scores: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    terms: Terms = Terms()
    told: bool = False
    audits: int = 0
    right: int = 0
    fortunes: list[float] = msgspec.field(default_factory=lambda: [0.0, 0.0, 0.0])
    level: float = BEGINS
    alert: int = 0
    trips: int = 0


class Finding(NamedTuple):
    """Terms to tell, why, and what speaks for them."""

    terms: Terms
    why: str
    audits: int = 0
    errors: int = 0
    lower: float | None = None
    missing: int | None = None


class Certifier:
    """Earns, holds and loses a certificate.

    Parameters
    ----------
    state
        Changed in place.
    classes
        Their names by their places; may grow.
    """

    def __init__(self, spec: TargetSpec, state: CertifierState, classes: Sequence[str]) -> None:
        self.spec = spec
        self._classes = classes
        self.state = state
        self.scores = Scores(state.scores)
        is_other = (state.target, state.strict) != (spec.precision, spec.strict)
        if is_other:  # what was counted under another promise, or none, proves nothing of this
            state.window, state.audits, state.right = b"", 0, 0
            state.fortunes[:] = [0.0] * len(state.fortunes)
        self.book: Book = Tally(state.window) if spec.strict else Audits(WINDOW, state.window)
        needed = len(BARS) / DELTA if spec.strict else 1.0 / DELTA
        self._parts: dict[float, float] = {}
        self._breaker = Breaker(spec.precision, state.fortunes)
        self._rules = Rules(HOLDS, TRIES, log(needed))
        self._why = ""
        self._changed = not state.told or is_other
        state.target, state.strict = spec.precision, spec.strict
        terms = replace(state.terms, audited={EVERY: state.start})
        self._found = Finding(terms, "audits", *msgspec.structs.astuple(state.proof))

    def see(self, at: int, samples: int, slope: float) -> None:
        """Take in samples of a bin of the score, and the audits that they afford."""
        self.scores.take(at, samples)
        level = self.state.level + samples * slope * self.spec.audit
        self.state.level = min(CAPACITY, level)

    def coin(self, coin: float) -> float:
        """Return the probability of an audit: none while those saved up are spent.

        After an error they are drawn on credit: it is the wrong moment to save.
        """
        least = 1.0 - CAPACITY if self.state.alert else 1.0
        return coin if self.state.level >= least else 0.0

    def pay(self) -> None:
        """Take in that an audit was drawn."""
        self.state.level -= 1.0
        self.state.alert = max(0, self.state.alert - 1)

    def answer(
        self, confidence: float, drawn_from: float, right: bool, label: int, in_force: bool
    ) -> bool:
        """Take in a uniform label; return whether the breaker fires.

        Parameters
        ----------
        drawn_from
            The confidence from which samples were drawn alike.
        label
            The predicted class, by its place among the classes.
        in_force
            Whether the sample would have been labelled.
        """
        self.book.add(confidence, drawn_from, right, label)
        self._change()
        return in_force and self._take_in_force(right)

    def _change(self) -> None:
        self.state.window = self.book.save()
        self._changed = True
        self._parts.clear()

    def _take_in_force(self, right: bool) -> bool:
        state = self.state
        state.audits += 1
        state.right += right
        if not right:
            state.alert = ALERT
        if self._why or not state.terms.bars or not self._breaker.take(right):
            return False
        state.trips += 1
        self.withdraw("breaker")
        return True

    def withdraw(self, why: str, keep: int = 0) -> None:
        """Take the certificate back, and forget what it was earned by, but the newest labels."""
        self.book.clear(keep)
        self._breaker.reset()
        self._why = why
        self._change()

    def due(self, slope: float, version: int) -> Finding | None:
        """Return terms to be told now, if any; `version` would be that of their record."""
        found = self._judged(slope)
        before, state = self.state.terms, self.state
        if found.terms.bars != before.bars and found.terms.bars:
            found = found._replace(terms=replace(found.terms, certificate=version))
        if state.told and not self._is_news(found.terms, before):
            return None
        state.told, state.terms, self._why = True, found.terms, ""
        self._found = found._replace(why="audits")
        return found

    def _is_news(self, now: Terms, before: Terms) -> bool:
        if now.bars != before.bars or self._why:
            return True
        if abs(now.coin - before.coin) > MOVED * before.coin:
            return True
        mass, was = (self.mass(terms.audits_from(EVERY)) for terms in (now, before))
        return abs(mass - was) > MOVED * was

    def _judged(self, slope: float) -> Finding:
        if self._changed:
            found = self._found = self._judge()
            self._changed = False
            self.state.proof = Proof(found.audits, found.errors, found.lower, found.missing)
            self.state.start = found.terms.audits_from(EVERY)
        found = self._found
        coin = self._coin(found.terms.audits_from(EVERY), slope)
        return found._replace(terms=replace(found.terms, coin=coin))

    def _coin(self, start: float, slope: float) -> float:
        coin = self.spec.audit * slope / max(LEAST_MASS, self.mass(start))
        return min(1.0, coin * (URGENCY if self.state.alert else 1.0))

    def mass(self, start: float) -> float:
        """Return the part of the recent samples that are at least so confident."""
        part = self._parts.get(start)
        if part is None:
            part = self._parts[start] = self.book.part(start, *bounds_of(bin_of(start)))
        return self.scores.mass(start, part)

    def _judge(self) -> Finding:
        """Judge each threshold, and keep or choose one; else one for each class that earns it."""
        state, spec = self.state, self.spec
        surplus = state.right - spec.precision * state.audits
        asked = spec.precision if spec.strict else surplus_target(spec.precision, surplus)
        found = judge(self.book, self._bar(EVERY), spec.precision, asked, self._rules)
        start = rounded(self.scores.top(0.1)) if found.start is None else found.start
        chosen = self._chosen(found, self._bar(EVERY))
        bars = self._by_class(asked) if chosen is None else {EVERY: chosen}
        if bars:
            return self._certified(bars, min(start, *bars.values()))
        return self._uncertified(start, found.best, asked)

    def _bar(self, label: str) -> float:
        """Return the threshold in force, infinite where there is none of its own."""
        terms = self.state.terms
        if self._why or terms.certificate is None:
            return inf
        return terms.bars.get(label, inf)

    def _chosen(self, found: Found, bar: float) -> float | None:
        """Hold what is in force, unless another would label clearly more."""
        earned = found.earned
        if self.spec.strict or not found.holds:
            return earned
        is_wider = earned is not None and self.mass(earned) > WIDER * self.mass(bar)
        return earned if is_wider else bar

    def _by_class(self, asked: float) -> dict[str, float]:
        """Return a threshold for each class that earns one by k times the evidence, k classes."""
        books = self.book.by_class()
        rules = self._rules._replace(needed=self._rules.needed + log(max(1, len(books))))
        bars: dict[str, float] = {}
        for at, book in books.items():
            label = self._classes[at]
            if label == EVERY:  # a class of that name could not be told from all others
                continue
            found = judge(book, self._bar(label), self.spec.precision, asked, rules)
            chosen = self._chosen(found, self._bar(label))
            if chosen is not None:
                bars[label] = chosen
        return bars

    def _uncertified(self, start: float, best: tuple[int, int], asked: float) -> Finding:
        lack = missing(*best, asked, self._rules.needed)
        why = self._why or ("lost" if self.state.terms.bars else "audits")
        return Finding(Terms({}, {EVERY: start}), why, *best, None, lack)

    def _certified(self, bars: dict[str, float], start: float) -> Finding:
        before = self.state.terms
        n, e = self._counted(bars)
        lower, _ = wilson(n - e, n, 1.96)
        why = self._why or ("moved" if before.bars else "earned")
        if before.bars == bars and not self._why:
            why = "audits"
        terms = Terms(bars, {EVERY: start}, certificate=before.certificate)
        return Finding(terms, why, int(n), int(e), float(lower))

    def _counted(self, bars: dict[str, float]) -> tuple[float, float]:
        """Return the labels that speak for some thresholds, and the errors among them."""
        books = self.book.by_class()
        found = [
            (self.book if label == EVERY else books[self._classes.index(label)]).counts(
                np.array([bar])
            )
            for label, bar in bars.items()
        ]
        return float(sum(n[0] for n, _ in found)), float(sum(e[0] for _, e in found))
