"""Which thresholds uniform labels speak for, and how well."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from streamal.core.evidence import evidence, wilson

Floats = NDArray[np.float64]


class Rules(NamedTuple):
    """Standard errors that hold a threshold and that make it worth audits; log of 1/δ."""

    holds: float
    tries: float
    needed: float


class Found(NamedTuple):
    """What the thresholds are worth.

    Parameters
    ----------
    earned
        The lowest with evidence enough; None: there is none.
    holds
        Whether the last of them may be held.
    start
        The lowest that may yet reach the target; None: none does.
    best
        Labels and errors of the one that is nearest to a certificate.
    """

    earned: float | None
    holds: bool
    start: float | None
    best: tuple[int, int]


class Book(Protocol):
    """What remembers uniform labels."""

    def add(self, confidence: float, drawn_from: float, right: bool, label: int) -> None:
        """Take in a label."""

    def grid(self) -> Floats:
        """Return the thresholds to judge, lowest first."""

    def counts(self, bars: Floats) -> tuple[Floats, Floats]:
        """Return the labels that speak for each threshold, and the errors among them."""

    def by_class(self) -> Mapping[int, "Book"]:
        """Return the labels of each predicted class that has enough, by its place."""

    def part(self, start: float, low: float, high: float) -> float:
        """Return which part of what lies between two confidences lies from `start` on."""

    def clear(self, keep: int = 0) -> None:
        """Forget all but the newest, where they are known."""

    def save(self) -> bytes:
        """Return what a new one goes on from."""


def judge(book: Book, bar: float, target: float, asked: float, rules: Rules) -> Found:
    """Judge the thresholds that a book offers, and the one in force, or infinite.

    Parameters
    ----------
    target
        The precision that is promised.
    asked
        The precision to ask for, so that the promise comes true over all.
    """
    bars = np.append(book.grid(), bar)
    if len(bars) < 2:
        return Found(None, False, None, (0, 0))
    n, e = book.counts(bars)
    found = evidence(n, e, asked)
    lower, _ = wilson(n - e, n, rules.holds)
    _, upper = wilson(n - e, n, rules.tries)
    earned, tries = found[:-1] >= rules.needed, upper[:-1] >= target
    best = int(found[:-1].argmax())
    return Found(
        float(bars[earned.argmax()]) if earned.any() else None,
        bool(n[-1] > 0 and lower[-1] >= asked),
        float(bars[tries.argmax()]) if tries.any() else None,
        (int(n[best]), int(e[best])),
    )
