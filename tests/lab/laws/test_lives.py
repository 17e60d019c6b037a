"""Whatever a service lives through, every law holds on what it wrote."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from streamal.core.drifting import DriftSpec
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.policies import POLICIES, PolicySpec
from streamal.core.stopping import StopSpec
from streamal.core.target import TargetSpec
from streamal.lab.laws import verify
from streamal.runtime.faults import CRASH_AT, Faults
from tests.lab.laws.service import SECOND, People, Service, plan

PRICES = {"person": 0.25, "llm": 1 / 3, "*": 0.01}

rates = st.builds(
    LimitSpec, st.just("rate"), st.sampled_from([0.02, 0.1, 1 / 3]), st.sampled_from([0, 0.7, 20])
)
counts = st.builds(
    LimitSpec, st.just("count"), st.integers(1, 80), over=st.none() | st.integers(50, 500)
)
windows = st.builds(
    LimitSpec,
    st.just("window"),
    st.integers(1, 30),
    every_ms=st.integers(20, 300).map(lambda seconds: seconds * SECOND),
)
costs = st.builds(LimitSpec, st.just("cost"), st.sampled_from([2.0, 10.0]), prices=st.just(PRICES))
budgets = st.lists(rates | counts | windows | costs, min_size=1, max_size=3)

shares = st.sampled_from([0.0, 0.1, 0.3])
peoples = st.builds(
    People,
    st.integers(0, 30),
    *[shares] * 7,
    patience=st.integers(20, 90),
    turned=st.just(1 << 62) | st.integers(50, 200),
)


def _in_ms(seconds: int) -> int:
    return seconds * SECOND


specs = st.builds(
    ArbiterSpec,
    st.just([]),
    expire_ms=st.sampled_from([30, 300]).map(lambda seconds: seconds * SECOND),
    remember_ms=st.sampled_from([40, 3000]).map(lambda seconds: seconds * SECOND),
    refund=st.frozensets(st.sampled_from(["skipped", "expired", "unknown", "rejected"])),
    ask_again=st.integers(0, 2),
    max_ahead=st.none() | st.just(40),
    per_request=st.sampled_from([1, 1, 2, 3]),
    agreement=st.sampled_from([0.5, 0.6, 1.0]),
    target=st.none() | st.builds(TargetSpec, st.sampled_from([0.7, 0.9]), st.just(0.4)),
    stop=st.none() | st.builds(StopSpec, deadline=st.sampled_from([90, 200]).map(_in_ms)),
    drift=st.none() | st.just(DriftSpec()),
)
policies = st.builds(
    PolicySpec, st.sampled_from(sorted(POLICIES)), exploration=st.sampled_from([0.0, 0.15, 0.5])
)


@dataclass(frozen=True)
class Chapter:
    """Some samples, and what happens after them."""

    samples: int
    batch: int
    event: str
    budget: list[LimitSpec]
    point: str


chapters = st.builds(
    Chapter,
    st.integers(1, 120),
    st.sampled_from([1, 7, 60]),
    st.sampled_from(["go on", "restart", "another budget", "crash", "rest"]),
    budgets,
    st.sampled_from(["scorer.before_commit", "scorer.after_commit", "arbiter.before_commit:3"]),
)


class _Died(Exception):
    """The process was killed here."""


def _die() -> None:
    raise _Died


def _crash(service: Service, point: str) -> None:
    good = service.plan
    try:
        service.restart(replace(good, faults=Faults({CRASH_AT: point}, _die)))
        service.run(30)
    except _Died:
        pass
    service.plan = replace(good, clock=service.clock)
    service.start()


def _live(service: Service, chapter: Chapter) -> None:
    service.run(chapter.samples, chapter.batch)
    if chapter.event == "restart":
        service.restart()
    elif chapter.event == "another budget":
        arbiter = replace(service.plan.arbiter, limits=chapter.budget)
        service.restart(replace(service.plan, arbiter=arbiter))
    elif chapter.event == "crash":
        _crash(service, chapter.point)
    elif chapter.event == "rest":
        service.settle(chapter.samples)


@settings(max_examples=60)
@given(
    budgets, policies, specs, peoples, st.integers(1, 3), st.lists(chapters, min_size=1, max_size=5)
)
def test_every_law_holds_whatever_happens(
    budget: list[LimitSpec],
    policy: PolicySpec,
    spec: ArbiterSpec,
    people: People,
    partitions: int,
    life: list[Chapter],
) -> None:
    """Any budget, policy, people, restarts and crashes leave a log that breaks no law."""
    made = plan(*budget, policy=policy, spec=spec, partitions=partitions)
    service = Service(made, people=people, broken=0.05, poison=0.05)
    for chapter in life:
        _live(service, chapter)
    verdicts = verify(service.broker, service.plan)
    service.broker.close()
    assert [verdict for verdict in verdicts if verdict.state == "violated"] == []
