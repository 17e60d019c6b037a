"""The streams that benchmarks run on: a folder of labelled CSVs, else river's own."""

import os
from collections.abc import Callable
from pathlib import Path

from streamal.app.plans import Table
from streamal.lab.streams import BundledTable
from streamal.lab.tables import open_table

Open = Callable[[], Table]


def streams() -> dict[str, Open]:
    """Return what opens each stream, by name: the CSVs of DATA, else the bundled ones."""
    folder = os.environ.get("DATA")
    if not folder:
        names = ("Bananas", "ImageSegments", "Phishing", "Shuttle")
        return {name.lower(): _bundled(name) for name in names}
    return {path.name.split(".")[0]: _file(path) for path in sorted(Path(folder).glob("*.csv.gz"))}


def tabular() -> dict[str, Open]:
    """Return those without a column named `text`."""
    return {name: opened for name, opened in streams().items() if not _is_text(opened())}


def _is_text(table: Table) -> bool:
    return "text" in next(iter(table)).features


def _bundled(name: str) -> Open:
    return lambda: BundledTable(name)


def _file(path: Path) -> Open:
    return lambda: open_table(str(path), label_column="label", id_column=None)
