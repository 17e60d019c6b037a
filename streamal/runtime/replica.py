"""The model as a fold over `updates`: everyone who replays it has the same one."""

from collections.abc import Callable, Mapping, Sequence

from streamal.core.drifting import Arisen
from streamal.core.gain import Compared
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.records import Digest, Features
from streamal.core.scorer import ScorerSpec, Situation
from streamal.core.terms import fixed
from streamal.core.updates import (
    Certificate,
    Closed,
    Drift,
    Example,
    ModelConfig,
    Pace,
    Stop,
    Takeover,
    Update,
)
from streamal.errors import ConfigMismatch, StreamalError
from streamal.learners.model import Model, Refusal
from streamal.runtime.fresh import Fresh
from streamal.runtime.judge import Judge
from streamal.runtime.lagging import Lagging
from streamal.runtime.onset import Onset
from streamal.runtime.vigil import Vigil

PROBES = 20
"""Labelled samples whose predictions make the digest."""

DIGEST_EVERY = 100
"""Versions between two digests."""


PLAIN = ScorerSpec(0, PolicySpec())
"""Samples judged by their model alone."""


def made_of(model: Mapping[str, object], library: str) -> dict[str, object]:
    """Return what a model is made of, the library's version included."""
    return {**model, "river": library}


def differing(recorded: Mapping[str, object], here: Mapping[str, object]) -> list[str]:
    """Return a sentence for each setting of the model that differs.

    Examples
    --------
    >>> differing({"seed": 7}, {"seed": 8})
    ['model.seed is 8 here and 7 in updates']
    """
    return [
        f"model.{name} is {here.get(name)!r} here and {recorded.get(name)!r} in updates"
        for name in sorted({*recorded, *here})
        if recorded.get(name) != here.get(name)
    ]


