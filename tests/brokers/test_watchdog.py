"""The watchdog bites when a call does not return, and only then."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from streamal.brokers.kafka.watchdog import EXIT, Watchdog

PATIENCE = 30.0
AT_ONCE = 0.0
NEVER = 3600.0


class Bites:
    """Writes down what a watchdog says, and lets a call wait for it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.by: list[str] = []
        self.bitten = threading.Event()

    def __call__(self, message: str) -> None:
        self.said.append(message)
        self.by.append(threading.current_thread().name)
        self.bitten.set()


@pytest.fixture
def bites() -> Bites:
    """Nothing yet."""
    return Bites()


@pytest.fixture
def strict(bites: Bites) -> Iterator[Watchdog]:
    """A watchdog for which every call takes too long."""
    watchdog = Watchdog(AT_ONCE, bites)
    yield watchdog
    watchdog.close()


def test_a_call_that_hangs_is_bitten(strict: Watchdog, bites: Bites) -> None:
    """While the call goes on, once, from another thread, with its name and its time."""
    with strict.watch("commit_transaction"):
        assert bites.bitten.wait(PATIENCE)
    assert bites.said == ["commit_transaction did not return within 0 s"]
    assert bites.by == ["watchdog"]


def test_a_call_inside_another_is_the_outer_one(strict: Watchdog, bites: Bites) -> None:
    """The outer call is watched on after the inner one has returned."""
    with strict.watch("outer"):
        with strict.watch("inner"):
            pass
        assert bites.bitten.wait(PATIENCE)
    assert bites.said == ["outer did not return within 0 s"]


def test_what_returns_is_let_be(bites: Bites) -> None:
    """Neither a call that returned nor one that raised counts on."""
    watchdog = Watchdog(NEVER, bites)
    with watchdog.watch("first"):
        pass
    with pytest.raises(ValueError, match="amiss"), watchdog.watch("second"):
        raise ValueError("amiss")
    soon = Watchdog(AT_ONCE, bites)
    with soon.watch("third"):
        assert bites.bitten.wait(PATIENCE)
    soon.close()
    watchdog.close()
    assert bites.said == ["third did not return within 0 s"]


def test_each_call_has_its_own_time(bites: Bites) -> None:
    """After many calls the next one is watched as the first was."""
    watchdog = Watchdog(AT_ONCE, bites)
    watchdog.close()  # it looks at nothing any more
    for _ in range(3):
        with watchdog.watch("call"):
            pass
    assert bites.said == []


def test_nothing_runs_before_a_call_nor_after_the_close(bites: Bites) -> None:
    """The thread comes with the first call and goes with `close`, which may come twice."""
    before = set(threading.enumerate())
    watchdog = Watchdog(NEVER, bites)
    assert set(threading.enumerate()) == before
    with watchdog.watch("call"):
        (thread,) = set(threading.enumerate()) - before
        assert (thread.name, thread.daemon) == ("watchdog", True)
    for _ in range(2):
        watchdog.close()
    assert set(threading.enumerate()) == before


HUNG = """
import threading
from streamal.brokers.kafka.watchdog import Watchdog, die
try:
    with Watchdog(0.1, die).watch("commit_transaction"):
        threading.Event().wait()
finally:
    print("a clean exit")
"""


def test_dying_takes_nobody_along() -> None:
    """The process ends with 70 and one line on stderr, whatever it was about to do."""
    done = subprocess.run(
        [sys.executable, "-c", HUNG],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout) == (EXIT, "")
    assert done.stderr == "commit_transaction did not return within 0.1 s\n"
    assert EXIT == 70
