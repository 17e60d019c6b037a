"""Keeps the score of one run, row by row."""

from itertools import pairwise

from benchmarks.selection.contender import Step
from benchmarks.selection.outcome import BLOCKS, STARTS, Outcome
from benchmarks.selection.stream import Stream
from streamal.lab.scores import Confusion


class Score:
    """Counts predictions and requests.

    Examples
    --------
    >>> found = Stream("s", [{"x": 1.0}] * 2, ["a", "b"])
    >>> score = Score(found, rate=0.1, burst=0)
    >>> score.add(0, Step(None, asks=True))
    >>> score.add(1, Step("b", asks=False))
    >>> outcome = score.outcome(seconds=0.0)
    >>> outcome.accuracy[0], outcome.spent, outcome.over_line
    (0.5, 1, 0.9)
    """

    def __init__(self, found: Stream, rate: float, burst: float) -> None:
        self._stream = found
        self._rate = rate
        self._burst = burst
        self._rare = found.rarest
        self._unseen = set(found.classes)
        self._confusion = Confusion()
        self._right: list[int] = []
        self._spent = self._junk = self._rare_asked = 0
        self._first = self._found = -1
        self._over = 0.0

    def add(self, number: int, step: Step) -> None:
        """Count one row."""
        truth = self._stream.labels[number]
        if truth is not None:
            self._confusion.add(truth, step.label)
            self._right.append(int(step.label == truth))
        if step.asks:
            self._ask(number, truth)
        self._over = max(self._over, self._spent - self._rate * (number + 1))

    def _ask(self, number: int, truth: str | None) -> None:
        self._spent += 1
        self._first = number if self._first < 0 else self._first
        if truth is None:
            self._junk += 1
            return
        self._rare_asked += truth == self._rare[0]
        self._unseen.discard(truth)
        if not self._unseen and self._found < 0:
            self._found = self._spent

    def outcome(self, seconds: float) -> Outcome:
        """Return the figures."""
        rows, asked = len(self._stream.rows), max(self._spent, 1)
        return Outcome(
            rows=rows,
            accuracy=[_share(self._right[start:]) for start in STARTS],
            balanced=self._confusion.balanced_accuracy() or 0.0,
            kappa=self._confusion.kappa() or 0.0,
            spent=self._spent,
            allowed=self._rate * rows,
            over_line=round(self._over, 6),
            over_burst=round(max(0.0, self._over - self._burst), 6),
            junk=self._junk / asked,
            junk_share=self._stream.labels.count(None) / rows,
            rare=self._rare_asked / asked,
            rare_share=self._rare[1],
            first=self._first,
            found=self._found,
            micros=round(seconds / rows * 1e6, 3),
            blocks=self._blocks(),
        )

    def _blocks(self) -> list[float]:
        cuts = [len(self._right) * at // BLOCKS for at in range(BLOCKS + 1)]
        return [_share(self._right[low:high]) for low, high in pairwise(cuts)]


def _share(right: list[int]) -> float:
    return round(sum(right) / len(right), 6) if right else 0.0
