"""What a run is asked for: sizes, workers, client, seed."""

import json
import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from streamal.lab.streams import BundledTable
from streamal.lab.tables import Table, open_table

PARTITIONS = 6
ROWS = 20_000
"""Of the stream at most; it is fed again from the beginning."""

BUDGET: tuple[dict[str, Any], ...] = (
    {"rate": 0.1, "burst": 20},
    {"count": 20_000, "over": 200_000},
    {"window": {"count": 400, "every": "10s"}},
)


class Asked(NamedTuple):
    """Sizes of a run, and with what.

    Parameters
    ----------
    rounds
        Faults, or what a scenario calls a round.
    samples
        To be fed at least, as long as the faults last.
    more
        Settings over those of every run.
    """

    rounds: int
    samples: int
    workers: int = 3
    client: str = "kafka-python"
    seed: str = "1"
    more: Mapping[str, Any] = MappingProxyType({})

    def rate(self, seconds: float) -> float:
        """Return how many samples a second make a run last so long; 100 to 600."""
        return min(600.0, max(100.0, self.samples / seconds))

    def random(self, what: str) -> Random:
        """Return dice of their own for a purpose."""
        return Random(f"{self.seed}/{what}")

    def settings(self, bootstrap: list[str], prefix: str) -> dict[str, Any]:
        """Return the configuration of the service."""
        return {
            "broker": {"kind": "kafka", "client": self.client, "bootstrap_servers": bootstrap}
            | self.more.get("broker", {}),
            "topics": {"prefix": prefix, "partitions": PARTITIONS},
            "model": {"preset": "linear", "seed": 7},
            "auto_label": {"threshold": 0.9},
            "budget": self.more.get("budget", list(BUDGET)),
            "requests": {"expire_after": "15s", "refund": ["skipped", "expired"], "ask_again": 1}
            | self.more.get("requests", {}),
        }


def write_rows(folder: Path) -> None:
    """Write the stream for feeder and person."""
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as lines:
        for row in islice(_table(), ROWS):
            sample = f'"features": {json.dumps(row.features)}'
            lines.write(json.dumps({"sample": sample, "label": row.label}) + "\n")


def _table() -> Table | BundledTable:
    """Return elec2 where the folder DATA has it, else a stream that comes with river."""
    path = Path(os.environ.get("DATA", "")) / "elec2.csv.gz"
    if path.is_file():
        return open_table(str(path), label_column="label", id_column=None)
    return BundledTable("Shuttle")
