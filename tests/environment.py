"""The variables with which tests start processes of the program."""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ANY_PORT = {"STREAMAL_HTTP__PORT": "0"}
"""Services of several tests run at once: each takes any free port for its pages."""


def environ(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this process's variables without settings of the program, and changed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMAL_")}
    return {**kept, "PYTHONPATH": str(ROOT), **ANY_PORT, **changes}
