"""Where nothing may be skipped, a skip fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, plant

SKIPS = "import pytest\n\ndef test_it() -> None:\n    pytest.skip('no need')\n"
MODULE_SKIPS = "import pytest\n\npytest.importorskip('no_such_module')\n"
EXPECTED = "import pytest\n\n@pytest.mark.xfail\ndef test_it() -> None:\n    assert False\n"
DATA = "import pytest\n\n@pytest.mark.data\ndef test_it(data) -> None:\n    assert data.is_dir()\n"
MARKS = "[pytest]\nmarkers = data: reads streams\n"


def _run(folder: Path, test: str, **environment: str) -> str:
    """Run a made test beside a copy of the conftest; return what it closes on."""
    plant(folder, "conftest.py", (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    plant(folder, "pytest.ini", MARKS)
    plant(folder, "test_made.py", test)
    outside = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=outside | environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout.splitlines()[-1].split(" in ")[0]


@pytest.mark.parametrize(
    ("test", "for_people", "for_ci"),
    [
        (SKIPS, "1 skipped", "1 failed"),
        (MODULE_SKIPS, "1 skipped", "1 error"),
        (EXPECTED, "1 xfailed", "1 xfailed"),
        (DATA, "1 skipped", "1 skipped"),
    ],
    ids=["skip", "module", "xfail", "data"],
)
def test_a_skip_fails_in_strict_mode_alone(
    tmp_path: Path, test: str, for_people: str, for_ci: str
) -> None:
    """A skip passes for people and fails in CI, save for streams that are not there."""
    assert _run(tmp_path, test) == for_people
    assert _run(tmp_path, test, STREAMAL_TEST_STRICT="1") == for_ci


def test_streams_that_are_there_are_read(tmp_path: Path) -> None:
    """With DATA a test marked `data` runs, and a DATA that is no folder stops it."""
    assert _run(tmp_path, DATA, DATA=str(tmp_path)) == "1 passed"
    assert _run(tmp_path, DATA, DATA=str(tmp_path / "gone")) == "1 error"
