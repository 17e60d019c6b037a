"""The command line as a process of its own, as a shell or a supervisor starts it."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cli.shell import environ

COMMAND = (sys.executable, "-c", "from streamal.cli import main; main()")

Child = subprocess.Popen[str]


def started(folder: Path, *words: object, **changes: str) -> Child:
    """Start a command in a folder, with variables of the environment."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=folder,
        env=environ(**changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(children: Mapping[str, Child]) -> None:
    """End what a failed test left running."""
    for child in children.values():
        with child:
            child.kill()
