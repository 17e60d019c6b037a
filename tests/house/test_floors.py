"""The contracts of import-linter: green on the package, red on each made breach.

`make check` runs them on the package with the other linters; here they run on a
skeleton of it, so that a contract that can not fail is found out.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, plant

FLOORS = "cli sampler lab serve runtime brokers learners wire settings core".split()
# Each door in use at its rightful place: import-linter knows a library by its users.
DOORS = {
    "learners/__init__.py": "import river\n",
    "brokers/__init__.py": "import sqlite3\n",
    "brokers/kafka/__init__.py": "import kafka\nimport confluent_kafka\n",
    "settings/__init__.py": "import pydantic\nimport yaml\n",
    "serve/__init__.py": "import prometheus_client\nimport starlette\nimport uvicorn\n",
    "cli/__init__.py": "import typer\nimport rich\nimport structlog\n",
}
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports({!r}))"


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A package with the floors of streamal and nothing on them."""
    for floor in FLOORS:
        plant(tmp_path, f"streamal/{floor}/__init__.py", "")
    for name in ("__init__", "app", "errors"):
        plant(tmp_path, f"streamal/{name}.py", "")
    for name, text in DOORS.items():
        plant(tmp_path, f"streamal/{name}", text)
    return tmp_path


def _lint(folder: Path) -> tuple[int, str]:
    code = LINT.format(str(ROOT / "pyproject.toml"))
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout + run.stderr


def test_contracts_hold_on_a_good_tree(skeleton: Path) -> None:
    """A package in which every floor imports only lower ones breaks no contract."""
    plant(skeleton, "streamal/app.py", "import streamal.runtime\nimport streamal.core\n")
    code, output = _lint(skeleton)
    assert code == 0, output


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("core/bad.py", "streamal.wire"),
        ("errors.py", "streamal.core"),
        ("wire/bad.py", "streamal.learners"),
        ("brokers/bad.py", "streamal.wire"),
        ("settings/bad.py", "streamal.brokers"),
        ("runtime/bad.py", "streamal.lab"),
        ("app.py", "streamal.cli"),
        ("wire/bad.py", "river"),
        ("runtime/bad.py", "sqlite3"),
        ("runtime/bad.py", "kafka"),
        ("brokers/bad.py", "confluent_kafka"),
        ("app.py", "pydantic"),
        ("cli/bad.py", "yaml"),
        ("lab/bad.py", "rich"),
        ("app.py", "typer"),
        ("lab/bad.py", "structlog"),
    ],
)
def test_a_breach_is_named(skeleton: Path, name: str, imported: str) -> None:
    """An import upwards, sideways or past a door fails and names both modules."""
    plant(skeleton, f"streamal/{name}", f"def late() -> None:\n    import {imported}\n")
    code, output = _lint(skeleton)
    importer = "streamal." + name.removesuffix(".py").replace("/", ".")
    assert code == 1, output
    assert importer in output
    assert f"- {importer} -> {imported} (l.2)" in output


def test_a_new_floor_has_to_be_placed(skeleton: Path) -> None:
    """A package beside the floors that no contract places is refused."""
    code, output = _lint(plant(skeleton, "streamal/helpers/__init__.py", ""))
    assert code == 1, output
    assert "helpers" in output
