"""The preset `auto`: looks at the first learned example, then is `text` or `linear`."""

from collections.abc import Mapping, Sequence

import numpy as np

from streamal.learners.bayes import NaiveBayes
from streamal.learners.kinds import TEXT, Kinds
from streamal.learners.linear import Linear
from streamal.learners.port import Features, Learner, Probabilities


class Auto:
    """`text` if the first learned example has a text, else `linear`.

    Declared texts count although that example may lack them.
    """

    __slots__ = ("_chosen", "_kinds")

    def __init__(self, types: Mapping[str, str]) -> None:
        self._kinds = Kinds(types)
        self._chosen: Learner | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return self._chosen.classes if self._chosen else ()

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Learn one labelled example; the first one makes the choice."""
        if self._chosen is None:
            self._chosen = self._choose(features)
        self._chosen.learn_one(features, label, weight)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""
        if self._chosen is None:
            return np.empty((len(rows), 0))
        return self._chosen.predict_proba_many(rows)

    def clone(self) -> "Auto":
        """Return an untrained copy, with the choice open again."""
        return Auto(self._kinds.declared)

    def describe(self) -> str:
        """Return the preset and what it chose."""
        return f"auto ({self._chosen.describe() if self._chosen else 'not chosen yet'})"

    def _choose(self, features: Features) -> Learner:
        declared = self._kinds.declared
        kinds = {self._kinds.of(name, value) for name, value in features.items()}
        is_text = TEXT in kinds or TEXT in declared.values()
        return NaiveBayes("text", declared) if is_text else Linear(declared)
