"""`python -m tests.kafka`: says where it is, and leaves no broker behind."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kafka.client import admin
from tests.kafka.jars import NoKafka, jars

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

Program = subprocess.Popen[str]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The command, running."""
    try:
        jars()
    except NoKafka as lack:
        pytest.skip(str(lack))
    command = [sys.executable, "-m", "tests.kafka", "--dir", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def _broker(program: Program) -> int:
    """A handle on its broker, which notices the end of that very process (pidfd_open(2))."""
    children = Path(f"/proc/{program.pid}/task").glob("*/children")
    pids = [int(word) for path in children for word in path.read_text("ascii").split()]
    assert len(pids) == 1, f"one broker, not {pids}"
    return os.pidfd_open(pids[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_broker_outlives_it(program: Program, number: signal.Signals) -> None:
    """It says where its broker answers; however it ends, the broker ends with it."""
    assert program.stdout is not None
    bootstrap = program.stdout.readline().strip().split(",")
    admin(bootstrap).close()
    broker = _broker(program)
    program.send_signal(number)
    try:
        ended, _, _ = select.select([broker], [], [], PATIENCE)
    finally:
        os.close(broker)
    assert ended, "the broker runs on"
    assert program.wait(PATIENCE) == (-number if number == signal.SIGKILL else 0)
