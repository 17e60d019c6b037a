"""The port of a contender, and what every one but the product itself is built on."""

from collections.abc import Sequence
from time import thread_time
from typing import Protocol

import msgspec

from benchmarks.selection.stream import Features
from streamal.learners.model import Model

AHEAD = {"linear": 8, "text": 8, "bayes": 8}
"""Rows that are predicted at once, where a batch is cheaper; elsewhere one at a time."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """What a contender made of one row: the class it predicted, and whether it asks."""

    label: str | None
    asks: bool


class Contender(Protocol):
    """Decides the rows of a stream in their order; learns what it asked about."""

    @property
    def seconds(self) -> float:
        """Time spent on choosing, without predicting and learning."""

    def step(self, number: int) -> Step:
        """Decide the next row."""

    def teach(self, number: int, label: str | None) -> None:
        """Take an answer: a label, or None where the row was rejected as junk."""


class Predictor:
    """A model over the rows of a stream, a few rows ahead until it learns again."""

    def __init__(self, model: Model, rows: Sequence[Features], preset: str) -> None:
        self.model = model
        self._rows = rows
        self._ahead = AHEAD.get(preset, 1)
        self._known: list[list[float]] = []
        self._from = 0

    def row(self, number: int) -> list[float]:
        """Return the probabilities of the classes learned; empty without an opinion."""
        if not self._from <= number < self._from + len(self._known):
            batch = self._rows[number : number + self._ahead]
            answers = self.model.predict(batch)
            self._from = number
            self._known = [one if isinstance(one, list) else [] for one in answers]
        return self._known[number - self._from]

    def best(self, row: Sequence[float]) -> str | None:
        """Return the class that a row of probabilities predicts."""
        classes = self.model.classes
        if not row:
            return classes[0] if len(classes) == 1 else None
        return classes[row.index(max(row))]

    def learn(self, number: int, label: str) -> None:
        """Learn one row's label."""
        self.model.learn(self._rows[number], label)
        self._known = []


class Choice(Protocol):
    """A way of choosing that knows neither models nor labels."""

    def asks(self, number: int, row: Sequence[float]) -> bool:
        """Decide one row by the probabilities of the classes learned."""

    def learned(self, number: int, label: str) -> None:
        """Note a label that came."""


class Chosen:
    """A model and a way of choosing what to ask about.

    Parameters
    ----------
    head
        So many rows are asked at once, before it is left to the choice: what ours gets
        as a burst.
    """

    def __init__(self, predictor: Predictor, choice: Choice, head: int = 0) -> None:
        self._predictor = predictor
        self._choice = choice
        self._head = head
        self.seconds = 0.0

    def step(self, number: int) -> Step:
        """Decide the next row."""
        row = self._predictor.row(number)
        label = self._predictor.best(row)
        if number < self._head:
            return Step(label, asks=True)
        began = thread_time()
        asks = self._choice.asks(number, row)
        self.seconds += thread_time() - began
        return Step(label, asks)

    def teach(self, number: int, label: str | None) -> None:
        """Learn a label; junk teaches nothing."""
        if label is not None:
            self._predictor.learn(number, label)
            self._choice.learned(number, label)


class Everything:
    """Asks about every row: what a model can get at all."""

    def asks(self, number: int, row: Sequence[float]) -> bool:
        return True

    def learned(self, number: int, label: str) -> None:
        pass
