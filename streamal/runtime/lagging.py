"""The model as it was half of its labels ago, and what the labels since then were worth."""

from collections import deque
from collections.abc import Callable

from streamal.core.gain import EVERY, HELD, MOST, Gain, GainSpec, gain_of, lag_of
from streamal.core.records import Features
from streamal.core.updates import Example, Stop
from streamal.learners.model import Model

_Waiting = tuple[Example, float | None]


class Lagging:
    """Compares the model with an older self; a fold over `updates`, as the model is.

    Each label is tried on both before the newer one learns it. The older one learns it
    when half of all labels are newer.

    Parameters
    ----------
    make
        Makes a fresh model.
    spec
        When further labels are no gain.
    """

    def __init__(self, make: Callable[[], Model], spec: GainSpec) -> None:
        self._model = make()
        self._spec = spec
        self._waiting: deque[_Waiting] = deque()
        self._labels = self._fresh = 0
        self._held = 0
        self._alarmed = False
        self._since: deque[float] | None = None
        self.flat: Gain | None = None
        self.again: Gain | None = None

    def learn(self, example: Example, newer: Model) -> None:
        """Take in an example that the newer model is about to learn."""
        difference = None
        if example.request_id is not None and not example.corrects:
            difference = self._difference(example, newer)
            self._labels += 1
            self._fresh += 1
        self._waiting.append((example, difference))
        while len(self._waiting) > lag_of(self._labels):
            old, _ = self._waiting.popleft()
            self._model.learn(old.features, old.label, old.weight)
        if difference is not None:
            self._look(difference)

    def _difference(self, example: Example, newer: Model) -> float:
        features, label = example.features, example.label
        return _given(newer, features, label) - _given(self._model, features, label)

    def _look(self, difference: float) -> None:
        """Look at the gain, every so many labels; after a stop at every label."""
        if self._since is not None:
            self._since.append(difference)
            found = gain_of(self._since, self._labels)
            self.again = found if self._alarmed or found.is_again() else None
        elif self._fresh >= self._spec.labels and self._fresh % EVERY == 0:
            found = self.gain()
            is_none = found.is_flat and found.upper <= self._spec.worth
            self._held = self._held + 1 if is_none else 0
            self.flat = found if self._held >= HELD else None

    def gain(self) -> Gain:
        """Return what the labels were worth that the older model has not learned."""
        compared = [one for _, one in self._waiting if one is not None]
        return gain_of(compared[-max(self._fresh, 1) :], self._labels)

    def alarm(self) -> None:
        """Take in that the stream has changed: what was seen before says nothing any more."""
        if self._since is None:
            self._fresh, self._held, self.flat = 0, 0, None
        else:
            self._alarmed, self.again = True, self.gain()

    def stop(self, stop: Stop) -> None:
        """Take in a stop, or its end: from here on the looks are counted anew."""
        self._fresh, self._held, self.flat, self.again = 0, 0, None, None
        self._alarmed = False
        self._since = None if stop.rule is None else deque(maxlen=MOST)


def _given(model: Model, features: Features, label: str) -> float:
    """Return the probability that a model gives to a class."""
    classes, (answer,) = model.classes, model.predict([features])
    if not isinstance(answer, list) or not answer or label not in classes:
        return 0.0
    return answer[classes.index(label)]
