"""One library, one door."""

from pathlib import Path

import pytest

from tests.house.door import trespassers
from tests.house.source import PACKAGE, plant


def test_libraries_stay_behind_their_doors() -> None:
    """A broker's library, encoders and what unpickles are used in their own files only."""
    assert trespassers(PACKAGE) == []


@pytest.mark.parametrize(
    ("name", "text", "finding"),
    [
        ("brokers/port.py", "from sqlite3 import connect", "sqlite3: only brokers/sqlite* may"),
        ("app.py", "import sqlite3", "sqlite3: only brokers/sqlite* may"),
        ("learners/model.py", "import pickle", "pickle: nothing may"),
        (
            "runtime/loop.py",
            "x = msgspec.json.encode(1)",
            "msgspec.json: only wire/*, brokers/*, lab/*, serve/*, cli/* may",
        ),
        (
            "app.py",
            "from json import loads",
            "json: only wire/*, brokers/*, lab/*, serve/*, cli/* may",
        ),
    ],
)
def test_a_trespasser_is_found(tmp_path: Path, name: str, text: str, finding: str) -> None:
    """A use in a neighbouring file is found with file and line, even inside a function."""
    plant(tmp_path, name, f"def f() -> None:\n    {text}\n")
    assert trespassers(tmp_path) == [f"{name}:2: uses {finding}"]


def test_who_has_the_key_may_enter(tmp_path: Path) -> None:
    """The files of a door use their library; names that only look like one are no library."""
    plant(
        tmp_path, "brokers/sqlite/log.py", "import sqlite3\nimport msgspec\nx = msgspec.msgpack\n"
    )
    plant(tmp_path, "wire/sample.py", "from json import loads\nx = msgspec.json.encode(1)\n")
    plant(tmp_path, "app.py", "import jsonschema\nx = settings.json\n")
    assert trespassers(tmp_path) == []
