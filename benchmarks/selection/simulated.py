"""The product as `streamal simulate` runs it: for what decides later than at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks.selection.cell import Cell
from benchmarks.selection.contender import Step
from benchmarks.selection.model import section
from benchmarks.selection.score import Score
from benchmarks.selection.stream import Stream
from streamal.app import simulation_of
from streamal.lab.row import Row
from streamal.lab.study import Study
from streamal.settings import load


class _Table:
    """A stream in memory as a table; its junk has no label."""

    columns: Mapping[str, str] = {}

    def __init__(self, found: Stream) -> None:
        self._stream = found
        self.name = found.name

    def __iter__(self) -> Iterator[Row]:
        pairs = zip(self._stream.rows, self._stream.labels, strict=True)
        for number, (row, label) in enumerate(pairs):
            yield Row(number, f"{self.name}-{number}", row, label)

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._stream.rows)


def simulate(cell: Cell, found: Stream, settings: Mapping[str, Any], score: Score) -> float:
    """Run a stream through a service in memory; count its decisions row by row.

    Returns the worst prefix excess as the ledger's clock has it: a request is charged when
    it is decided, which may be some rows after its own.
    """
    model = {f"model.{name}": value for name, value in section(cell.model).items()}
    made = load(None, {}, {"model.seed": cell.seed, "auto_label": "off", **model, **settings})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.jsonl"
        study = Study(str(float(cell.budget)), cell.burst, cell.delay, cell.never, decisions=path)
        report = simulation_of(made, {}, _Table(found), study)
        lines = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    for line in sorted(lines, key=lambda line: int(line["row"])):
        score.add(line["row"], Step(line.get("label"), line["route"] == "request"))
    return float(report["labels"]["worst_prefix_excess"])
