"""What was run already: one JSON line for each cell, so that a stopped run goes on."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec

from benchmarks.selection.arms import ARMS
from benchmarks.selection.cell import Cell
from benchmarks.selection.outcome import Outcome
from benchmarks.selection.run import run

Outcomes = dict[Cell, Outcome]


class _Line(msgspec.Struct):
    cell: Cell
    outcome: Outcome


def _run(cell: Cell) -> Outcome:
    if ARMS[cell.arm].kind == "skactiveml":
        from benchmarks.selection.skactiveml import unchecked

        unchecked()
    return run(cell)


class Cache:
    """Outcomes of cells, in memory and in a file of a folder.

    Parameters
    ----------
    folder
        Holds `outcomes.jsonl`. It knows nothing of the code that made them: delete it
        when that changed. None keeps nothing.
    """

    def __init__(self, folder: Path | None, workers: int) -> None:
        self._path = None if folder is None else folder / "outcomes.jsonl"
        self._workers = workers
        self.outcomes: Outcomes = {}
        if self._path is not None and self._path.exists():
            decoder = msgspec.json.Decoder(_Line)
            for text in self._path.read_bytes().splitlines():
                line = decoder.decode(text)
                self.outcomes[line.cell] = line.outcome

    def run(self, cells: Iterable[Cell]) -> Outcomes:
        """Return the outcomes of cells, running those that are not known."""
        wanted = list(cells)
        missing = sorted({cell.same() for cell in wanted} - self.outcomes.keys())
        if self._workers == 1:
            for cell in missing:
                self._keep(cell, _run(cell))
        elif missing:
            self._run_all(missing)
        return {cell: self.outcomes[cell.same()] for cell in wanted}

    def _run_all(self, missing: list[Cell]) -> None:
        with ProcessPoolExecutor(self._workers) as pool:
            running = {pool.submit(_run, cell): cell for cell in missing}
            for done in as_completed(running):
                self._keep(running[done], done.result())

    def _keep(self, cell: Cell, outcome: Outcome) -> None:
        self.outcomes[cell] = outcome
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as out:
                out.write(msgspec.json.encode(_Line(cell, outcome)) + b"\n")
