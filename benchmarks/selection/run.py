"""Runs one cell: rows in order, labels late, some never."""

from collections import deque

from msgspec.structs import replace

from benchmarks.selection.arms import ARMS, HEAD, Arm
from benchmarks.selection.cell import Cell
from benchmarks.selection.contender import Choice, Chosen, Contender, Everything, Predictor
from benchmarks.selection.matrix import matrix
from benchmarks.selection.model import made
from benchmarks.selection.outcome import Outcome
from benchmarks.selection.product import Product
from benchmarks.selection.score import Score
from benchmarks.selection.simulated import simulate
from benchmarks.selection.stream import Stream, stream
from streamal.core.draw import draws


def run(cell: Cell) -> Outcome:
    """Return what a cell shows. Nothing but the times differs from run to run."""
    found = stream(cell.stream, cell.rows, cell.junk, cell.seed if cell.junk else 0)
    arm = ARMS[cell.arm]
    score = Score(found, cell.budget, cell.burst)
    if arm.simulated:
        excess = simulate(cell, found, arm.settings, score)
        return replace(score.outcome(seconds=0.0), over_burst=excess)
    contender = entered(cell, found)
    never = draws(cell.seed, "never")
    due: deque[tuple[int, int]] = deque()
    for number in range(len(found.rows)):
        _deliver(contender, found, due, number)
        step = contender.step(number)
        score.add(number, step)
        if step.asks and never(str(number)) >= cell.never:
            due.append((number + 1 + cell.delay, number))
    return score.outcome(contender.seconds)


def _deliver(contender: Contender, found: Stream, due: deque[tuple[int, int]], number: int) -> None:
    while due and due[0][0] <= number:
        _, asked = due.popleft()
        contender.teach(asked, found.labels[asked])


def entered(cell: Cell, found: Stream) -> Contender:
    """Return a contender at the start of a stream."""
    arm = ARMS[cell.arm]
    if arm.kind == "ours":
        budget = {"rate": cell.budget, "burst": cell.burst}
        return Product(found.rows, arm.settings, cell.model, budget, cell.seed)
    predictor = Predictor(made(cell.model, cell.seed), found.rows, cell.model)
    choice = _choice(arm, cell, predictor, found)
    return Chosen(predictor, choice, HEAD if arm.warm else 0)


def _choice(arm: Arm, cell: Cell, predictor: Predictor, found: Stream) -> Choice:
    if arm.kind == "all":
        return Everything()
    if arm.kind == "river":
        from benchmarks.selection.entropy import Entropy

        return Entropy(arm.discount, cell.seed)
    # Imported late: it takes seconds, and our own arms need none of it.
    from benchmarks.selection.skactiveml import Skactiveml

    rows = matrix(cell.stream, cell.rows, cell.junk, cell.seed if cell.junk else 0)
    return Skactiveml(arm.strategy, predictor, rows, found.classes, cell.budget, cell.seed)
