"""A shell for each test: an empty folder, no settings in the environment, no log left open."""

import json
import os
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from shutil import copytree

import pytest
import structlog

from streamal.cli import main
from tests.cli.shell import Shell, csv
from tests.environment import ANY_PORT

SEND = ["send", "t.csv", "--label-column", "label"]
SERVE = ["run", "--until-idle", "0"]
ANNOTATE = ["annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle", "0"]


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


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a service has asked, learned and decided on, each id twice."""
    folder = tmp_path_factory.mktemp("worked")
    (folder / "t.csv").write_text(csv(60))
    sections = {"budget": [{"rate": 0.2, "burst": 10}], "auto_label": {"threshold": 0.7}}
    (folder / "streamal.yaml").write_text(json.dumps(sections))
    with chdir(folder):
        for _ in range(2):
            for words in (SEND, SERVE, ANNOTATE, SERVE):
                with pytest.raises(SystemExit, match="0"):
                    main(words)
    return folder


@pytest.fixture
def worked(shell: Shell, folder: Path) -> Shell:
    """A shell in a copy of that folder."""
    copytree(folder, shell.folder, dirs_exist_ok=True)
    return shell
