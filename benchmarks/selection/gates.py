"""What it must show: each bar with the figure seen beside it."""

from collections.abc import Sequence

import msgspec

from benchmarks.report import table
from benchmarks.selection.arms import ARMS, DEFAULT, OURS
from benchmarks.selection.cell import Cell
from benchmarks.selection.compare import Comparison, arms_of, full_beside, late, of_arm
from benchmarks.selection.paired import Interval
from benchmarks.selection.tables import junk_ratio, prompt

Cells = Sequence[Cell]


class Gate(msgspec.Struct, frozen=True):
    """One bar: what is asked, what was seen, whether that is enough."""

    asks: str
    seen: str
    is_met: bool

    def row(self) -> tuple[str, str, str]:
        """Return it as a row of a table."""
        return self.asks, self.seen, "met" if self.is_met else "**not met**"


def shown(gates: Sequence[Gate]) -> str:
    """Return all as a table."""
    return table(("bar", "seen", ""), [gate.row() for gate in gates])


def budget(known: Comparison, cells: Cells) -> Gate:
    """No prefix of any run of ours is overspent."""
    own = [known.of(cell).over_burst for cell in cells if ARMS[cell.arm].kind == "ours"]
    seen = f"{max(own):g} in {len(own):,} runs"
    return Gate("worst prefix excess of ours is 0", seen, max(own) <= 0)


def above_random(known: Comparison, cells: Cells, rate: float, bar: float) -> list[Gate]:
    """Ours against random at one budget, in the mean and on the worst stream."""
    gain = known.above_random(of_arm(cells, budget=rate))
    name = f"{rate:.0%}, above random"
    gates = [Gate(f"{name}: ≥ {bar:g} points", gain.points(), 100 * gain.mean >= bar)]
    if rate == 0.1:
        asks = f"{name}: no stream below −2"
        worst = known.above_random(of_arm(cells, budget=rate))
        gates.append(Gate(asks, worst.worst(), 100 * worst.least >= -2.0))
    return gates


def above_best_rival(known: Comparison, rivals: Cells, rate: float, bar: float) -> Gate:
    """Ours against the rival that is closest, at no more labels than it spent."""
    here = [cell for cell in rivals if cell.budget == rate]
    leads = {arm: known.lead_at_its_spend(of_arm(here, arm)) for arm in arms_of(here)}
    closest = min(leads, key=lambda arm: leads[arm].mean)
    seen = f"{leads[closest].points()} over {closest}"
    asks = f"{rate:.0%}, above the best rival at no more labels: ≥ {bar:g}"
    return Gate(asks, seen, 100 * leads[closest].mean >= bar)


def set_otherwise(known: Comparison, cells: Cells) -> list[Gate]:
    """What the other ways of choosing may cost against the default."""
    pool = known.against(of_arm(cells, "pool"), _default)
    auto = known.against(of_arm(cells, "auto"), _default)
    return [
        Gate("pool: no stream more than 5 under the default", pool.worst(), pool.least >= -0.05),
        Gate("auto: mean ≥ −0.2 of the default", auto.points(), auto.mean >= -0.002),
        Gate("auto: no stream more than 3 under it", auto.worst(), auto.least >= -0.03),
    ]


def _default(cell: Cell) -> Cell:
    return msgspec.structs.replace(cell, arm=DEFAULT)


def delays(known: Comparison, cells: Cells) -> list[Gate]:
    """What lateness may cost."""
    hundred, thousand = _late(known, cells, 100), _late(known, cells, 1_000)
    lost = known.against(hundred, prompt, late(100))
    gates = [Gate("delay 100: loses ≤ 1.5", lost.points(), 100 * lost.mean >= -1.5)]
    if not thousand:
        return gates
    figure = late(1_000)
    lost = known.against(thousand, prompt, figure)
    full = known.against([full_beside(cell) for cell in thousand], prompt, figure)
    more = full.mean - lost.mean
    gain: Interval = known.above_random(thousand, figure)
    return [
        *gates,
        Gate("delay 1,000: ≤ 2 more than all labels lose", f"{100 * more:.1f}", more <= 0.02),
        Gate("delay 1,000: above random", gain.points(), gain.mean > 0),
        Gate("delay 1,000: no stream under random by 5", gain.worst(), gain.least >= -0.05),
    ]


def _late(known: Comparison, cells: Cells, delay: int) -> list[Cell]:
    least = 5_000 if delay >= 1_000 else 0
    return [one for one in of_arm(cells, delay=delay) if known.of(one).rows >= least]


def junk(known: Comparison, cells: Cells, tabular: Sequence[str]) -> list[Gate]:
    """How much of what is asked may be junk, with the guard on where there is one."""
    guarded = [arm for arm in arms_of(cells) if "junk" in arm and arm in OURS]
    arm = guarded[0] if guarded else DEFAULT
    runs = [cell for cell in of_arm(cells, arm) if cell.stream in tabular]
    by_stream = {
        name: sum(junk_ratio(known, one) for one in runs if one.stream == name)
        / max(1, sum(one.stream == name for one in runs))
        for name in dict.fromkeys(one.stream for one in runs)
    }
    mean = sum(by_stream.values()) / len(by_stream)
    worst = max(by_stream, key=lambda name: by_stream[name])
    return [
        Gate(f"junk ({arm}): ≤ 1.0 x its share", f"{mean:.2f} x", mean <= 1.0),
        Gate(f"junk ({arm}): no stream above 2.2 x", f"{by_stream[worst]:.2f} x ({worst})",
             by_stream[worst] <= 2.2),
    ]  # fmt: skip


def speed(times: dict[str, float]) -> list[Gate]:
    """What a decision may cost."""
    ours = times["ours: scorer"]
    managed = {name: took for name, took in times.items() if not name.startswith(("ours", "Entr"))}
    if not managed:
        return [Gate("≤ 10 µs a decision", f"{ours:.1f} µs", ours <= 10)]
    fastest = min(managed, key=lambda name: managed[name])
    ratio = managed[fastest] / ours
    return [
        Gate("≤ 10 µs a decision", f"{ours:.1f} µs", ours <= 10),
        Gate("≥ 20 x faster than scikit-activeml's fastest", f"{ratio:.0f} x ({fastest})",
             ratio >= 20),
    ]  # fmt: skip
