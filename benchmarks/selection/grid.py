"""What is run: each part of the report is a list of cells.

Cuts that keep it under half an hour on two cores: rivals get one seed, the quick ones two,
and the one that takes milliseconds a row gets fewer rows; ours always runs on the same.
"""

from collections.abc import Iterable, Sequence
from itertools import product

import msgspec

from benchmarks.selection.arms import (
    ARMS,
    DEFAULT,
    FULL,
    HEAD,
    PERIODIC,
    RANDOM,
    RIVALS,
    WARM,
    offered,
)
from benchmarks.selection.cell import Cell
from benchmarks.selection.model import FIELD
from benchmarks.selection.outcome import Outcome

MODELS = ("linear", "tree")
BUDGETS = (0.1, 0.02)
CURVE = (0.01, 0.02, 0.05, 0.1, 0.2)
CURVED = "linear"
DELAYS = (0, 100, 1_000)
NEVER = JUNK = 0.1
SLOW = "StreamProbabilisticAL"
QUICK = ("VariableUncertainty", "RandomVariableUncertainty", "Split")
BARRED = ("auto", "pool")
CONTROLS = (DEFAULT, RANDOM, PERIODIC)


class Size(msgspec.Struct, frozen=True):
    """How much of everything.

    Parameters
    ----------
    tabular, texts
        Names of streams.
    rows, slow_rows
        The first so many of each stream; for the rival that is slow.
    seeds, few
        Seeds of ours, random and periodic in the main table; of all else that draws.
    is_short
        Only the main part, with the quick rivals.
    """

    tabular: Sequence[str]
    texts: Sequence[str]
    rows: int = 6_000
    slow_rows: int = 1_000
    seeds: int = 5
    few: int = 2
    is_short: bool = False


def main_part(size: Size) -> list[Cell]:
    """Ours, random and periodic, and what all labels give."""
    found = []
    for stream, model, budget in product(size.tabular, MODELS, BUDGETS):
        base = Cell(stream, model, DEFAULT, budget, size.rows)
        found += [_as(base, arm, seed) for arm in CONTROLS for seed in range(size.seeds)]
        found.append(_as(base, FULL, 0))
    return found


def other_policies(size: Size) -> list[Cell]:
    """What else ours can be set to, on the first seed; on `tree` the policies that have a bar."""
    arms = [arm for arm in offered() if arm not in CONTROLS]
    return [
        Cell(stream, model, arm, BUDGETS[0], size.rows)
        for stream, model, arm in product(size.tabular, MODELS, arms)
        if model == "linear" or arm in BARRED
    ]


def rivals(size: Size) -> list[Cell]:
    """The field with our burst."""
    names = [name for name in RIVALS if name.endswith(WARM)]
    quick = [name + WARM for name in QUICK]
    of = {"linear": quick if size.is_short else names, "tree": quick}
    return [
        cell
        for stream, model, budget in product(size.tabular, MODELS, BUDGETS)
        for cell in _rivals(size, Cell(stream, model, DEFAULT, budget, size.rows), of[model], 1)
    ]


def documented(size: Size) -> list[Cell]:
    """The field as documented: without a burst, on a cold model."""
    names = [name for name in RIVALS if not name.endswith(WARM)]
    return [
        _sized(size, _as(Cell(stream, "linear", DEFAULT, 0.1, size.rows), name, 0))
        for stream, name in product(size.tabular, names)
    ]


def field_model(size: Size) -> list[Cell]:
    """Everybody on the field's own default model."""
    found = []
    names = [name + WARM for name in QUICK]
    for stream in size.tabular:
        base = Cell(stream, FIELD, DEFAULT, 0.1, size.rows)
        found += [_as(base, arm, 0) for arm in (DEFAULT, RANDOM, FULL)]
        found += _rivals(size, base, names, seeds=1)
    return found


def curve(size: Size) -> list[Cell]:
    """Accuracy against labels: ours, random and the quick rivals."""
    found = []
    names = [name + WARM for name in QUICK]
    for stream, budget in product(size.tabular, CURVE):
        base = Cell(stream, CURVED, DEFAULT, budget, size.rows)
        found += [_as(base, arm, s) for arm in (DEFAULT, RANDOM) for s in range(size.few)]
        found += [*_rivals(size, base, names, seeds=1), _as(base, FULL, 0)]
    return found


def delayed(size: Size) -> list[Cell]:
    """Late labels, a part of them never."""
    found = []
    for stream, model, delay in product(size.tabular, MODELS, DELAYS):
        never = NEVER if delay else 0.0
        base = Cell(stream, model, DEFAULT, 0.1, size.rows, delay=delay, never=never)
        found += [_as(base, arm, 0) for arm in (DEFAULT, RANDOM)]
        found.append(_as(msgspec.structs.replace(base, never=0.0), FULL, 0))
        if model == "linear":
            found += _rivals(size, base, [name + WARM for name in QUICK[::2]], seeds=1)
    return found


def with_junk(size: Size) -> list[Cell]:
    """A tenth of the stream is junk."""
    arms = [DEFAULT, RANDOM, *(arm for arm in offered() if "guard" in arm)]
    found = []
    for stream in (*size.tabular, *size.texts):
        model = "text" if stream in size.texts else "linear"
        base = Cell(stream, model, DEFAULT, 0.1, size.rows, junk=JUNK)
        found += [_as(base, arm, s) for arm in arms for s in range(size.few)]
        found += _rivals(size, base, [name + WARM for name in QUICK], seeds=1)
    return found


def texts(size: Size) -> list[Cell]:
    """Streams with a text, on the preset for them."""
    found = []
    for stream, budget in product(size.texts, BUDGETS):
        base = Cell(stream, "text", DEFAULT, budget, size.rows)
        found += [_as(base, arm, s) for arm in (DEFAULT, RANDOM) for s in range(size.few)]
        found += [*_rivals(size, base, [n + WARM for n in QUICK], seeds=1), _as(base, FULL, 0)]
    return found


def ours_beside(cells: Iterable[Cell]) -> list[Cell]:
    """Return for each run of a rival ours on the same rows, seed and budget."""
    return [own(cell) for cell in cells if cell.arm in RIVALS]


def own(cell: Cell) -> Cell:
    """Return ours where a rival was."""
    return _as(cell, DEFAULT, cell.seed)


def at_its_spend(cell: Cell, outcome: Outcome) -> Cell:
    """Return ours with no more labels than a rival spent, down to a thousandth of the rows.

    The burst is a part of them: what is left is the rate.
    """
    rows, spent = outcome.rows, outcome.spent
    burst = min(HEAD, spent)
    rate = max(int((spent - burst) / rows * 1000) / 1000, 1e-6)
    return msgspec.structs.replace(own(cell), budget=rate, burst=burst)


def _rivals(size: Size, base: Cell, names: Sequence[str], seeds: int | None = None) -> list[Cell]:
    found = []
    for name in names:
        is_quick = seeds is None and name.removesuffix(WARM) in QUICK and ARMS[name].draws
        count = size.few if is_quick else 1
        found += [_sized(size, _as(base, name, seed)) for seed in range(count)]
    return found


def _as(base: Cell, arm: str, seed: int) -> Cell:
    return msgspec.structs.replace(base, arm=arm, seed=seed)


def _sized(size: Size, cell: Cell) -> Cell:
    """Return the cell with fewer rows where the rival is slow."""
    if cell.arm.startswith(SLOW):
        return msgspec.structs.replace(cell, rows=min(cell.rows, size.slow_rows))
    return cell
