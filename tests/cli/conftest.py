"""A shell for each test: an empty folder, no settings in the environment, no log left open."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.cli.shell import Shell
from tests.environment import ANY_PORT


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("STREAMAL_")]:
        monkeypatch.delenv(name)
    for name, value in ANY_PORT.items():
        monkeypatch.setenv(name, value)
    shell = Shell(tmp_path, capsys)
    yield shell
    shell.close()
    structlog.reset_defaults()  # `run` has bound the logs to this test's stderr
