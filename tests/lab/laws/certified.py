"""The log of a service that labels on a certificate, loses it, and stops asking."""

from functools import cache

from msgspec.structs import replace

from streamal.core.limits import LimitSpec
from streamal.core.stopping import StopSpec
from streamal.core.target import TargetSpec
from tests.lab.laws.copying import Copy
from tests.lab.laws.service import SECOND, People, Service, plan
from tests.lab.laws.stories import SPEC

TURNED = 800
"""From this sample on the classes have each other's names."""


def certified(**changes: object) -> Service:
    """Return a service that earned a certificate, lost it, stopped, and went on."""
    spec = replace(SPEC, target=TargetSpec(0.8, audit=0.4), **changes)
    made = plan(LimitSpec("rate", 0.3), spec=spec)
    service = Service(made, people=People(delay=5, skipped=0.15, again=0.05, turned=TURNED))
    service.run(TURNED).restart()
    _lag(service, 400)
    service.run(800)
    stop = replace(service.plan.arbiter, stop=StopSpec(deadline=2200 * SECOND))
    service.restart(replace(service.plan, arbiter=stop))
    service.run(500)
    service.restart(replace(service.plan, arbiter=replace(stop, stop=None)))
    return service.run(200)


def _lag(service: Service, samples: int) -> None:
    """Let labels come between what scorers propose and what the arbiter makes of it."""
    scoring, arbitration = service.worker.scoring, service.worker.arbitration
    assert scoring is not None
    assert arbitration is not None
    for _ in range(0, samples, 50):
        service.send(50)
        scoring.turn(500, 0)
        service.speak()
        arbitration.turn_labels()
        arbitration.turn_candidates()
        service.worker.follow()
        service.hear()


@cache
def certified_copy() -> Copy:
    """Return its records; change a `twin` of it only."""
    service = certified()
    return Copy(service.broker, service.plan)
