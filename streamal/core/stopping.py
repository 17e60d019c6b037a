"""When labels are no longer worth asking for: four rules, each saying what it saw.

After a stop nothing is asked but audits: uniform draws at a fifth of the planned pace,
so that one goes on knowing how good the model is. See docs/stopping.md.
"""

import msgspec

from streamal.core.controller import Verdict, wanted
from streamal.core.estimate import Estimate
from streamal.core.gain import Compared, Gain, GainSpec
from streamal.core.ledger import Ledger

RESTING = 0.2
"""The part of the planned labels that goes to audits after a stop: the audits' usual share."""

Saw = dict[str, float]
"""What a rule saw, by name."""


class StopSpec(msgspec.Struct, frozen=True):
    """When to stop asking, as configured; None leaves a rule out.

    Parameters
    ----------
    accuracy
        Where the anytime lower bound of the accuracy reaches this.
    budget
        When this part of a `count` or `cost` limit is charged.
    deadline
        When the ledger's clock comes to this, in milliseconds.
    no_gain
        When the model is no better than it was half of its labels ago.
    """

    accuracy: float | None = None
    budget: float | None = None
    deadline: int | None = None
    no_gain: GainSpec | None = None


class StopState(msgspec.Struct):
    """What is remembered of stopping.

    `rule` stopped, under `spec`, at the version `began`; it was lifted at the version `ended`.
    `saw` is what the rule saw then, at n samples.
    """

    rule: str | None = None
    spec: StopSpec | None = None
    began: int = 0
    ended: int = 0
    n: int = 0
    saw: Saw = {}


def resting_share(ledger: Ledger) -> float:
    """Return what part of the samples is audited after a stop."""
    return RESTING * ledger.slope()


def resting(draw: float, share: float, coin: float = 0.0) -> Verdict:
    """Apply the rule of after a stop: a uniform draw at a share, and the coin of audits.

    Examples
    --------
    >>> resting(0.01, share=0.02).wanted, resting(0.03, share=0.02).wanted
    (True, False)
    """
    return wanted(1.0, draw, share, 1.0, None, coin)


class Stopper:
    """Looks at the rules at the end of each batch; shares the arbiter's state and ledger.

    Examples
    --------
    >>> from streamal.core.limits import LimitSpec
    >>> ledger = Ledger([LimitSpec("rate", 0.1)])
    >>> stopper = Stopper(StopSpec(deadline=5000), StopState(), Estimate(), ledger)
    >>> ledger.advance(n=9, time=6000)
    >>> stopper.due()
    ('deadline', {'time': 6000.0, 'deadline': 5000.0})
    """

    def __init__(
        self, spec: StopSpec | None, state: StopState, estimate: Estimate, ledger: Ledger
    ) -> None:
        self.state = state
        self._spec = spec
        self._estimate = estimate
        self._ledger = ledger
        self._compared = Compared()

    @property
    def is_stopped(self) -> bool:
        """Is nothing asked but audits?"""
        return self.state.rule is not None

    def rests(self, version: int) -> bool:
        """Is a candidate that a scorer proposed at a version of `updates` to be audited only?

        After a stop, and where its scorer had not yet heard that asking goes on.
        """
        return self.is_stopped or self.state.began <= version < self.state.ended

    def told(self, compared: Compared) -> None:
        """Take in what labels were worth to the model."""
        self._compared = compared

    def due(self) -> tuple[str, Saw] | None:
        """Return the rule that stops now and what it saw; None where none does, or one has."""
        if self._spec is None or self.is_stopped:
            return None
        rules = {
            "accuracy": self._is_accurate,
            "budget": self._is_spent,
            "deadline": self._is_late,
            "no_gain": self._is_flat,
        }
        for rule, look in rules.items():
            saw = look(self._spec)
            if saw is not None:
                return rule, saw
        return None

    def stop(self, rule: str, saw: Saw, version: int) -> None:
        """Note that a rule stopped, at a version of `updates`."""
        state = self.state
        state.rule, state.saw, state.spec = rule, saw, self._spec
        state.began, state.ended, state.n = version, 0, self._ledger.state.n

    def lifted(self) -> Saw | None:
        """Return what speaks for asking again; None where nothing does.

        What stopped was configured otherwise, or it was `no_gain` and labels help again.
        """
        state, again = self.state, self._compared.again
        if not self.is_stopped:
            return None
        if state.spec != self._spec:
            return {}
        return None if state.rule != "no_gain" or again is None else _saw(again)

    def lift(self, version: int) -> None:
        """Note that asking goes on, from a version of `updates`."""
        state = self.state
        state.rule, state.spec, state.saw = None, None, {}
        state.ended, state.n = version, self._ledger.state.n

    def _is_accurate(self, spec: StopSpec) -> Saw | None:
        bounds = self._estimate.bounds()
        target, low = spec.accuracy, bounds.low_anytime
        if target is None or low is None or low < target:
            return None
        labels = float(self._estimate.state.labels)
        return {
            "lower_bound": low,
            "target": target,
            "accuracy": bounds.accuracy or 0.0,
            "labels": labels,
        }

    def _is_spent(self, spec: StopSpec) -> Saw | None:
        if spec.budget is None:
            return None
        for one in self._ledger.limits:
            charged, amount = one.account.charged, one.spec.amount
            reached = round(charged - spec.budget * amount, 9) >= 0
            if one.spec.kind in ("count", "cost") and (reached or one.spent()):
                return {"charged": charged, "allowed": amount, "part": spec.budget}
        return None

    def _is_late(self, spec: StopSpec) -> Saw | None:
        time = self._ledger.state.time
        if spec.deadline is None or time < spec.deadline:
            return None
        return {"time": float(time), "deadline": float(spec.deadline)}

    def _is_flat(self, spec: StopSpec) -> Saw | None:
        flat = self._compared.flat
        if spec.no_gain is None or flat is None:
            return None
        return {**_saw(flat), "worth": spec.no_gain.worth}


def _saw(gain: Gain) -> Saw:
    return {
        "gain": gain.mean,
        "error": gain.error,
        "compared": float(gain.compared),
        "labels": float(gain.labels),
    }
