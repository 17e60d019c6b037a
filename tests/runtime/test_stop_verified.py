"""`verify` on the log of a service that stopped asking, was restarted, and went on."""

import pytest
from msgspec.structs import replace

from streamal.core.policies import PolicySpec
from streamal.core.stopping import StopSpec
from streamal.lab.laws import verify
from tests.lab.laws.service import COST, RATE, WINDOW, Service, plan
from tests.lab.laws.stories import PEOPLE, SPEC


@pytest.mark.parametrize("kind", ["rank", "variable"])
def test_a_log_with_a_stop_keeps_every_law(kind: str) -> None:
    """Before the stop, after it, after a restart, and after another configuration lifted it."""
    spec = replace(SPEC, stop=StopSpec(budget=0.2))
    made = plan(RATE, WINDOW, COST, policy=PolicySpec(kind=kind, window=20), spec=spec)
    service = Service(made, people=PEOPLE, broken=0.02, poison=0.03).run(400)
    service.restart()
    service.run(200, batch=3)
    assert _rule(service) == "budget"
    lifted = replace(service.plan, arbiter=replace(service.plan.arbiter, stop=None))
    service.restart(lifted)
    service.run(200).settle(4000)
    assert _rule(service) is None
    assert [one for one in verify(service.broker, service.plan) if one.state == "violated"] == []


def _rule(service: Service) -> str | None:
    arbitration = service.worker.arbitration
    assert arbitration is not None
    assert arbitration.arbiter is not None
    return arbitration.arbiter.state.stop.rule
