"""Crashes leave a lawful log, and a commit that is torn in two does not."""

import pytest
from msgspec.structs import replace

from streamal.lab.laws import verify
from streamal.runtime.faults import CRASH_AT, SPLIT_COMMIT, Faults
from tests.lab.laws.service import RATE, Service, plan
from tests.lab.laws.stories import PEOPLE, SPEC


class Died(Exception):
    """The process was killed here."""


def die() -> None:
    """Stop where a process would be killed."""
    raise Died


def service() -> Service:
    """Return a service that has worked for a while."""
    return Service(plan(RATE, spec=SPEC), people=PEOPLE, broken=0.05).run(200)


def faulty(environ: dict[str, str]) -> Service:
    """Return a service whose second worker was killed by a fault."""
    broken = service()
    good = broken.plan
    with pytest.raises(Died):
        _work(broken, Faults(environ, die))
    broken.plan = replace(good, clock=broken.clock)
    return broken


def _work(broken: Service, faults: Faults) -> None:
    broken.restart(replace(broken.plan, faults=faults))
    broken.run(200)


def violated(broken: Service) -> set[int]:
    """Return the laws that its log violates."""
    verdicts = verify(broken.broker, broken.plan)
    return {verdict.law for verdict in verdicts if verdict.state == "violated"}


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
@pytest.mark.parametrize("role", ["scorer", "arbiter"])
@pytest.mark.parametrize("time", [1, 5])
def test_all_laws_hold_after_a_crash(role: str, point: str, time: int) -> None:
    """Killed beside a commit, and again after a restart, the log stays lawful."""
    killed = faulty({CRASH_AT: f"{role}.{point}:{time}"})
    assert violated(killed) == set()
    killed.start()
    assert violated(killed.run(100)) == set()


def test_outputs_without_their_offsets_are_seen() -> None:
    """A scorer killed between its outputs and its offsets is seen by law 9, its successor by 1."""
    torn = faulty({SPLIT_COMMIT: "1", CRASH_AT: "scorer.mid_commit:3"})
    assert 9 in violated(torn)
    torn.start()
    assert 1 in violated(torn.run(100))


def test_requests_without_their_row_are_seen() -> None:
    """An arbiter killed between its outputs and its row is seen by law 7, its successor by 3."""
    torn = faulty({SPLIT_COMMIT: "1", CRASH_AT: "arbiter.mid_commit:3"})
    assert 7 in violated(torn)
    torn.start()
    assert {1, 3, 7, 9} <= violated(torn.run(100))
