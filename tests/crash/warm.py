"""What the server of forked processes imports once, and what its forks do."""

import os
import sys
from collections.abc import Mapping, Sequence

from streamal.app import broker_of, plan_of
from streamal.cli import main
from streamal.learners import presets
from streamal.runtime.worker import serve
from tests.environment import ANY_PORT

__all__ = ["act", "broker_of", "plan_of", "serve"]

presets.make("linear", 7, {})  # imports what a model needs


def act(folder: str, words: Sequence[str], faults: Mapping[str, str], log: str) -> None:
    """Be `streamal` with these words in a folder; never returns."""
    os.chdir(folder)
    os.environ.update(ANY_PORT | dict(faults))
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(told, sys.stderr.fileno())
    sys.argv = ["streamal", *words]
    main()