class Replica:
    """Applies updates in order, each version once.

    Parameters
    ----------
    make
        Makes a fresh model.
    config
        What that model is made of; a log that ends with another one is refused.
    library
        The learning library's version, which is a part of that.
    scorer
        How samples are judged, and what watches for drift.

    Attributes
    ----------
    fresh
        The model that began at the last alarm, while it is held against this one.
    edition
        How many updates changed what is said of samples.
    lost
        Examples that an earlier model learned and this one cannot; `lost_error` is the last
        one's error.
    """

    def __init__(
        self,
        make: Callable[[], Model],
        config: dict[str, object],
        library: str = "",
        scorer: ScorerSpec = PLAIN,
    ) -> None:
        self._make = make
        self.model = make()
        self.fresh: Fresh | None = None
        self._onset = Onset()
        self.vigil = None if scorer.drift is None else Vigil(scorer.drift, scorer.seed)
        self.judge = Judge(self.model, scorer)
        self.config = made_of(config, library)
        self.recorded: dict[str, object] | None = None
        self.version = 0
        self.examples = 0
        self.edition = 0
        self.lost = 0
        self.pace = 1.0
        self.hold = False
        self.terms = fixed(scorer.auto_label)
        self.is_stopped = False
        self.lagging = None if scorer.no_gain is None else Lagging(make, scorer.no_gain)
        self.lost_error = ""
        self._probes: list[Features] = []
        self._told = 0

    def apply(self, update: Update) -> str | None:
        """Apply the next update; return what the learner raised, if it did.

        A version that was applied already is passed over.

        Raises
        ------
        StreamalError
            A version is missing.
        """
        if update.version <= self.version:
            return None
        if update.version != self.version + 1:
            raise StreamalError(
                f"updates: version {update.version} follows {self.version}; "
                "the ones between are gone"
            )
        self.version = update.version
        return self._fold(update)

    def _fold(self, update: Update) -> str | None:
        if isinstance(update, Example):
            return self._learn(update)
        if isinstance(update, ModelConfig):
            self.recorded = made_of(update.model, update.library)
        elif isinstance(update, Closed) and update.features is not None:
            self.edition += 1
            self.judge.reject(update.features)
        elif isinstance(update, Drift):
            self._begin_anew(update)
            if self.lagging is not None:
                self.lagging.alarm()
        elif isinstance(update, Takeover):
            self._take_over(update)
        else:
            self._heed(update)
        return None

    def _heed(self, update: Update) -> None:
        """Take in what says nothing of the model."""
        if isinstance(update, Pace):
            self.pace, self.hold = update.pace, update.hold
        elif isinstance(update, Certificate):
            self.terms = update.terms
        elif isinstance(update, Stop):
            self.is_stopped = update.rule is not None
            if self.lagging is not None:
                self.lagging.stop(update)

    def _begin_anew(self, drift: Drift) -> None:
        """Let a fresh model begin, in place of one that was learning; watch anew."""
        if drift.fresh:
            self.fresh = Fresh(self._make(), drift.version)
            for example in self._onset.recent():
                self.fresh.model.learn(example.features, example.label, example.weight)
        self._watch_anew()

    def _watch_anew(self) -> None:
        self._onset.reset()
        if self.vigil is not None:
            self.vigil.reset()

    def _take_over(self, takeover: Takeover) -> None:
        """Put the fresh model in force, or drop it."""
        fresh, self.fresh = self.fresh, None
        if not takeover.taken:
            return
        if fresh is None or fresh.since != takeover.since:
            raise StreamalError(
                f"updates: version {takeover.version} puts the model of the alarm at version "
                f"{takeover.since} in force, and no such model is learning"
            )
        self.model = fresh.model
        self.edition += 1
        self.judge.take_over(fresh.model)
        self._watch_anew()

    def arisen(self, since: int) -> list[Arisen]:
        """Return what examples after a version gave cause for, and no record has told yet."""
        outcome = None if self.fresh is None else self.fresh.outcome
        alarm = None if self.vigil is None else self.vigil.alarm
        if outcome is not None and outcome.version > since and outcome.taken:
            return [outcome]  # what watched has watched the other model
        return [one for one in (outcome, alarm) if one is not None and one.version > since]

    def _learn(self, example: Example) -> str | None:
        self.examples += 1
        self.edition += 1
        if self.lagging is not None:
            self.lagging.learn(example, self.model)
        seen = self._onset.see(example)
        if self.vigil is not None and seen is not None:
            self.vigil.see(example, seen, self.model)
        if self.fresh is not None:
            self.fresh.see(example, self.model)
        error = self.model.learn(example.features, example.label, example.weight)
        if error is not None and example.error is None:
            self.lost, self.lost_error = self.lost + 1, error
        if error is None and len(self._probes) < PROBES:
            self._probes.append(example.features)
        if error is None:
            self.judge.learn(example)
        return error

    def predict(self, rows: Sequence[Features]) -> list[Prediction | Refusal]:
        """Return what is said of samples at this version."""
        return self.judge.predict(rows)

    def compared(self) -> Compared:
        """Return what further labels are worth, where anybody wants to know."""
        if self.lagging is None:
            return Compared()
        return Compared(self.lagging.flat, self.lagging.again)

    def situation(self) -> Situation:
        """Return what holds for all samples until the next update."""
        classes, stopped = self.model.classes, self.is_stopped
        return Situation(classes, self.version, self.pace, self.terms, stopped)

    def check(self) -> None:
        """Refuse to go on with a model other than the one that the log ends with.

        Raises
        ------
        ConfigMismatch
            Names each setting that differs.
        """
        recorded = self.recorded
        if recorded is None or self.is_recorded():
            return
        differ = differing(recorded, self.config)
        raise ConfigMismatch(
            f"{'; '.join(differ)}. Restore the setting, or run with --apply to record the new one"
        )

    def is_recorded(self) -> bool:
        """Return whether the log ends with this very configuration."""
        return self.recorded == self.config

    def digest_due(self) -> Digest | None:
        """Return a digest of the predictions, once for every hundred versions."""
        due = self.version // DIGEST_EVERY
        if due <= self._told or not self._probes:
            return None
        self._told = due
        return Digest(self.version, self.digest())

    def digest(self) -> str:
        """Return the digest of the predictions on the first labelled samples."""
        return self.model.digest(self._probes)
