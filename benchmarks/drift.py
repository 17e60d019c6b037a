"""Recovery from labels that are swapped, with and without what watches for drift; false alarms.

    make bench BENCH=drift                       # bundled streams
    DATA=DIR python -m benchmarks.drift          # NAME.csv.gz with a column `label`
    python -m benchmarks.drift linear tree       # some presets

The two labels of a binary stream are swapped at half of its rows. Each service is asked
to promise a precision of .95 at 10 % of the labels; one has `drift: off`. It has
recovered at the first row from which on 300 rows are as accurate, to 2 points, as the
1,000 before the swap. Each detector is also tried alone on the examples of the service
without drift, and on those of the same streams as they are.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from statistics import median
from typing import NamedTuple

from msgspec.structs import replace

from benchmarks.report import machine, table
from benchmarks.streams import Open, streams
from streamal.app import plan_of
from streamal.brokers.memory import MemoryBroker
from streamal.core.arbiter import Arbiter
from streamal.core.drifting import LABEL_FREE, ON_ERRORS, Alarm, DriftSpec
from streamal.core.updates import Drift, Example, Takeover
from streamal.lab.row import Row
from streamal.lab.scoreboard import Line
from streamal.lab.simulate import Clock, Simulation
from streamal.learners.model import Model
from streamal.runtime.observer import Disposed, Silent
from streamal.runtime.onset import Onset
from streamal.runtime.vigil import Vigil
from streamal.settings import Settings

ROWS = 8_000
PRESETS = ("linear", "bayes", "tree", "ensemble")
BEFORE, AFTER, POINTS = 1_000, 300, 0.02
NEVER = float("inf")
HEAD = (
    "stream, preset",
    "accuracy before",
    "rows to recover: without",
    "with",
    "labels: without",
    "with",
    "alarm after",
    "taken over after",
)
DETECTOR_HEAD = ("detector", "found", "rows to the alarm, median", "false alarms in 50,000 rows")


class Told(Silent):
    """Keeps what the arbiter wrote."""

    def __init__(self) -> None:
        self.examples: list[Example] = []
        self.found: list[Drift | Takeover] = []

    def disposed(self, arbiter: Arbiter, disposed: Disposed) -> None:
        """Take in a batch."""
        self.examples += [one for one in disposed.out if isinstance(one, Example)]
        self.found += [one for one in disposed.out if isinstance(one, Drift | Takeover)]


class Run(NamedTuple):
    """One service over one stream."""

    right: list[bool]
    labels: int
    told: Told
    model: Model


class Cell(NamedTuple):
    """A stream and a preset: the swapped stream without and with drift, and as it is."""

    name: str
    half: int
    without: Run
    watched: Run
    steady: Run


def swapped(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with their two labels swapped from half of them on."""
    one, other = sorted({row.label for row in rows if row.label is not None})
    names, half = {one: other, other: one}, len(rows) // 2
    return [
        replace(row, label=names.get(row.label or "")) if place >= half else row
        for place, row in enumerate(rows)
    ]


def run(rows: Sequence[Row], preset: str, drift: str | None) -> Run:
    """Simulate a service."""
    sections = {"model": {"preset": preset}, "auto_label": {"target_precision": 0.95}}
    settings = Settings.model_validate({**sections, **({"drift": drift} if drift else {})})
    clock, told, lines = Clock(), Told(), list[Line]()
    plan = plan_of(settings, {}, observer=told)
    with closing(MemoryBroker(clock)) as broker:
        simulation = Simulation(broker, clock, plan, rows, write=lines.append)
        simulation.run()
    right = [line["label"] == row.label for line, row in zip(lines, rows, strict=True)]
    labels = sum(line["route"] == "request" for line in lines)
    return Run(right, labels, told, simulation.worker.follower.replica.model)


def recovered(right: Sequence[bool], half: int) -> float:
    """Return the rows from the swap until it is as accurate as before."""
    bar = sum(right[half - BEFORE : half]) / BEFORE - POINTS
    starts = range(half, len(right) - AFTER + 1)
    return next((i - half for i in starts if sum(right[i : i + AFTER]) / AFTER >= bar), NEVER)


def alarms(detector: str, found: Run) -> list[int]:
    """Return the rows at which a detector alone raises an alarm over a service's examples."""
    vigil, onset, raised = Vigil(DriftSpec((detector,)), 7), Onset(), list[int]()
    for one in found.told.examples:
        seen = onset.see(one)
        if seen is not None:
            vigil.see(one, seen, found.model)
        if isinstance(vigil.alarm, Alarm):
            raised.append(one.source.offset)
            onset.reset()
            vigil.reset()
    return raised


def cells(opened: dict[str, Open], presets: Sequence[str]) -> Iterator[Cell]:
    """Yield each binary stream with each preset."""
    for name, open_stream in opened.items():
        rows = list(islice(open_stream(), ROWS))
        if len(rows) < 4 * BEFORE or len({row.label for row in rows}) != 2:
            continue
        changed, half = swapped(rows), len(rows) // 2
        for preset in presets:
            without, watched = run(changed, preset, "off"), run(changed, preset, None)
            yield Cell(f"{name}, {preset}", half, without, watched, run(rows, preset, "off"))


def row_of(cell: Cell) -> tuple[str, ...]:
    """Return a cell's row of the first table."""
    half, told = cell.half, cell.watched.told.found
    before = sum(cell.without.right[half - BEFORE : half]) / BEFORE
    since = [one.ledger.n - half for one in told if isinstance(one, Drift)]
    taken = [one.ledger.n - half for one in told if isinstance(one, Takeover) and one.taken]
    return (
        cell.name,
        f"{before:.3f}",
        *(_rows(recovered(one.right, half)) for one in (cell.without, cell.watched)),
        *(f"{one.labels}" for one in (cell.without, cell.watched)),
        *(_rows(next((n for n in all_ if n >= 0), NEVER)) for all_ in (since, taken)),
    )


def _rows(count: float) -> str:
    return "–" if count == NEVER else f"{count:.0f}"


def detector_row(name: str, found: Sequence[Cell]) -> tuple[str, ...]:
    """Return a detector's row of the second table."""
    delays = [
        next((at - cell.half for at in alarms(name, cell.without) if at >= cell.half), NEVER)
        for cell in found
    ]
    false = sum(len(alarms(name, cell.steady)) for cell in found)
    rows = sum(len(cell.steady.right) for cell in found)
    seen = sum(delay < NEVER for delay in delays)
    rate = 50_000 * false / rows
    return f"`{name}`", f"{seen} of {len(found)}", _rows(median(delays)), f"{rate:.1f}"


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    found, rows = list[Cell](), list[tuple[str, ...]]()
    for cell in cells(streams(), arguments or PRESETS):
        found.append(cell)
        rows.append(row_of(cell))
        print("\t".join(rows[-1]), file=sys.stderr, flush=True)
    print(table(HEAD, rows))
    ratios = [_ratio(cell) for cell in found]
    print(f"\nRows to recover with drift, of those without: median {median(ratios):.2f}\n")
    names = (*ON_ERRORS, *LABEL_FREE)
    print(table(DETECTOR_HEAD, [detector_row(name, found) for name in names]))
    print(f"\n{machine()}")


def _ratio(cell: Cell) -> float:
    """Return with over without; who never recovers is given all the rows that there were."""
    most = len(cell.without.right) - cell.half
    one, other = (
        min(recovered(run.right, cell.half), most) for run in (cell.watched, cell.without)
    )
    return one / max(1, other)


if __name__ == "__main__":
    main(sys.argv[1:])
