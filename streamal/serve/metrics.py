"""An observer of the loop that keeps count of all it is told."""

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import Any

from streamal.brokers.clock import wall_clock
from streamal.core.arbiter import Arbiter
from streamal.runtime.buried import Buried
from streamal.runtime.observer import Disposed, Scored
from streamal.serve.about import About
from streamal.serve.arbiters import ArbiterCounts
from streamal.serve.board import Board
from streamal.serve.catalog.known import FOLLOWED, OTHER
from streamal.serve.health import Health
from streamal.serve.scorers import ScorerCounts

_REBUILDS = ("BrokerUnavailable", "CommitFailed")


class Metrics:
    """What one process counts, from start to end; its workers come and go.

    Everything is told after its commit, from one thread, and cheaply: a batch at a time.

    Parameters
    ----------
    clock
        Returns milliseconds since the epoch, or what a simulation takes for them.
    """

    def __init__(self, about: About, clock: Callable[[], int] = wall_clock) -> None:
        self.about = about
        self._clock = clock
        self.board = board = Board(about)
        self.health = Health()
        self._scorers = ScorerCounts(board, about, clock) if about.scores else None
        self._arbiters = ArbiterCounts(board) if about.arbitrates else None
        board.set("build_info", about.versions, 1)
        board.set("config_info", (about.config_hash,), 1)
        for name in ("ready", "held", "model_version", "last_commit_timestamp_seconds"):
            board.set(name, (), 0)

    def beat(self) -> None:
        self.health.beat()

    def restored(self, seconds: float, version: int) -> None:
        self.board.set("restore_seconds", (), seconds)
        self.board.set("model_version", (), version)

    def ready(self, is_ready: bool, is_held: bool) -> None:
        self.health.is_ready, self.health.is_held = is_ready, is_held
        self.board.set("ready", (), is_ready)
        self.board.set("held", (), is_held)

    def holds(self, topic: str, partitions: int) -> None:
        self.board.set("assigned_partitions", (topic,), partitions)
        self.board.add("rebalances_total", (), 1)

    def behind(self, lag: Mapping[tuple[str, int], int]) -> None:
        waiting = self.board.series("consumer_lag_records")
        waiting.put(((topic, str(partition)), count) for (topic, partition), count in lag.items())

    def lapped(self, stage: str, seconds: float) -> None:
        self.board.summary("stage_duration_seconds").take((stage,), seconds)

    def committed(self, result: str, seconds: float) -> None:
        self.board.add("commits_total", (result,), 1)
        self.board.histogram("commit_duration_seconds").take_one(seconds)
        if result == "ok":
            self.board.set("last_commit_timestamp_seconds", (), time())

    def scored(self, batch: Scored) -> None:
        assert self._scorers is not None
        self._scorers.take(batch)
        self._bury(batch.buried)

    def learned(self, version: int, examples: int) -> None:
        self.board.set("model_version", (), version)
        self.board.add("model_updates_total", (), examples)

    def presides(self, arbiter: Arbiter) -> None:
        assert self._arbiters is not None
        self._arbiters.begin(arbiter)

    def disposed(self, arbiter: Arbiter, batch: Disposed) -> None:
        assert self._arbiters is not None
        self._arbiters.take(arbiter, batch)
        self._bury(batch.buried)

    def abdicated(self) -> None:
        assert self._arbiters is not None
        self._arbiters.end()

    def rebuilt(self, error: str) -> None:
        self.board.add("rebuilds_total", (error if error in _REBUILDS else OTHER,), 1)

    def skipped(self, topic: str, records: int) -> None:
        """Count records that retention dropped before they were read."""
        self.board.add("skipped_records_total", (topic if topic in FOLLOWED else OTHER,), records)

    def tripped(self) -> None:
        """Count a call that hung."""
        self.board.add("watchdog_trips_total", (), 1)

    def _bury(self, buried: Sequence[Buried]) -> None:
        letters = self.board.series("dead_letters_total")
        for lost in buried:
            labels = (lost.stage, lost.poison.reason)
            letters.add(labels, 1)
            letters.exemplars[labels] = ({"place": lost.record.source[-100:]}, time())

    def refresh(self) -> None:
        """Bring up to date what moves with time alone; called when somebody scrapes."""
        arbiters = self._arbiters
        if arbiters is not None:
            oldest = arbiters.oldest
            age = 0.0 if oldest is None else max(0.0, (self._clock() - oldest) / 1000.0)
            shown = [((), age)] if arbiters.presides else []
            self.board.series("oldest_request_age_seconds").put(shown)

    def status(self) -> dict[str, Any]:
        """Return how the worker stands, as plain values; asks no broker."""
        board = self.board
        lag: dict[str, int] = {}
        for (topic, _), count in board.series("consumer_lag_records").values().items():
            lag[topic] = lag.get(topic, 0) + int(count)
        return {
            "instance": self.about.instance,
            "role": self.about.role,
            "version": self.about.versions[0],
            "ready": self.health.is_ready,
            "held": self.health.is_held,
            "live": self.health.is_live(),
            "model_version": int(board.series("model_version").values()[()]),
            "partitions": _whole(board.series("assigned_partitions").values()),
            "lag": lag,
            "arm": self._arm(),
            "arbiter": None if self._arbiters is None else self._arbiters.standing,
        }

    def _arm(self) -> str | None:
        """Return how the utility is taken, where that is told."""
        if self._scorers is None:
            return None
        arms = self.board.series("policy_arm").values()
        return next((arm for (arm,), value in arms.items() if value), None)


def _whole(values: Mapping[tuple[str, ...], float]) -> dict[str, int]:
    return {labels[0]: int(value) for labels, value in values.items()}
