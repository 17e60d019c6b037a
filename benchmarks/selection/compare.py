"""Outcomes looked up and compared in pairs."""

from collections.abc import Callable, Iterable

import msgspec

from benchmarks.selection.arms import DEFAULT, FULL, RANDOM
from benchmarks.selection.cache import Outcomes
from benchmarks.selection.cell import Cell
from benchmarks.selection.grid import at_its_spend, own
from benchmarks.selection.outcome import Outcome
from benchmarks.selection.paired import Interval, paired

Figure = Callable[[Outcome], float]


def accuracy(outcome: Outcome) -> float:
    """Return prequential accuracy over all rows."""
    return outcome.accuracy[0]


def balanced(outcome: Outcome) -> float:
    """Return balanced accuracy."""
    return outcome.balanced


def kappa(outcome: Outcome) -> float:
    """Return Cohen's kappa."""
    return outcome.kappa


def late(delay: int) -> Figure:
    """Return accuracy over the rows after the first answers could have come."""
    return lambda outcome: outcome.accuracy[(0, 100, 1_000).index(delay)]


class Comparison:
    """All outcomes, and differences between runs on the same stream, model and seed."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def of(self, cell: Cell) -> Outcome:
        """Return a cell's outcome."""
        return self._outcomes[cell]

    def mean(self, cells: Iterable[Cell], figure: Figure = accuracy) -> Interval:
        """Return a figure's mean over streams."""
        return paired((cell.stream, figure(self.of(cell))) for cell in cells)

    def against(
        self, cells: Iterable[Cell], other: Callable[[Cell], Cell], figure: Figure = accuracy
    ) -> Interval:
        """Return by how much cells are above another run each."""
        return paired(
            (cell.stream, figure(self.of(cell)) - figure(self.of(other(cell)))) for cell in cells
        )

    def above_random(self, cells: Iterable[Cell], figure: Figure = accuracy) -> Interval:
        """Return by how much they are above random at the same budget."""
        return self.against(cells, random_beside, figure)

    def lead(self, cells: Iterable[Cell]) -> Interval:
        """Return by how much ours at the same budget is above rivals."""
        return paired(
            (cell.stream, accuracy(self.of(own(cell))) - accuracy(self.of(cell))) for cell in cells
        )

    def lead_at_its_spend(self, cells: Iterable[Cell], figure: Figure = accuracy) -> Interval:
        """Return by how much ours with no more labels than each rival spent is above it."""
        return paired(
            (cell.stream, figure(self.of(self.matched(cell))) - figure(self.of(cell)))
            for cell in cells
        )

    def matched(self, cell: Cell) -> Cell:
        """Return ours with no more labels than a rival spent."""
        return at_its_spend(cell, self.of(cell))


def random_beside(cell: Cell) -> Cell:
    """Return random where ours was."""
    return msgspec.structs.replace(cell, arm=RANDOM)


def full_beside(cell: Cell) -> Cell:
    """Return all labels where ours was; they always come."""
    return msgspec.structs.replace(cell, arm=FULL, seed=0, never=0.0)


def of_arm(cells: Iterable[Cell], arm: str = DEFAULT, **fixed: object) -> list[Cell]:
    """Return the cells of an arm with given fields.

    Examples
    --------
    >>> cells = [Cell("s", "tree", DEFAULT, budget, 100) for budget in (0.1, 0.02)]
    >>> [cell.budget for cell in of_arm(cells, budget=0.02)]
    [0.02]
    """
    return [
        cell
        for cell in cells
        if cell.arm == arm and all(getattr(cell, name) == value for name, value in fixed.items())
    ]


def arms_of(cells: Iterable[Cell]) -> list[str]:
    """Return the arms of cells, each once, in their order."""
    return list(dict.fromkeys(cell.arm for cell in cells))
