"""Who is told what a worker does: metrics listen here. The loop itself knows no metric."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from streamal.core.arbiter import Arbiter, Output
from streamal.core.records import Candidate, Decision
from streamal.runtime.buried import Buried


class Scored(msgspec.Struct):
    """What a scorer's transaction decided.

    Parameters
    ----------
    routed
        Decisions and proposals.
    buried
        What became a dead letter.
    arrived
        When each of all these came to the broker, in milliseconds since the epoch.
    """

    routed: list[Candidate | Decision] = msgspec.field(default_factory=list)
    buried: list[Buried] = msgspec.field(default_factory=list)
    arrived: list[int] = msgspec.field(default_factory=list)


class Disposed(msgspec.Struct):
    """What an arbiter's transaction wrote, and what it buried."""

    out: Sequence[Output]
    buried: Sequence[Buried]


class Observer(Protocol):
    """Told after the fact, from the loop's own thread; must be quick, and never raise."""

    def beat(self) -> None:
        """The loop moves."""

    def restored(self, seconds: float, version: int) -> None:
        """`updates` was replayed up to a version."""

    def ready(self, is_ready: bool, is_held: bool) -> None:
        """How the worker stands: restored and a member of its groups; held back or not."""

    def holds(self, topic: str, partitions: int) -> None:
        """Partitions of a topic, by its logical name, came or went; so many are held now."""

    def behind(self, lag: Mapping[tuple[str, int], int]) -> None:
        """So many records wait, for each topic by its logical name and partition."""

    def lapped(self, stage: str, seconds: float) -> None:
        """A stage of a batch took so long."""

    def committed(self, result: str, seconds: float) -> None:
        """A transaction ended: ``ok``, ``failed`` or ``fenced``."""

    def scored(self, batch: Scored) -> None:
        """A scorer's transaction was committed."""

    def learned(self, version: int, examples: int) -> None:
        """The model has come to a version, and learned so many examples on the way."""

    def presides(self, arbiter: Arbiter) -> None:
        """The worker became the arbiter."""

    def disposed(self, arbiter: Arbiter, batch: Disposed) -> None:
        """An arbiter's transaction was committed."""

    def abdicated(self) -> None:
        """The worker is the arbiter no more."""

    def rebuilt(self, error: str) -> None:
        """The worker starts afresh after an error of this class."""


class Silent:
    """An `Observer` that tells nobody."""

    def beat(self) -> None:
        pass

    def restored(self, seconds: float, version: int) -> None:
        pass

    def ready(self, is_ready: bool, is_held: bool) -> None:
        pass

    def holds(self, topic: str, partitions: int) -> None:
        pass

    def behind(self, lag: Mapping[tuple[str, int], int]) -> None:
        pass

    def lapped(self, stage: str, seconds: float) -> None:
        pass

    def committed(self, result: str, seconds: float) -> None:
        pass

    def scored(self, batch: Scored) -> None:
        pass

    def learned(self, version: int, examples: int) -> None:
        pass

    def presides(self, arbiter: Arbiter) -> None:
        pass

    def disposed(self, arbiter: Arbiter, batch: Disposed) -> None:
        pass

    def abdicated(self) -> None:
        pass

    def rebuilt(self, error: str) -> None:
        pass


SILENT: Observer = Silent()
