"""The core touches nothing but values."""

from pathlib import Path

import pytest

from tests.house.purity import impurities
from tests.house.source import PACKAGE, plant

PURE = """
import numpy as np
import msgspec
from collections.abc import Sequence
from math import log
from msgspec.structs import replace
from streamal.core.log import Record
from streamal.errors import Poison
"""


def test_the_core_is_pure() -> None:
    """The core imports numpy, msgspec, itself and harmless standard modules only."""
    assert impurities(PACKAGE / "core") == []


def test_pure_code_is_left_alone(tmp_path: Path) -> None:
    """What the core needs passes: values, arithmetic and its own nouns."""
    assert impurities(plant(tmp_path, "good.py", PURE)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import time", "imports time"),
        ("import os.path", "imports os.path"),
        ("from random import random", "imports random.random"),
        ("from datetime import datetime", "imports datetime.datetime"),
        ("import logging as quiet", "imports logging"),
        ("from pathlib import Path", "imports pathlib.Path"),
        ("from . import clock", "imports ..clock"),
        ("import river", "imports river"),
        ("from streamal import wire", "imports streamal.wire"),
        ("from streamal.wire.json import decode", "imports streamal.wire.json.decode"),
        ("from numpy import random", "imports numpy.random"),
        ("from msgspec import json", "imports msgspec.json"),
        ("x = np.random.default_rng()", "uses np.random"),
        ("x = msgspec.json.encode(1)", "uses msgspec.json"),
        ("print(1)", "uses print"),
        ("x = hash('a')", "uses hash"),
    ],
)
def test_an_impurity_is_found(tmp_path: Path, text: str, what: str) -> None:
    """Each way to a clock, dice, files or another floor is found, with file and line."""
    plant(tmp_path, "bad.py", f"x = 1\nif x:\n    {text}\n")
    assert impurities(tmp_path) == [f"bad.py:3: {what}"]
