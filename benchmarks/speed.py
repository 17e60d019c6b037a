"""How fast is it, and where does the time go?

    make bench BENCH=speed DATA=FOLDER     # elec2 of that folder, else river's Shuttle

`simulate` in a process of its own, three times; µs per sample and stage; peak memory.
The decision alone (no model, no broker) is timed over the two state machines.
"""

import json
import subprocess
import sys
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.decision import decision_microseconds
from benchmarks.report import machine, table

RUNS = 3


def main() -> None:
    """Print the report."""
    runs = [_run() for _ in range(RUNS)]
    print(machine())
    rows = [
        (f"{run['rows']:,}", f"{run['rate']:,.0f}", f"{run['rss']:.0f}", f"{run['accuracy']:.1%}")
        for run in runs
    ]
    print(table(("rows", "samples/s", "RSS MiB", "accuracy"), rows))
    print(f"\nmedian: {median(run['rate'] for run in runs):,.0f} samples/s\n")
    stages = runs[0]["stages"]
    print(table(("stage", "µs a sample"), [(k, f"{v:.1f}") for k, v in stages.items()]))
    print(f"\ndecision without model and broker: {decision_microseconds():.1f} µs a sample")
    print(f"`streamal --help`: {_help_seconds():.2f} s (median of 5)")


def _run() -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.one"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _help_seconds() -> float:
    took = []
    for _ in range(5):
        began = perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from streamal.cli import main; main()", "--help"],
            check=True,
            capture_output=True,
        )
        took.append(perf_counter() - began)
    return median(took)


if __name__ == "__main__":
    main()
