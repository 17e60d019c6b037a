"""What the stop rule `no_gain` saves, and what it costs, with learning curves for docs/stopping.md.

Each run is a simulation with the rule and one without it, on the same rows and draws.
Rows come as they are in the file, or shuffled anew with each seed: there the rule's
assumption, that the stream stays as it is, is true. `make bench BENCH=stopping DATA=DIR`
prints the tables, `ARGS=--write` puts them and the curves into docs, `ARGS=--seeds=N`
takes so many. Exits 1 where a gate is not met.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any, NamedTuple

import msgspec

from benchmarks.report import machine, table
from benchmarks.streams import streams
from streamal.app.plans import Table, simulation_of
from streamal.core.arbiter import Arbiter
from streamal.core.records import Candidate, Decision, Request
from streamal.core.updates import Stop
from streamal.lab.row import Row
from streamal.lab.study import Study
from streamal.runtime.observer import Disposed, Scored, Silent
from streamal.settings import load

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, CURVES = DOCS / "stopping.md", DOCS / "stopping"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BLOCKS, SEEDS, ROWS = 16, 10, 8_000


class Case(NamedTuple):
    """A stream, the budget, and whether its rows are shuffled."""

    stream: str
    budget: str
    is_shuffled: bool = False

    @property
    def name(self) -> str:
        """What the table says."""
        return f"{self.stream}, {'shuffled' if self.is_shuffled else 'as it comes'}"


GATED = (Case("depresjon_day", "0.5", True), Case("depresjon_day", "1.0", True))
CASES = (
    Case("depresjon_day", "0.3", True),
    *GATED,
    Case("depresjon_day", "0.5"),
    *(Case(name, "0.1") for name in ("phishing", "sms_spam", "elec2", "insects_abrupt")),
)


class Rows:
    """The first rows of a table, in their order or in one that a seed gives."""

    def __init__(self, table: Table, seed: int | None) -> None:
        self._rows = list(islice(table, ROWS))
        if seed is not None:
            Random(seed).shuffle(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._rows)


class Outcome(msgspec.Struct):
    """One run: of each row whether it was right and whether it was asked, and the stops."""

    right: list[bool]
    asked: list[bool]
    stops: list[Stop]

    @property
    def accuracy(self) -> float:
        """Of all rows, in percent."""
        return 100 * fmean(self.right)

    @property
    def labels(self) -> int:
        """How many were asked for."""
        return sum(self.asked)

    def curve(self) -> tuple[list[float], list[float]]:
        """Return the labels asked for, and the accuracy in percent, of each block of rows."""
        size = max(1, len(self.right) // BLOCKS)
        starts = [at * size for at in range(BLOCKS)]
        labels = [float(sum(self.asked[: at + size // 2])) for at in starts]
        return labels, [100 * fmean(self.right[at : at + size]) for at in starts]


class Witness(Silent):
    """Notes what became of each row."""

    def __init__(self, rows: Rows) -> None:
        self._truth = [row.label for row in rows]
        count = rows.count()
        self.outcome = Outcome([False] * count, [False] * count, [])

    def scored(self, batch: Scored) -> None:
        """Note what scorers decided."""
        for one in batch.routed:
            self._note(one)

    def disposed(self, arbiter: Arbiter, done: Disposed) -> None:
        """Note what the arbiter asked about, and where it stopped."""
        for one in done.out:
            if isinstance(one, Request):
                self.outcome.asked[one.source.offset] = True
            elif isinstance(one, Stop):
                self.outcome.stops.append(one)

    def _note(self, one: Candidate | Decision) -> None:
        at = one.source.offset
        self.outcome.right[at] = one.label == self._truth[at]


class Pair(NamedTuple):
    """The same seed without the rule and with it."""

    without: Outcome
    stopped: Outcome

    @property
    def cost(self) -> float:
        """Points of accuracy that the stop cost."""
        return self.without.accuracy - self.stopped.accuracy

    @property
    def first(self) -> Stop | None:
        """The first stop."""
        return next(iter(self.stopped.stops), None)


def run(case: Case, seed: int, is_stopping: bool) -> Outcome:
    """Simulate one seed of a case."""
    rows = Rows(streams()[case.stream](), seed if case.is_shuffled else None)
    settings = load(None, {}, {"model.seed": seed, "stop.no_gain": is_stopping})
    witness = Witness(rows)
    simulation_of(settings, {}, rows, Study(case.budget), observer=witness)
    return witness.outcome


HEAD = (
    "stream, rows",
    "budget",
    "seeds that stopped",
    "labels at the stop",
    "at sample",
    "went on again",
    "labels spent, without the rule",
    "accuracy without",
    "with",
    "cost, points (worst)",
)


def line(case: Case, pairs: Sequence[Pair]) -> list[str]:
    """Return a case's line of the table; what is not a count is a mean over seeds."""
    stops = [pair.first for pair in pairs if pair.first is not None]
    again = sum(any(stop.rule is None for stop in pair.stopped.stops) for pair in pairs)
    return [
        case.name,
        case.budget,
        f"{len(stops)} of {len(pairs)}",
        _mean([stop.saw["labels"] for stop in stops]),
        _mean([float(stop.ledger.n) for stop in stops]),
        str(again),
        ", ".join(f"{fmean(found):.0f}" for found in _spent(pairs)),
        f"{fmean(pair.without.accuracy for pair in pairs):.1f}",
        f"{fmean(pair.stopped.accuracy for pair in pairs):.1f}",
        f"{fmean(p.cost for p in pairs):+.1f} ({max(p.cost for p in pairs):+.1f})",
    ]


