"""What the arbiter is configured with, what it remembers, and how it numbers its records."""

import msgspec

from streamal.core.annotators import AnnotatorState
from streamal.core.certifier import CertifierState, Finding
from streamal.core.drifting import DriftSpec, DriftState, Outcome
from streamal.core.estimate import HORIZON, EstimateState
from streamal.core.ledger import Ledger, LedgerState
from streamal.core.limits import LimitSpec
from streamal.core.pending import PendingSpec
from streamal.core.policies import PolicySpec
from streamal.core.quotas import QuotaSpec, QuotaState
from streamal.core.records import Stamp
from streamal.core.repeats import ThinningSpec
from streamal.core.stopping import Saw, StopSpec, StopState
from streamal.core.target import TargetSpec
from streamal.core.updates import Certificate, Drift, Stop, Takeover


class ArbiterSpec(msgspec.Struct, frozen=True):
    """What an arbiter is configured with.

    `target` is what is promised of auto-labels, else `threshold` holds without a promise;
    `refund` lists the outcomes that give their charge back; `max_ahead` pauses intake
    so many samples after the oldest open request; `horizon` is where the anytime
    interval is tightest; `thinning`, `pending` and `quotas` hold back what was asked enough of.
    `per_request` annotators answer each request, and a label needs the share `agreement` of them.
    """

    limits: list[LimitSpec]
    policy: PolicySpec = PolicySpec()
    classes: list[str] | None = None
    expire_ms: int = 86_400_000
    remember_ms: int = 30 * 86_400_000
    refund: frozenset[str] = frozenset()
    ask_again: int = 0
    max_ahead: int | None = None
    unsolicited: bool = False
    per_request: int = 1
    agreement: float = 0.5
    horizon: int = HORIZON
    thinning: ThinningSpec | None = None
    pending: PendingSpec | None = None
    quotas: tuple[QuotaSpec, ...] = ()
    target: TargetSpec | None = None
    threshold: float | None = None
    stop: StopSpec | None = None
    drift: DriftSpec | None = None


class ArbiterState(msgspec.Struct):
    """The ledger row of `state`: everything that the arbiter remembers but requests.

    `version` is the last one written to `updates`; `candidates` and `labels` are the
    offsets of the last records taken in; `seen` and `bins` are cumulative for each
    partition of `samples`.
    """

    ledger: LedgerState
    estimate: EstimateState
    version: int = 0
    candidates: int = -1
    labels: dict[str, int] = {}
    n: int = 0
    seen: dict[str, int] = {}
    bins: dict[str, list[int]] = {}
    classes: list[str] = []
    hold: bool = False
    routes: dict[str, int] = {}
    answers: dict[str, int] = {}
    quotas: QuotaState = msgspec.field(default_factory=QuotaState)
    certifier: CertifierState = msgspec.field(default_factory=CertifierState)
    annotators: dict[str, AnnotatorState] = {}
    stop: StopState = msgspec.field(default_factory=StopState)
    drift: DriftState = msgspec.field(default_factory=DriftState)


class Journal:
    """Numbers what the arbiter writes: ledger steps, versions of `updates`, counts."""

    def __init__(self, state: ArbiterState, ledger: Ledger) -> None:
        self._state = state
        self._ledger = ledger

    @property
    def version(self) -> int:
        """The last version that was given."""
        return self._state.version

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is asked but audits."""
        return self._state.stop.rule is not None

    def next_version(self) -> int:
        """Return the version of the next record of `updates`."""
        self._state.version += 1
        return self._state.version

    def step(self, share: float) -> Stamp:
        """Count a transition of the ledger; return its stamp."""
        self._ledger.step()
        return self.stamp(share)

    def stamp(self, share: float | None = None) -> Stamp:
        """Return the ledger as it is."""
        state = self._state
        return Stamp(
            step=state.ledger.step,
            candidates=state.candidates,
            labels=dict(state.labels),
            n=state.n,
            time=state.ledger.time,
            share=self._ledger.share() if share is None else share,
            limits=self._ledger.states(),
        )

    def certificate(self, finding: Finding) -> Certificate:
        """Return the record of other terms of auto-labels."""
        return Certificate(
            version=self.next_version(),
            created_at=self._state.ledger.time,
            ledger=self.step(self._ledger.share()),
            **finding._asdict(),
        )

    def drift(self, detector: str, saw: dict[str, float], fresh: bool = True) -> Drift:
        """Return the record of an alarm."""
        record = Drift(
            version=self.next_version(),
            detector=detector,
            saw=saw,
            created_at=self._state.ledger.time,
            ledger=self.step(self._ledger.share()),
            fresh=fresh,
        )
        self._state.drift.alarm(record)
        return record

    def takeover(self, outcome: Outcome) -> Takeover:
        """Return the record of what became of a fresh model."""
        self._state.drift.settle(outcome)
        return Takeover(
            version=self.next_version(),
            created_at=self._state.ledger.time,
            ledger=self.step(self._ledger.share()),
            **outcome.told(),
        )

    def stop(self, rule: str | None, saw: Saw) -> Stop:
        """Return the record of a stop, or of its end."""
        return Stop(
            version=self.next_version(),
            rule=rule,
            saw=saw,
            created_at=self._state.ledger.time,
            ledger=self.step(self._ledger.share()),
        )

    def count_route(self, route: str, reason: str) -> None:
        """Count a decision."""
        key = f"{route}/{reason}"
        self._state.routes[key] = self._state.routes.get(key, 0) + 1

    def count_answer(self, outcome: str) -> None:
        """Count an answer by what became of it."""
        self._state.answers[outcome] = self._state.answers.get(outcome, 0) + 1

    def know(self, label: str) -> None:
        """Note a class that was learned."""
        if label not in self._state.classes:
            self._state.classes.append(label)
