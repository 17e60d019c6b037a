"""Policies: each turns a scored sample into a rank and, where it has one, a probability.

`rank` compares with the partition's recent utilities. The others say yes (rank 0) or
no (rank 1) and hand over the probability with which they say yes; so one rule, one
ledger and one estimate serve them all. `variable`, `randomised` and `split` follow
Žliobaitė et al., "Active Learning with Drifting Streaming Data" (IEEE TNNLS, 2014).
"""

from statistics import NormalDist
from typing import Protocol

import msgspec

from streamal.core.draw import draws, rest_of
from streamal.core.window import Window

ARMED = ("density", "novelty")
"""Modifiers that are arms of `auto` of their own: there they count under no other arm."""


class PolicySpec(msgspec.Struct, frozen=True):
    """A policy as configured."""

    kind: str = "rank"
    utility: str = "margin"
    exploration: float = 0.15
    window: int = 100
    threshold: float = 0.8
    step: float = 0.01
    spread: float = 1.0
    random_share: float = 0.2
    disagreement: str = "consensus_entropy"
    arms: tuple[str, ...] = ("margin", "random", "novelty")
    block: int = 20
    pool: int = 400
    wait_ms: int = 3_600_000
    diversity: float = 0.2
    eager: bool = True

    @property
    def uniform(self) -> float:
        """The uniform part of what is asked; all of it where the policy is random."""
        return 1.0 if self.kind == "random" else self.exploration


class Scored(msgspec.Struct, frozen=True, gc=False):
    """What a policy may look at; `draw` is the number for `ask`, None if it was not drawn."""

    source: str
    utility: float
    confidence: float
    cold: bool
    affordable: bool
    pace: float
    draw: float | None = None
    arm: str | None = None


class Opinion(msgspec.Struct, frozen=True, gc=False):
    """Rank 0 (best) to 1, the probability of wanting, and the policy's own threshold."""

    rank: float
    want: float | None = None
    threshold: float | None = None


class Policy(Protocol):
    """One partition's policy; `save` gives what it must remember."""

    def weigh(self, sample: Scored) -> Opinion:
        """Return the opinion on one sample and take it in."""

    def save(self) -> str | float | None:
        """Return the state that `load` takes."""

    def load(self, saved: str | float) -> None:
        """Go on from a saved state."""


def _yes(is_wanted: bool, want: float, threshold: float | None = None) -> Opinion:
    return Opinion(0.0 if is_wanted else 1.0, want, threshold)


class Rank:
    """How the utility ranks among the last W of the partition; ties by what a draw leaves.

    Utilities that were taken in another way are no measure: another arm begins anew.
    """

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        self._ask = draws(seed, "ask")
        self._window = Window(spec.window)
        self._capacity = spec.window
        self._arm: str | None = None

    def weigh(self, sample: Scored) -> Opinion:
        if sample.arm != self._arm:
            self._arm, self._window = sample.arm, Window(self._capacity)
        chance = self._ask(sample.source) if sample.draw is None else sample.draw
        return Opinion(self._window.rank_and_insert(sample.utility, rest_of(chance)))

    def save(self) -> str:
        window = self._window.save()
        return window if self._arm is None else f"{self._arm}:{window}"

    def load(self, saved: str | float) -> None:
        arm, _, window = str(saved).rpartition(":")
        self._arm = arm or None
        self._window = Window.load(self._capacity, window)


class Uniform:
    """Everything alike: the uniform draw alone decides."""

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        pass

    def weigh(self, sample: Scored) -> Opinion:
        return Opinion(1.0)

    def save(self) -> None:
        return None

    def load(self, saved: str | float) -> None:
        pass


class Fixed:
    """Below the threshold ask: the textbook rule."""

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        self._threshold = spec.threshold

    def weigh(self, sample: Scored) -> Opinion:
        ask = sample.cold or sample.confidence < self._threshold
        return _yes(ask, float(ask), self._threshold)

    def save(self) -> None:
        return None

    def load(self, saved: str | float) -> None:
        pass


class Periodic:
    """Every so many samples, as many as the pace affords."""

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        self._phase = 0.0

    def weigh(self, sample: Scored) -> Opinion:
        self._phase += min(1.0, sample.pace)
        ask = self._phase >= 1.0
        self._phase -= float(ask)
        return _yes(ask, float(ask))

    def save(self) -> float:
        return self._phase

    def load(self, saved: str | float) -> None:
        self._phase = float(saved)


class Variable:
    """A threshold that falls with each wish and rises without one."""

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        self._step = spec.step
        self._threshold = 1.0

    def weigh(self, sample: Scored) -> Opinion:
        ask = sample.cold or sample.confidence < self._threshold
        return self._adapt(sample, ask, float(ask))

    def _adapt(self, sample: Scored, ask: bool, want: float) -> Opinion:
        """The threshold moves only while the budget would let the wish through."""
        before = self._threshold
        if sample.affordable and not sample.cold:
            self._threshold *= 1.0 - self._step if ask else 1.0 + self._step
            self._threshold = min(max(self._threshold, 1e-6), 2.0)
        return _yes(ask, want, before)

    def save(self) -> float:
        return self._threshold

    def load(self, saved: str | float) -> None:
        self._threshold = float(saved)


class Randomised(Variable):
    """`variable` with its threshold multiplied by a normal draw around 1."""

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        super().__init__(spec, seed)
        self._factor = NormalDist(1.0, spec.spread)
        self._noise = draws(seed, "noise")

    def weigh(self, sample: Scored) -> Opinion:
        want = 1.0
        if not sample.cold:
            want = 1.0 - self._factor.cdf(sample.confidence / self._threshold)
        ask = self._noise(sample.source) < want
        return self._adapt(sample, ask, want)


class Split(Variable):
    """A part of the stream is asked at random, the rest by `variable`."""

    def __init__(self, spec: PolicySpec, seed: int) -> None:
        super().__init__(spec, seed)
        self._random_share = spec.random_share
        self._part, self._noise = draws(seed, "split"), draws(seed, "noise")

    def weigh(self, sample: Scored) -> Opinion:
        if sample.cold or self._part(sample.source) >= self._random_share:
            return super().weigh(sample)
        want = min(1.0, sample.pace)
        return _yes(self._noise(sample.source) < want, want, self._threshold)


POLICIES: dict[str, type[Rank | Uniform | Fixed | Periodic | Variable]] = {
    "rank": Rank,
    "auto": Rank,
    "fixed": Fixed,
    "variable": Variable,
    "randomised": Randomised,
    "split": Split,
    "random": Uniform,
    "periodic": Periodic,
    "pool": Rank,
}


def reason_of(kind: str, arm: str | None, explored: bool, cold: bool, audited: bool = False) -> str:
    """Return why a sample is asked, in one word.

    Examples
    --------
    >>> reason_of("rank", None, explored=False, cold=False)
    'uncertain'
    >>> reason_of("auto", "novelty", explored=False, cold=False)
    'novel'
    """
    if audited:
        return "audit"
    if explored:
        return "exploration"
    if cold:
        return "cold_start"
    if kind == "periodic":
        return "periodic"
    return _REASONS.get(arm or "", "uncertain")


_REASONS = {"disagreement": "disagreement", "novelty": "novel", "random": "exploration"}


def policy(spec: PolicySpec, seed: int) -> Policy:
    """Return a fresh policy for one partition."""
    return POLICIES[spec.kind](spec, seed)
