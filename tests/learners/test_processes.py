"""What holds across processes: equal models, and river only where it is needed."""

import json
import os
import subprocess
import sys

import pytest

from tests.learners.replica import LENGTH, digests


def _run(*arguments: str, salt: str = "0") -> str:
    environment = os.environ | {"PYTHONHASHSEED": salt}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_processes_agree_whatever_their_hash_salt() -> None:
    """Two processes with different PYTHONHASHSEED and this one learn equal models."""
    runs = [json.loads(_run("-m", "tests.learners.replica", salt=salt)) for salt in "12"]
    assert len({run["salted"] for run in runs}) == 2
    assert [run["digests"] for run in runs] == [digests(LENGTH)] * 2


IMPORT = "import sys; from streamal.learners import {}; print('river' in sys.modules)"


@pytest.mark.parametrize("module", ["port", "model", "presets", "factory"])
def test_importing_the_floor_does_not_import_river(module: str) -> None:
    """A command that only needs names or types does not pay for river."""
    assert _run("-c", IMPORT.format(module)).strip() == "False"


USE = """
import sys
from streamal.learners.presets import make
learner = make({!r}, seed=7)
learner.learn_one({{"text": "hello"}}, "a")
learner.predict_proba_many([{{"text": "hello"}}])
print('river' in sys.modules)
"""


@pytest.mark.parametrize("preset", ["bayes", "text", "auto"])
def test_a_preset_that_needs_no_river_never_imports_it(preset: str) -> None:
    """Naive Bayes is complete without river, which takes most of a second to import."""
    assert _run("-c", USE.format(preset)).strip() == "False"
