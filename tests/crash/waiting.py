"""Waiting for something to be seen, and never for time to pass."""

from collections.abc import Callable
from time import monotonic

from tests.crash.process import Process
from tests.crash.site import Site

DEADLINE = 30.0


def until(seen: Callable[[], bool], what: str, step: Callable[[], None]) -> None:
    """Do steps until something is seen; each step takes a moment of its own."""
    limit = monotonic() + DEADLINE
    while not seen():
        assert monotonic() < limit, f"not within {DEADLINE:.0f} s: {what}"
        step()


def until_decided(site: Site) -> None:
    """Wait until a sample more is decided; the annotator goes on meanwhile."""
    before = site.decided()
    until(lambda: site.decided() > before, "a sample is decided", site.talk)


def until_done(site: Site) -> None:
    """Wait until every sample that was sent is decided; the annotator listens meanwhile."""
    until(lambda: site.lag() == 0, "nothing waits", site.listen)


def until_ended(site: Site, process: Process) -> int:
    """Give the service work until another process has ended; return its code."""
    until(lambda: process.code() is not None, "the process has ended", site.trickle)
    return process.wait()
