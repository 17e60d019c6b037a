"""Drift in plain values: what watches for it, what is found, what an arbiter remembers of it."""

from typing import Any, NamedTuple

import msgspec

from streamal.core.updates import Drift, Example

ON_ERRORS = ("adwin", "kswin", "page_hinkley")
"""Detectors of river's that watch how often labels contradict the model."""

LABEL_FREE = ("scores", "features")
"""Those that watch how confident the model is, and what samples look like."""

UNIFORM = frozenset({"exploration", "audit"})
"""Reasons of requests that were drawn."""


class DriftSpec(msgspec.Struct, frozen=True):
    """What watches, and what an alarm leads to.

    Parameters
    ----------
    detectors
        Names of `ON_ERRORS` and `LABEL_FREE`.
    sensitivity
        At 2 half of the evidence is enough for an alarm.
    fresh
        Whether a fresh model begins to learn at an alarm.
    """

    detectors: tuple[str, ...] = ("adwin", "page_hinkley")
    sensitivity: float = 1.0
    fresh: bool = True


class DriftState(msgspec.Struct):
    """What an arbiter remembers of its alarms; `alarms` counts them by detector.

    `last` raised the last one, at the version `since`; `is_learning` while a fresh model
    learns from there on.
    """

    alarms: dict[str, int] = {}
    last: str | None = None
    since: int = 0
    taken: int = 0
    dropped: int = 0
    is_learning: bool = False

    def alarm(self, drift: Drift) -> None:
        """Note an alarm."""
        self.alarms[drift.detector] = self.alarms.get(drift.detector, 0) + 1
        self.last, self.since = drift.detector, drift.version
        self.is_learning = self.is_learning or drift.fresh

    def settle(self, outcome: "Outcome") -> None:
        """Note what became of a fresh model."""
        self.is_learning = False
        self.taken += outcome.taken
        self.dropped += not outcome.taken


class Alarm(NamedTuple):
    """A detector's: raised by the example of a version, and what it saw."""

    version: int
    detector: str
    saw: dict[str, float]


class Outcome(NamedTuple):
    """How a fresh model did by the example of a version; as `Takeover` says it."""

    version: int
    taken: bool
    since: int
    labels: int
    loss: float
    fresh_loss: float

    def told(self) -> dict[str, Any]:
        """Return what a record says of it."""
        return {name: value for name, value in self._asdict().items() if name != "version"}


Arisen = Alarm | Outcome


def is_drawn(example: Example) -> bool:
    """Say whether an example's label was drawn, and not chosen, so that it speaks for others.

    Where everything is asked about (propensity 1 at a share of 1) every label does. A
    chosen one of policy `auto` also says ``exploration``, with propensity 1.

    Examples
    --------
    >>> from streamal.core.records import Source, Stamp
    >>> at, stamp = Source("samples", 0, 0), Stamp(1, 0, {}, 0, 0, 0.1, [])
    >>> example = Example(
    ...     version=1, sample_id="a", source=at, features={}, label="x", answer=at,
    ...     created_at=0, ledger=stamp, reason="audit", propensity=0.2, predicted="y",
    ... )
    >>> is_drawn(example)
    True
    """
    p = example.propensity
    if p is None or p <= 0.0 or example.predicted is None or example.corrects:
        return False
    return example.ledger.share >= 1.0 if p >= 1.0 else example.reason in UNIFORM
