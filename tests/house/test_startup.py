"""Heavy libraries load when they are needed, not before."""

import pytest

from tests.house.startup import heavy_imports

MAIN = "from streamal.cli import main; sys.argv = ['streamal', {!r}]; main()"


def test_help_loads_nothing_heavy() -> None:
    """`streamal --help` answers without models, arrays, settings or a database."""
    assert heavy_imports(MAIN.format("--help")) == set()


@pytest.mark.parametrize(
    "module",
    ["streamal", "streamal.errors", "streamal.learners.port", "streamal.brokers.port"],
)
def test_ports_load_no_library_behind_them(module: str) -> None:
    """A port is imported without the libraries that its implementations need."""
    assert heavy_imports(f"import {module}") <= {"numpy"}


def test_a_heavy_import_is_seen() -> None:
    """The probe sees what a line imports, and a line that fails is no clean one."""
    assert heavy_imports("import sqlite3") == {"sqlite3"}
    with pytest.raises(AssertionError, match="no_such_module"):
        heavy_imports("import no_such_module")
