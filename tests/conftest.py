"""What all tests share: real streams on request, and the strict mode of CI.

With `STREAMAL_TEST_STRICT=1` a skipped test is a failed one: what this machine can
run it must run. Only tests marked `data` may be skipped then, while DATA names no folder,
and tests marked `kubectl`, which no package of Debian has, where it is not installed.
"""

import os
import shutil
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says nothing on a machine that others use too. In CI the
# examples are the same in every run; people search on with new ones.
settings.register_profile("people", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("STREAMAL_TEST_STRICT") == "1" else "people")

# The contracts are ordinary modules; without this their asserts would not explain themselves.
pytest.register_assert_rewrite("tests.contracts")

# A shell makes what it starts in the background deaf to Ctrl-C, and so all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

NO_DATA = "DATA names no folder of streams (make test DATA=DIR)"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what reads real streams where there are none."""
    if item.get_closest_marker("data") and not os.environ.get("DATA"):
        pytest.skip(NO_DATA)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real streams; ask for it in tests marked `data` only."""
    folder = Path(os.environ["DATA"])
    assert folder.is_dir(), f"DATA={folder} is not a folder"
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure in strict mode; an expected failure is no skip."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(report, is_allowed=_may_skip(item))
    return report


def _may_skip(item: pytest.Item) -> bool:
    needs_data, needs_kubectl = map(item.get_closest_marker, ("data", "kubectl"))
    no_data, no_kubectl = not os.environ.get("DATA"), shutil.which("kubectl") is None
    return bool(needs_data and no_data) or bool(needs_kubectl and no_kubectl)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module that skips itself into a failure in strict mode."""
    report = yield
    if report.skipped:
        _refuse_skip(report, is_allowed=False)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport, is_allowed: bool) -> None:
    if os.environ.get("STREAMAL_TEST_STRICT") == "1" and not is_allowed:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
