"""What the arbiter is configured with, what it remembers, and how it numbers its records."""

import msgspec

from streamal.core.estimate import HORIZON, EstimateState
from streamal.core.ledger import Ledger, LedgerState
from streamal.core.limits import LimitSpec
from streamal.core.pending import PendingSpec
from streamal.core.policies import PolicySpec
from streamal.core.quotas import QuotaSpec, QuotaState
from streamal.core.records import Stamp
from streamal.core.repeats import ThinningSpec


class ArbiterSpec(msgspec.Struct, frozen=True):
    """What an arbiter is configured with.

    `refund` lists the outcomes that give their charge back; `max_ahead` pauses intake
    so many samples after the oldest open request; `horizon` is where the anytime
    interval is tightest; `thinning`, `pending` and `quotas` hold back what was asked enough of.
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
    horizon: int = HORIZON
    thinning: ThinningSpec | None = None
    pending: PendingSpec | None = None
    quotas: tuple[QuotaSpec, ...] = ()


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


class Journal:
    """Numbers what the arbiter writes: ledger steps, versions of `updates`, counts."""

    def __init__(self, state: ArbiterState, ledger: Ledger) -> None:
        self._state = state
        self._ledger = ledger

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
