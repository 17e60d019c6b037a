"""The model as a fold over `updates`: everyone who replays it has the same one."""

from collections.abc import Callable, Mapping, Sequence

from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.records import Digest, Features
from streamal.core.scorer import ScorerSpec
from streamal.core.updates import Closed, Example, ModelConfig, Pace, Update
from streamal.errors import ConfigMismatch, StreamalError
from streamal.learners.model import Model, Refusal
from streamal.runtime.judge import Judge

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
        How samples are judged.

    Attributes
    ----------
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
        self.model = make()
        self.judge = Judge(self.model, scorer)
        self.config = made_of(config, library)
        self.recorded: dict[str, object] | None = None
        self.version = 0
        self.examples = 0
        self.edition = 0
        self.lost = 0
        self.pace = 1.0
        self.hold = False
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
        if isinstance(update, Pace):
            self.pace, self.hold = update.pace, update.hold
        elif isinstance(update, ModelConfig):
            self.recorded = made_of(update.model, update.library)
        elif isinstance(update, Closed) and update.features is not None:
            self.edition += 1
            self.judge.reject(update.features)
        return None

    def _learn(self, example: Example) -> str | None:
        self.examples += 1
        self.edition += 1
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
