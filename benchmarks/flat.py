"""Does memory stay flat? A made file of a million rows, simulated.

    make bench BENCH=flat

Peak memory at 200,000 rows and at the end; closed requests are remembered 10,000 s.
"""

import random
import resource
import tempfile
from pathlib import Path

from benchmarks.report import machine
from streamal.app import simulation_of
from streamal.lab.study import Study
from streamal.lab.tables import open_table
from streamal.settings import load

ROWS = 1_000_000
EARLY = 200_000


def main() -> None:
    """Make the file, run it, print the two figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv"
        _make(path)
        settings = load(None, {}, {"model.preset": "linear", "requests.remember": "10000s"})
        early: list[float] = []

        def tell(done: int) -> None:
            if done >= EARLY and not early:
                early.append(_rss())

        table = open_table(str(path), label_column="label", id_column=None)
        report = simulation_of(settings, {}, table, Study("0.1"), tell)
    print(machine())
    print(f"rows {report['rows']:,}, {report['events_per_second']:,} samples/s")
    print(f"RSS {early[0]:.0f} MiB at {EARLY:,} rows, {_rss():.0f} MiB at the end: ", end="")
    print(f"{_rss() / early[0]:.2f} times")


def _rss() -> float:
    """Return the resident memory now, in MiB (Linux), else the peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def _make(path: Path) -> None:
    made = random.Random(0)
    with path.open("w", encoding="ascii") as out:
        out.write("a,b,c,label\n")
        for _ in range(ROWS):
            a, b, c = made.gauss(0, 1), made.gauss(0, 1), made.random()
            label = "yes" if a + b + made.gauss(0, 0.5) > 0 else "no"
            out.write(f"{a:.4f},{b:.4f},{c:.4f},{label}\n")


if __name__ == "__main__":
    main()
