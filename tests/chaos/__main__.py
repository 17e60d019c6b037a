"""`python -m tests.chaos SCENARIO`: one verdict on stdout, progress on stderr."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.chaos.asked import Asked
from tests.chaos.scenarios import SCENARIOS, Scenario
from tests.chaos.verdict import wrong

A_SECOND = 200
"""Samples, in so many minutes."""


def main() -> None:
    """Play one scenario; exit 1 if something was wrong."""
    asked = _arguments()
    chosen = SCENARIOS[asked.scenario]
    size = Asked(
        rounds=asked.rounds or _rounds(chosen, asked.minutes) or chosen.rounds,
        samples=asked.samples or _samples(asked.minutes) or chosen.samples,
        workers=asked.workers,
        client=asked.client,
        seed=asked.seed,
    )
    folder = Path(asked.dir or tempfile.mkdtemp(prefix=f"chaos-{asked.scenario}-"))
    verdict = chosen.play(folder, size)
    text = json.dumps(verdict, indent=1) + "\n"
    sys.stdout.write(text)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    sys.exit(bool(wrong(verdict)))


def _rounds(chosen: Scenario, minutes: float) -> int:
    return int(minutes * 60 / chosen.round_s) if chosen.round_s else 0


def _samples(minutes: float) -> int:
    return int(minutes * 60 * A_SECOND)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("scenario", choices=sorted(SCENARIOS))
    parser.add_argument("--rounds", type=int, help="faults (default: the full size)")
    parser.add_argument("--samples", type=int, help="to be fed at least (default: the full size)")
    parser.add_argument("--minutes", type=float, default=0, help="of soak or mixed (30)")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--client", choices=("kafka-python", "confluent"), default="kafka-python")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--out", type=Path, help="a file for the verdict too")
    parser.add_argument("--dir", help="a new folder for logs and data (default: a temporary one)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
