"""`make setup` finds a Python that will do, or says what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, plant

FINDER = ROOT / "requirements" / "find-python"
# This Python under another version, and perhaps without the modules that venv needs.
INTERPRETER = """#!/bin/sh
exec '{python}' -c '
import sys
sys.version_info = {version}
sys.modules.update(dict.fromkeys({missing}))
exec(sys.argv[1])
' "$2"
"""
SHIM = "#!/bin/sh\necho command not found >&2\nexit 127\n"


def _interpreter(version: str, bare: bool = False) -> str:
    numbers = tuple(map(int, version.split(".")))
    missing = '["ensurepip"]' if bare else "[]"
    return INTERPRETER.format(python=sys.executable, version=numbers, missing=missing)


def _find(folder: Path, **names: str) -> subprocess.CompletedProcess[str]:
    """Run the finder where these commands, and no others, are on the path."""
    for name, text in names.items():
        plant(folder, name.replace("_", "."), text)
        (folder / name.replace("_", ".")).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", str(FINDER)],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({"python3": _interpreter("3.12")}, "python3"),
        ({"python3": _interpreter("3.9"), "python3_11": _interpreter("3.11")}, "python3.11"),
        ({"python3": SHIM, "python3_13": _interpreter("3.13")}, "python3.13"),
        (
            {"python3": _interpreter("3.11", bare=True), "python3_12": _interpreter("3.12")},
            "python3.12",
        ),
    ],
    ids=["first", "newer beside old", "shim", "bare"],
)
def test_a_fit_python_is_found(tmp_path: Path, names: dict[str, str], found: str) -> None:
    """The first that is new enough and can make environments wins; shims do not count."""
    run = _find(tmp_path, **names)
    assert (run.returncode, run.stdout) == (0, f"{tmp_path / found}\n")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"python3": _interpreter("3.9")}, "python3 is 3.9"),
        ({"python3": SHIM}, "needs Python 3.11 or newer"),
        ({"python3": _interpreter("3.12", bare=True)}, "apt install python3-venv"),
    ],
    ids=["old", "none", "bare"],
)
def test_what_is_missing_is_said(tmp_path: Path, names: dict[str, str], said: str) -> None:
    """Too old, none at all, no venv module: each has its own message and fails."""
    run = _find(tmp_path, **names)
    assert (run.returncode, run.stdout) == (1, "")
    assert said in run.stderr
