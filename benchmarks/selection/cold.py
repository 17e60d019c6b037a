"""How soon the first question comes, and how soon every class was asked about."""

from collections.abc import Iterable
from statistics import median

from benchmarks.report import table
from benchmarks.selection.arms import DEFAULT, HEAD
from benchmarks.selection.cell import Cell
from benchmarks.selection.compare import Comparison
from benchmarks.selection.gates import Gate
from benchmarks.selection.grid import Size
from benchmarks.selection.stream import stream
from streamal.learners.presets import PRESETS

ROWS = 1_500
SEEDS = 20
CLASSES = 10
SLOW = {"forest"}
"""A millisecond a row: these start from fewer seeds."""


def cells(size: Size) -> list[Cell]:
    """Every preset on a tabular stream of ten classes and, the text preset, on a text."""
    found = []
    for name in _many_classes(size.tabular):
        for preset in PRESETS:
            if preset != "text":
                found += _seeds(name, preset, size)
    for name in size.texts[:1]:
        found += _seeds(name, "text", size)
    return found


def _many_classes(names: Iterable[str]) -> list[str]:
    """Return the first stream of ten classes: real ones come first."""
    return [name for name in names if len(stream(name, ROWS).classes) == CLASSES][:1]


def _seeds(name: str, preset: str, size: Size) -> list[Cell]:
    count = size.few if size.is_short else SEEDS
    count = min(count, 3) if preset in SLOW else count
    rows = min(ROWS, size.rows)
    return [Cell(name, preset, DEFAULT, 0.1, rows, seed, burst=HEAD) for seed in range(count)]


def shown(known: Comparison, found: Iterable[Cell]) -> str:
    """Return a row for each preset."""
    head = (
        "preset", "stream", "seeds", "first request at row",
        "requests until all classes: median", "most", "within 60",
    )  # fmt: skip
    rows = []
    for preset, runs in _by_preset(found).items():
        firsts = [known.of(cell).first for cell in runs]
        takes = sorted(_takes(known, cell) for cell in runs)
        within = sum(one <= 60 for one in takes) / len(takes)
        rows.append((preset, runs[0].stream, str(len(runs)), str(max(firsts)),
                     f"{median(takes):g}", f"{takes[-1]:g}", f"{within:.0%}"))  # fmt: skip
    return table(head, rows)


def _by_preset(found: Iterable[Cell]) -> dict[str, list[Cell]]:
    runs: dict[str, list[Cell]] = {}
    for cell in found:
        runs.setdefault(cell.model, []).append(cell)
    return runs


def _takes(known: Comparison, cell: Cell) -> float:
    found = known.of(cell).found
    return float("inf") if found < 0 else found


def gates(known: Comparison, found: Iterable[Cell]) -> list[Gate]:
    """Return the bars on the cold start."""
    runs = list(found)
    if not runs:
        return []
    latest = max(runs, key=lambda cell: known.of(cell).first)
    first = known.of(latest).first
    gates = [
        Gate("cold: every preset asks within 10 samples", f"row {first} ({latest.model})",
             all(0 <= known.of(cell).first < 10 for cell in runs))
    ]  # fmt: skip
    for preset, own in _by_preset(runs).items():
        if preset == "text":
            continue
        takes = [_takes(known, cell) for cell in own]
        within = sum(one <= 60 for one in takes) / len(takes)
        gates.append(
            Gate(f"cold, {preset}: all ten classes within 60 requests in 90 %, median ≤ 40",
                 f"{within:.0%}, median {median(takes):g}", within >= 0.9 and median(takes) <= 40)
        )  # fmt: skip
    return gates
