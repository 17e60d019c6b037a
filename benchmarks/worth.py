"""Is asking by rank worth it? Accuracy at a tenth of the labels, against random asking.

    make bench BENCH=worth                 # the streams that river brings along
    make bench BENCH=worth DATA=FOLDER     # every CSV of a folder without a text column

Same model, same burst, same budget, three seeds; prequential accuracy over all rows.
"""

from concurrent.futures import ProcessPoolExecutor
from statistics import mean

from benchmarks.report import machine, table
from benchmarks.streams import tabular
from streamal.app import simulation_of
from streamal.lab.study import Study
from streamal.settings import load

SEEDS = (0, 1, 2)
POLICIES = ("rank", "random")
Cell = tuple[str, str, int]


def accuracy(cell: Cell) -> tuple[float, float]:
    """Return accuracy and the share of rows asked about of one run."""
    name, policy, seed = cell
    settings = load(None, {}, {"policy.kind": policy, "model.preset": "linear", "model.seed": seed})
    report = simulation_of(settings, {}, tabular()[name](), Study("0.1"))
    return report["accuracy"], report["labels"]["requested"] / report["rows"]


def main() -> None:
    """Run all cells, two at a time, and print the table."""
    names = list(tabular())
    cells = [(name, policy, seed) for name in names for policy in POLICIES for seed in SEEDS]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(cells, pool.map(accuracy, cells), strict=True))
    rows, gains = [], []
    for name in names:
        rank, random = (mean(found[name, policy, seed][0] for seed in SEEDS) for policy in POLICIES)
        asked = mean(found[name, "rank", seed][1] for seed in SEEDS)
        gains.append(rank - random)
        points = f"{100 * gains[-1]:+.1f}"
        rows.append((name, f"{rank:.1%}", f"{random:.1%}", points, f"{asked:.1%}"))
    rows.append(("**mean**", "", "", f"**{100 * mean(gains):+.1f}**", ""))
    print(machine())
    print(table(("stream", "rank", "random", "points", "asked (rank)"), rows))
    print(f"\nworst stream: {100 * min(gains):+.1f} points")


if __name__ == "__main__":
    main()
