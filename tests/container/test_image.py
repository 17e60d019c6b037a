"""What is in the image, and what a container of it may do."""

import json

import pytest

from tests.container.conftest import LABELS
from tests.container.engine import HARDENED, IMAGE, Engine

LARGEST = 400_000_000
"""Bytes: what the base, Python's scientific libraries and the service need, and not much more."""

WITHIN = """
import json, os, pathlib
from river.datasets import Bananas, ImageSegments, Phishing, Shuttle

status = dict(line.split(":", 1) for line in open("/proc/self/status"))
roots = ["/", "/opt/streamal", "/etc/streamal", "/var/tmp", "/run"]

def writes(folder):
    try:
        pathlib.Path(folder, "x").write_text("x")
    except OSError:
        return False
    return True

print(json.dumps({
    "uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(),
    "capabilities": [status[f"Cap{kind}"].strip() for kind in ("Prm", "Eff", "Bnd")],
    "no_new_privileges": status["NoNewPrivs"].strip(),
    "written": [path for path in roots if writes(path)], "tmp": writes("/tmp"),
    "rows": sum(1 for stream in (Bananas, ImageSegments, Phishing, Shuttle) for _ in stream()),
}))
"""

COMPILED = """
import pathlib, sys, streamal, river, numpy, scipy, kafka
for package in (streamal, river, numpy, scipy, kafka):
    for path in pathlib.Path(package.__file__).parent.rglob("*.py"):
        cached = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
        if not cached.exists() and "tests" not in path.parts:
            print(path)
"""


def test_it_is_small_and_says_what_it_is(engine: Engine) -> None:
    """Less than 400 MB; the labels, user, commands, signal and health check that docs tell."""
    image = engine.inspected("image", "inspect", IMAGE)
    config = image["Config"]
    named = {key.rpartition(".")[2]: value for key, value in config["Labels"].items()}
    assert image["Size"] < LARGEST
    assert {key.upper(): named[key] for key in ("version", "revision", "created")} == LABELS
    assert (named["title"], named["licenses"]) == ("streamal", "Apache-2.0")
    assert (config["User"], config["WorkingDir"]) == ("10001:10001", "/etc/streamal")
    assert (config["Entrypoint"], config["Cmd"]) == (["streamal"], ["run"])
    assert config["StopSignal"] in {"SIGTERM", "15"}
    assert image["Healthcheck"]["Test"] == ["CMD", "streamal", "healthcheck"]


def test_a_container_may_do_nothing_but_its_work(engine: Engine) -> None:
    """Not root, no capability, none to be had, nothing to write to; the data sets are there."""
    command = ("run", "--rm", *HARDENED, "--entrypoint", "python3", IMAGE, "-c", WITHIN)
    assert json.loads(engine.said(*command)) == {
        "uid": 10001,
        "gid": 10001,
        "groups": [10001],
        "capabilities": ["0" * 16] * 3,
        "no_new_privileges": "1",
        "written": [],
        "tmp": True,
        "rows": 5_300 + 2_310 + 1_250 + 49_097,
    }


def test_bytecode_is_there(engine: Engine) -> None:
    """A read-only root can keep none, so what is imported was compiled by the build."""
    command = ("run", "--rm", *HARDENED, "--entrypoint", "python3", IMAGE, "-c", COMPILED)
    assert engine.said(*command) == ""


@pytest.mark.parametrize("words", [("--version",), ("demo", "--rows", "500", "--json")])
def test_commands_run_in_it(engine: Engine, words: tuple[str, ...]) -> None:
    """Each command is there, and the whole service fits into what a container may do."""
    assert engine.said("run", "--rm", *HARDENED, IMAGE, *words)
