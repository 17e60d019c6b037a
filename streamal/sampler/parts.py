"""What a sampler is put together from."""

from msgspec.structs import replace

from streamal.app.plans import mapping_of, plan_of
from streamal.runtime.plan import Plan
from streamal.sampler.clock import Clock, clock_of, name_of
from streamal.sampler.desk import Desk
from streamal.sampler.features import FeatureReader
from streamal.sampler.learner import made, model_from, named
from streamal.sampler.lookup import Lookup
from streamal.sampler.pool import Pool
from streamal.sampler.teaching import Teacher
from streamal.settings import Settings
from streamal.wire.saved import Saved


class Parts:
    """The parts, and what has to be known to make them again.

    Parameters
    ----------
    learner
        One that was handed in as an object; None: the settings name it.
    saved
        Go on from here; None begins.
    """

    def __init__(
        self, settings: Settings, clock: Clock, learner: object, saved: Saved | None = None
    ) -> None:
        learner = None if learner is None else made(learner)
        self.settings = settings
        self.clock = name_of(clock)
        self.learner = None if learner is None else str(named(learner)["learner"])
        self.plan = _plan_of(settings, learner)
        self.reader = FeatureReader(mapping_of(settings))
        self.desk = Desk(self.plan, clock_of(clock), saved)
        self.lookup = Lookup(self.desk.arbiter.book, self.desk.updates)
        self.teacher = Teacher(self.desk, self.lookup, self.reader)
        self.pool = Pool(self.desk, self.lookup)


def _plan_of(settings: Settings, learner: object) -> Plan:
    """Return the plan of a worker whose answers come by `teach`."""
    plan = plan_of(settings, {})
    plan = replace(plan, arbiter=replace(plan.arbiter, unsolicited=True, max_ahead=None))
    if learner is None:
        return plan
    made = model_from(
        learner,
        settings.samples.types,
        settings.policy.asks_members(),
        settings.model.class_weights,
    )
    return replace(plan, model=made, model_config={**plan.model_config, **named(learner)})
