"""MOA's ALUncertainty with MOA's own Hoeffding tree: another model, so a table apart.

Its classes cannot be handed our probabilities without a bridge, so it runs its own task
for active learning on the same rows. It needs Java and Maven, which fetches MOA once.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.report import table
from benchmarks.selection.arms import DEFAULT
from benchmarks.selection.cache import Cache
from benchmarks.selection.cell import Cell
from benchmarks.selection.grid import Size, at_its_spend
from benchmarks.selection.paired import paired
from benchmarks.selection.run import run
from benchmarks.selection.stream import Stream, stream

POM = Path(__file__).with_name("moa.xml")
STRATEGIES = ("FixedUncertainty", "VarUncertainty", "RandVarUncertainty")
BUDGET = 0.1
EVERY = 100
"""Rows between two looks at what was spent."""
SECONDS = 600.0


class Run(msgspec.Struct, frozen=True):
    """What MOA showed: accuracy in [0, 1], labels, the worst prefix above rate * n."""

    accuracy: float
    spent: int
    over_line: float


def jars(folder: Path) -> Path | None:
    """Return a folder with MOA's jars, filled by Maven once; None without Java or Maven."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        return None
    if not any(folder.glob("moa-*.jar")):
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={folder.resolve()}"]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return folder


def compared(size: Size, folder: Path, cache: Cache) -> str:
    """Return a row for each strategy: MOA, and ours on preset `tree` with no more labels."""
    found = []
    for name, strategy in product(size.tabular, STRATEGIES):
        theirs = moa(stream(name, size.rows), strategy, folder)
        outcome = run(Cell(name, "tree", DEFAULT, 1e-6, size.rows, burst=1))
        spent = msgspec.structs.replace(outcome, spent=theirs.spent)
        cell = at_its_spend(Cell(name, "tree", DEFAULT, BUDGET, size.rows), spent)
        found.append((strategy, name, theirs, cache.run([cell])[cell].accuracy[0]))
    return table(HEAD, [_row(strategy, found, size.rows) for strategy in STRATEGIES])


HEAD = ("MOA: ALUncertainty -d", "labels / rate·n, most", "worst prefix over rate·n",
        "ours (`tree`), no more labels, above it", "worst stream")  # fmt: skip


def _row(strategy: str, found: Sequence[tuple[str, str, Run, float]], rows: int) -> Sequence[str]:
    here = [one for one in found if one[0] == strategy]
    lead = paired((name, ours - theirs.accuracy) for _, name, theirs, ours in here)
    most = max(
        theirs.spent / (BUDGET * len(stream(name, rows).rows)) for _, name, theirs, _ in here
    )
    over = max(theirs.over_line for _, _, theirs, _ in here)
    return strategy, f"{100 * most:.0f} %", f"{over:.1f}", lead.points(), lead.worst()


def moa(found: Stream, strategy: str, folder: Path) -> Run:
    """Run one strategy on a stream."""
    with TemporaryDirectory() as place:
        rows, out = Path(place) / "rows.arff", Path(place) / "out.csv"
        rows.write_text("\n".join(arff(found)) + "\n", encoding="utf-8")
        learner = f"(ALUncertainty -l trees.HoeffdingTree -b {BUDGET} -d {strategy})"
        task = f"ALPrequentialEvaluationTask -l {learner} -s (ArffFileStream -f {rows})"
        task += f" -i {len(found.rows)} -f {EVERY} -d {out}"
        agent = next(folder.glob("sizeofag-*.jar"))
        command = ["java", "-cp", f"{folder}/*", f"-javaagent:{agent}", "moa.DoTask", task]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
        with out.open(encoding="utf-8", newline="") as lines:
            return _read(list(csv.DictReader(lines)))


def _read(lines: Sequence[dict[str, str]]) -> Run:
    spent = [
        (
            float(line["learning evaluation instances"]),
            float(line["Abs Number of Label Acquisitions"]),
        )
        for line in lines
    ]
    over = max(labels - BUDGET * rows for rows, labels in spent)
    right = float(lines[-1]["classifications correct (percent)"]) / 100
    return Run(right, int(spent[-1][1]), max(0.0, over))


def arff(found: Stream) -> Iterator[str]:
    """Yield the lines of a stream in MOA's format; strings become their number of order.

    Examples
    --------
    >>> list(arff(Stream("s", [{"x": 1.0, "c": "a"}], ["yes"])))[-3:]
    ['@attribute label {l0}', '@data', '1.0,v0,l0']
    """
    names = list(dict.fromkeys(name for row in found.rows for name in row))
    values = {name: _values(found, name) for name in names}
    yield "@relation stream"
    for at, name in enumerate(names):
        known = values[name]
        yield (
            f"@attribute a{at} {{{','.join(known.values())}}}"
            if known
            else f"@attribute a{at} numeric"
        )
    labels = {label: f"l{at}" for at, label in enumerate(found.classes)}
    yield f"@attribute label {{{','.join(labels.values())}}}"
    yield "@data"
    for row, label in zip(found.rows, found.labels, strict=True):
        cells = [_cell(row.get(name), values[name]) for name in names]
        yield ",".join([*cells, labels[str(label)]])


def _values(found: Stream, name: str) -> dict[str, str]:
    strings = {value for row in found.rows if isinstance(value := row.get(name), str)}
    return {value: f"v{at}" for at, value in enumerate(sorted(strings))}


def _cell(value: float | str | bool | None, known: dict[str, str]) -> str:
    if value is None:
        return "?"
    return known.get(str(value), "?") if known else str(float(value))
