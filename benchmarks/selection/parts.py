"""The parts of the report: which cells each needs, and what is shown of them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.selection import cold, curves, gates, grid, tables
from benchmarks.selection.arms import RIVALS, WARM
from benchmarks.selection.cache import Cache
from benchmarks.selection.cell import Cell
from benchmarks.selection.compare import Comparison, full_beside, random_beside
from benchmarks.selection.grid import Size
from benchmarks.selection.timing import times

Cells = list[Cell]
PARTS: dict[str, Callable[[Size], Cells]] = {
    "main": grid.main_part,
    "policies": grid.other_policies,
    "rivals": grid.rivals,
    "curve": grid.curve,
    "delayed": grid.delayed,
    "junk": grid.with_junk,
    "cold": cold.cells,
    "field": grid.field_model,
    "texts": grid.texts,
    "documented": grid.documented,
}
SHORT = ("main", "policies", "rivals", "cold")


class Study(msgspec.Struct, frozen=True):
    """All that was run: the cells of each part, and what they showed."""

    size: Size
    cells: dict[str, Cells]
    known: Comparison
    times: dict[str, float]

    def gates(self) -> list[gates.Gate]:
        """Return every bar with what was seen."""
        known, cells = self.known, self.cells
        everything = [cell for part in cells.values() for cell in part]
        found = [gates.budget(known, everything)]
        for rate, random, rival in ((0.1, 5.0, 1.5), (0.02, 5.0, 1.0)):
            found += gates.above_random(known, cells["main"], rate, random)
            found.append(gates.above_best_rival(known, cells["rivals"], rate, rival))
        found += gates.set_otherwise(known, cells["policies"])
        if "delayed" in cells:
            found += gates.delays(known, cells["delayed"])
            found += gates.junk(known, cells["junk"], self.size.tabular)
        return [*found, *gates.speed(self.times), *cold.gates(known, cells["cold"])]


def studied(size: Size, cache: Cache, tell: Callable[[str], None]) -> Study:
    """Run what is not known yet; `tell` hears of each part."""
    names = SHORT if size.is_short else tuple(PARTS)
    cells = {}
    for name in names:
        cells[name] = PARTS[name](size)
        tell(f"{name}: {len(cells[name])} cells")
        cache.run(_all_of(cells[name], cache))
    quick = [name + WARM for name in grid.QUICK[:1]] if size.is_short else None
    tell("times")
    took = times(quick)
    everything = [cell for part in cells.values() for cell in _all_of(part, cache)]
    return Study(size, cells, Comparison(cache.run(everything)), took)


def _all_of(cells: Cells, cache: Cache) -> Cells:
    """Return cells and what they are compared with, ours at each rival's spend included."""
    beside = grid.ours_beside(cells)
    random = [random_beside(cell) for cell in cells if cell.arm in RIVALS]
    full = [full_beside(cell) for cell in cells if cell.delay]
    outcomes = cache.run([*cells, *beside, *random, *full])
    matched = [grid.at_its_spend(one, outcomes[one]) for one in cells if one.arm in RIVALS]
    return [*cells, *beside, *random, *full, *matched]


def report(study: Study) -> Iterator[str]:
    """Yield the Markdown of everything that was run, a section at a time."""
    known, cells = study.known, study.cells
    yield "### The bars\n\n" + gates.shown(study.gates())
    yield "### Ours against random and periodic\n\n" + tables.summary(known, cells["main"])
    yield from _streams(study)
    for rate in grid.BUDGETS:
        here = [cell for cell in cells["rivals"] if cell.budget == rate]
        yield f"### The field at {rate:.0%}, with our burst\n\n" + tables.field(known, here)
    if "documented" in cells:
        yield "### The field as documented, 10 %\n\n" + tables.field(known, cells["documented"])
    yield "### Ours, set otherwise, 10 %\n\n" + tables.policies(known, cells["policies"])
    yield from _further(study)
    yield "### From a cold start\n\n" + cold.shown(known, cells["cold"])
    yield "### What a decision costs\n\n" + tables.costs(study.times)


def _streams(study: Study) -> Iterator[str]:
    for rate in grid.BUDGETS:
        for model in grid.MODELS:
            main, rivals = (
                [one for one in study.cells[part] if one.budget == rate and one.model == model]
                for part in ("main", "rivals")
            )
            text = tables.by_stream(study.known, main, rivals)
            yield f"### Stream by stream: `{model}`, {rate:.0%}\n\n{text}"


def _further(study: Study) -> Iterator[str]:
    known, cells = study.known, study.cells
    if study.size.is_short:
        return
    yield "### Area under accuracy against labels\n\n" + curves.areas(known, cells["curve"])
    yield "### On the field's own default model, 10 %\n\n" + tables.field(known, cells["field"])
    yield "### Late labels, a tenth never\n\n" + tables.delays(known, cells["delayed"])
    yield "### A tenth of junk\n\n" + tables.junk(known, cells["junk"], study.size.tabular)
    if cells["texts"]:
        yield "### Texts, preset `text`\n\n" + tables.texts(known, cells["texts"])


def draw(study: Study, folder: Path) -> Sequence[str]:
    """Draw the curves; return the names of the files."""
    model = grid.CURVED
    curves.against_labels(study.known, study.cells["curve"], model, folder / f"{model}.svg")
    curves.over_time(study.known, study.cells["curve"], model, folder / f"{model}-time.svg")
    return [f"{model}.svg", f"{model}-time.svg"]
