"""Watches uniform labels for drift: a fold over `updates`, as the model is.

Errors come as what they are above the usual; what needs no labels sees uniform ones
thinned to one propensity.
"""

from collections.abc import Callable

from streamal.core.draw import draws
from streamal.core.drifting import ON_ERRORS, Alarm, DriftSpec
from streamal.core.records import Features
from streamal.core.updates import Example
from streamal.learners.drift import Watch
from streamal.learners.model import Model, Refusal
from streamal.runtime.onset import Seen

_EVEN = 0.5
"""What stands for errors as many as usual: ADWIN takes numbers from 0 to 1."""


class Vigil:
    """Raises alarms; a `Drift` record, whoever wrote it, lets all begin anew.

    Parameters
    ----------
    seed
        Of the draws that thin.

    Attributes
    ----------
    alarm
        The last one.
    """

    def __init__(self, spec: DriftSpec, seed: int) -> None:
        self._spec = spec
        self._draw: Callable[[str], float] = draws(seed, "drift")
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        spec = self._spec
        self.alarm: Alarm | None = None
        names = [name for name in spec.detectors if name in ON_ERRORS]
        self._errors = {name: Watch(name, spec.sensitivity, rising=True) for name in names}
        self._labels = 0
        self._scores = self._watch_values() if "scores" in spec.detectors else None
        self._features: dict[str, Watch] = {}

    def _watch_values(self, among: int = 1) -> Watch:
        """Return what watches one of so many distributions."""
        return Watch("values", self._spec.sensitivity / (1.0 + 0.3 * (among - 1) ** 0.5))

    def see(self, example: Example, seen: Seen, model: Model) -> None:
        """Take in an example with a uniform label, that the model has not learned yet."""
        self._labels += 1
        self._see_error(example, seen)
        if self._draw(example.source.text) < seen.weight:
            self._see_score(example, model)
            self._see_features(example)

    def _see_error(self, example: Example, seen: Seen) -> None:
        # KSWIN compares whole distributions, in which a mean that moves is a change.
        of = {"adwin": _EVEN + seen.excess, "kswin": seen.wrong, "page_hinkley": seen.score}
        for name, watch in self._errors.items():
            if watch.take(of[name]):
                saw = {"labels": float(self._labels), "rise": watch.newest() - watch.before()}
                self._raise(example, name, saw)

    def _see_score(self, example: Example, model: Model) -> None:
        if self._scores is None:
            return
        (said,) = model.predict([example.features])
        if isinstance(said, Refusal) or not said:
            return
        if self._scores.take(max(said)):
            self._raise(example, "scores", _moved(self._scores))

    def _see_features(self, example: Example) -> None:
        if "features" not in self._spec.detectors:
            return
        numbers = _numbers(example.features)
        for name, value in numbers.items():
            watch = self._features.get(name)
            if watch is None:
                watch = self._features[name] = self._watch_values(len(numbers))
            if watch.take(value):
                self._raise(example, "features", _moved(watch, f" {name}"))

    def _raise(self, example: Example, detector: str, saw: dict[str, float]) -> None:
        self.alarm = Alarm(example.version, detector, saw)


def _moved(watch: Watch, name: str = "") -> dict[str, float]:
    return {f"before{name}": watch.before(), f"newest{name}": watch.newest()}


def _numbers(features: Features) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in features.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
