"""A worker: one or both roles over one broker, from start to clean shutdown."""

import time
from collections.abc import Callable

import structlog

from streamal.brokers.port import Broker
from streamal.errors import BrokerUnavailable, StreamalError, TopicMissing
from streamal.runtime.arbitration import Arbitration
from streamal.runtime.observer import Observer
from streamal.runtime.plan import MAX_BATCH, Plan
from streamal.runtime.replay import never
from streamal.runtime.replica import Replica
from streamal.runtime.rest import Rest
from streamal.runtime.restore import Follower
from streamal.runtime.rounds import Rounds
from streamal.runtime.scoring import Scoring
from streamal.runtime.stages import Stages
from streamal.wire.topics import SAMPLES, lacking

IDLE_WAIT = 0.1
"""Seconds that an idle turn waits for the next sample; a signal ends it at once."""

_log = structlog.get_logger("streamal.worker")


class Worker:
    """Both roles, or one; `simulate` calls their turns itself, `run` loops over them.

    Parameters
    ----------
    broker
        Opened by the caller, who also closes it.
    plan
        What to run.

    Raises
    ------
    TopicMissing
        The topics are not as they must be; says all that is wrong with them.
    """

    def __init__(self, broker: Broker, plan: Plan) -> None:
        if problems := lacking(plan.topics, broker.partitions()):
            raise TopicMissing("; ".join(problems))
        self._broker = broker
        self._plan = plan
        self.stages = Stages(plan.observer.lapped)
        self.follower = Follower(broker, plan)
        self.scoring: Scoring | None = None
        self.arbitration: Arbitration | None = None

    def start(self, stopped: Callable[[], bool] = never) -> None:
        """Replay `updates`, then join the groups of the roles; or stop on the way.

        Raises
        ------
        ConfigMismatch
            The model is configured otherwise than the one in `updates`.
        LockedOut
            Another worker runs already where only one can.
        """
        self._restore(stopped)
        if stopped():
            return
        plan, replica = self._plan, self.follower.replica
        if not plan.apply or plan.role == "scorer":
            replica.check()
        if plan.role in ("all", "arbiter"):
            self.arbitration = Arbitration(self._broker, plan, self.follower, self.stages)
        if plan.role in ("all", "scorer"):
            self.scoring = Scoring(self._broker, plan, replica, self.stages)

    def _restore(self, stopped: Callable[[], bool]) -> None:
        since, follower = time.perf_counter(), self.follower
        follower.restore(stopped)
        self._plan.observer.restored(time.perf_counter() - since, follower.replica.version)

    def turn(self, timeout: float) -> int:
        """Give each role one turn; return how many records were dealt with.

        The last one that can do anything waits for it, so that a worker that is held
        back does not spin.
        """
        done = 0
        scores = self.scoring is not None and not self.is_held()
        if self.arbitration is not None:
            done += self.arbitration.turn(0 if scores else timeout)
        self.follow(0 if scores or self.arbitration is not None else timeout)
        if self.scoring is not None:
            done += self.scoring.turn(MAX_BATCH, 0 if done or not scores else timeout)
        return done

    def follow(self, timeout: float = 0.0) -> None:
        """Apply what others wrote to `updates`.

        Raises
        ------
        ConfigMismatch
            Another worker recorded another model.
        """
        if self.follower.catch_up(timeout):
            self.follower.replica.check()

    def is_ready(self) -> bool:
        """Return whether it is a member of the groups of its roles, even with no partition."""
        roles = [role for role in (self.scoring, self.arbitration) if role is not None]
        return bool(roles) and all(role.consumer.is_member for role in roles)

    def is_held(self) -> bool:
        """Return whether nothing is decided for now."""
        return self.scoring is not None and self.scoring.is_held()

    def lag(self) -> dict[tuple[str, int], int]:
        """Return how many records wait, for each logical topic and partition that is held."""
        found: dict[tuple[str, int], int] = {}
        if self.scoring is not None:
            found |= {(SAMPLES, p): lag for p, lag in self.scoring.consumer.lag().items()}
        if self.arbitration is not None:
            found |= self.arbitration.lag()
        return found

    def close(self, leave: bool = True) -> None:
        """Leave both groups, or keep the place in them for the start that follows."""
        for role in (self.scoring, self.arbitration):
            if role is not None:
                role.close(leave)
        self.follower.close()


def serve(
    broker: Broker,
    plan: Plan,
    stopped: Callable[[], bool],
    until_idle: float | None = None,
    wait: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Run until told to stop, or until nothing came for `until_idle` seconds.

    An error that a fresh start gets past leads to one, after a rest that grows:
    restore from the last commit, and go on. Every other error is the caller's.

    Parameters
    ----------
    wait
        Waits so many seconds; called again and again during a rest, with `stopped`
        asked in between.
    now
        Seconds, for idleness and for retention.
    """
    alive = _beating(plan.observer, stopped)
    rest = Rest(alive, wait)
    while not alive():
        try:
            _live(broker, plan, alive, until_idle, rest, now)
            return
        except StreamalError as error:
            if not error.retriable:
                raise
            plan.observer.rebuilt(type(error).__name__)
            if isinstance(error, BrokerUnavailable):
                _log.warning("waiting", error=str(error), rest_seconds=rest.seconds)
            else:
                _log.warning("rebuilding", error=str(error), rest_seconds=rest.seconds)
        rest.take()


def _beating(observer: Observer, stopped: Callable[[], bool]) -> Callable[[], bool]:
    """Return `stopped` that also tells that the loop moves: whatever takes long asks it."""

    def ask() -> bool:
        observer.beat()
        return stopped()

    return ask


def _live(
    broker: Broker,
    plan: Plan,
    stopped: Callable[[], bool],
    until_idle: float | None,
    rest: Rest,
    now: Callable[[], float],
) -> None:
    """Live one worker's life.

    After an error that a fresh start gets past, the worker keeps its place in the groups:
    the next one comes back under the same name, and nobody has to move.
    """
    worker = Worker(broker, plan)
    leave = True
    try:
        worker.start(stopped)
        _tell_start(plan, worker.follower.replica)
        _loop(worker, stopped, until_idle, rest, Rounds(worker, broker, plan, now))
        seconds = {stage: round(took, 3) for stage, took in sorted(worker.stages.seconds.items())}
        _log.info("stopped", version=worker.follower.replica.version, seconds=seconds)
    except StreamalError as error:
        leave = not error.retriable
        raise
    finally:
        plan.observer.ready(False, False)
        plan.observer.behind({})
        worker.close(leave)


def _tell_start(plan: Plan, replica: Replica) -> None:
    """Log the start, and labels that an earlier model had learned and this one cannot."""
    if replica.lost:
        _log.warning(
            "not_relearned", count=replica.lost, of=replica.examples, error=replica.lost_error
        )
    _log.info("started", role=plan.role, version=replica.version)


def _loop(
    worker: Worker,
    stopped: Callable[[], bool],
    until_idle: float | None,
    rest: Rest,
    rounds: Rounds,
) -> None:
    last = rounds.make()
    while not stopped():
        done, at = worker.turn(IDLE_WAIT), rounds.make()
        if done:
            last = at
            rest.end()
        elif until_idle is not None and at - last >= until_idle:
            return
