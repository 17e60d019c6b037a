"""The project speaks of itself alone."""

from pathlib import Path

import pytest

from tests.house.source import ROOT, plant
from tests.house.words import forbidden


def test_no_file_holds_a_forbidden_word() -> None:
    """No file names a folder of one machine, a package index or a thing left undone."""
    assert forbidden(ROOT) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("see /ho" + "me/me/x", "a path of one machine: /ho" + "me/m"),
        ("cd /wo" + "rk/main", "a path of one machine: /wo" + "rk/m"),
        ("cat /t" + "mp/x", "a path of one machine: /t" + "mp/x"),
        ("from https://py" + "pi.org/simple", "the address of a package index: py" + "pi.org"),
        ("# TO" + "DO: later", "a note to oneself: TO" + "DO"),
    ],
)
def test_a_forbidden_word_is_found(tmp_path: Path, line: str, what: str) -> None:
    """Each kind of forbidden word is found in any text file, with file and line."""
    plant(tmp_path, "docs/bad.md", f"good\n{line}\n")
    assert forbidden(tmp_path) == [f"docs/bad.md:2: {what}"]


def test_what_tools_leave_is_not_read(tmp_path: Path) -> None:
    """Caches, the virtual environment and files that are not text are passed over."""
    plant(tmp_path, ".venv/lib/x.py", "# TO" + "DO\n")
    (tmp_path / "image.bin").write_bytes(b"\xff\xfe TO" + b"DO")
    assert forbidden(tmp_path) == []


def test_paths_of_the_project_pass(tmp_path: Path) -> None:
    """A relative path that happens to hold such a folder's name is no path of a machine."""
    assert forbidden(plant(tmp_path, "good.md", "docs/wo" + "rk/plan.md ./wo" + "rk/x")) == []