def _spent(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    return [pair.stopped.labels for pair in pairs], [pair.without.labels for pair in pairs]


def _mean(found: Sequence[float]) -> str:
    return f"{fmean(found):.0f}" if found else ""


def gates(case: Case, pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield what was to be shown of a case, and whether it is."""
    early = sum(pair.stopped.labels < pair.without.labels for pair in pairs)
    cost = fmean(pair.cost for pair in pairs)
    for said, is_met in (
        (
            f"stops before all labels are spent on most seeds: {early} of {len(pairs)}",
            2 * early > len(pairs),
        ),
        (f"costs at most 1 point: {cost:+.1f}", cost <= 1.0),
    ):
        yield f"- {case.name}, budget {case.budget}: {said}: **{'met' if is_met else 'not met'}**"


def draw(case: Case, pairs: Sequence[Pair]) -> Path:
    """Draw the mean learning curve, each seed's stop marked, and the curve with the rule."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "stopping", "font.size": 9})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5.2, 3.2), layout="constrained")
    labels, heights = _curve([pair.without for pair in pairs])
    axes.plot(labels, heights, color="#111111", linewidth=1.2, label="without a stop")
    axes.plot(*_curve([pair.stopped for pair in pairs]), color="#0b6e4f", label="with no_gain")
    stops = [pair.first.saw["labels"] for pair in pairs if pair.first is not None]
    at = [_height(one, labels, heights) for one in stops]
    axes.plot(stops, at, "o", color="#c1666b", markersize=5, label="stop, each seed")
    axes.set_xlabel("labels asked for")
    axes.set_ylabel("accuracy in that part of the stream, %")
    axes.set_title(f"{case.name}, budget {case.budget}: mean of {len(pairs)} seeds")
    axes.legend(frameon=False)
    path = CURVES / f"{case.stream}-{case.budget}{'-shuffled' if case.is_shuffled else ''}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return path


def _curve(outcomes: Sequence[Outcome]) -> tuple[list[float], list[float]]:
    curves: Any = [one.curve() for one in outcomes]
    return tuple(  # type: ignore[return-value]
        [fmean(curve[axis][at] for curve in curves) for at in range(BLOCKS)] for axis in (0, 1)
    )


def _height(at: float, labels: Sequence[float], heights: Sequence[float]) -> float:
    """Return where a curve is at so many labels, along a straight line between its points."""
    for (left, low), (right, high) in zip(
        zip(labels, heights, strict=True), zip(labels[1:], heights[1:], strict=True), strict=False
    ):
        if left <= at <= right and right > left:
            return low + (high - low) * (at - left) / (right - left)
    return heights[-1]


def report(seeds: int, is_writing: bool) -> Iterator[str]:
    """Yield the table, the gates and where and when it ran."""
    rows, told = [], list[str]()
    for case in CASES:
        pairs = [Pair(run(case, s, False), run(case, s, True)) for s in range(seeds)]
        rows.append(line(case, pairs))
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
        told += gates(case, pairs) if case in GATED else ()
        if is_writing:
            draw(case, pairs)
    yield table(HEAD, rows)
    yield ""
    yield from told
    yield ""
    yield f"`linear`, margin rank, {seeds} seeds, the first {ROWS:,} rows; {machine().strip()}."


def write(lines: Sequence[str]) -> None:
    """Put the figures between the markers of docs/stopping.md."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text("\n".join([head + BEGIN, *lines, END + tail]), encoding="utf-8")


def main(arguments: Sequence[str] = ()) -> int:
    """Print the figures; with `--write` put them and the curves into docs."""
    given = list(arguments) or sys.argv[1:]
    seeds = next((int(one.partition("=")[2]) for one in given if "--seeds=" in one), SEEDS)
    lines = list(report(seeds, "--write" in given))
    print("\n".join(lines))
    if "--write" in given:
        write(lines)
    return int(any("not met" in one for one in lines))


if __name__ == "__main__":
    sys.exit(main())
