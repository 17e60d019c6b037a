"""The guarded model: a fold over labelled examples that no sample can break."""

import math
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import cast

import msgspec
import numpy as np

from streamal.core.classes import canonical
from streamal.learners.featuretypes import FeatureTypes, Raw
from streamal.learners.opinion import opinions
from streamal.learners.port import Committee, Features, Learner, Probabilities


class Refusal(msgspec.Struct, frozen=True):
    """Why one sample got no answer: a short stable reason, and a message for people."""

    reason: str
    message: str


Answer = list[float] | Refusal

Disagreement = Callable[[Probabilities], list[float]]
"""From the (m, n, k) probabilities of m members to n numbers in (0, 1]."""


class Model:
    """A learner that costs one row where one row is bad, and nothing else.

    Its state is a function of the calls of `learn` alone: `predict`, `refuse` and
    `digest` change nothing.

    Parameters
    ----------
    learner
        Untrained; from now on it belongs to the model.
    types
        Declared feature types: name to ``number``, ``category`` or ``text``.
    """

    __slots__ = ("_learner", "_types", "learned", "refusals", "refuse")

    def __init__(self, learner: Learner, types: Mapping[str, str]) -> None:
        self._learner = learner
        self._types = FeatureTypes(types)
        # Bound once: asked for every sample, and one call less is a tenth of its time.
        self.refuse = self._types.refuse
        self.refusals = self._types.refusals
        self.learned = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return self._learner.classes

    def predict(self, rows: Sequence[Raw]) -> list[Answer]:
        """Return per row the probabilities of the k `classes`, no opinion, or a refusal.

        Probabilities are in [0, 1] and sum to 1. An empty list is no opinion: fewer than
        two classes are learned, or the learner answered something that is not k
        finite numbers of which none is negative and one is positive.
        A `Refusal` with the reason ``model_error`` says that the learner raised.
        """
        if len(self.classes) < 2:
            return [[] for _ in rows]
        present = [_present(row) for row in rows]
        try:
            return self._answers(present)
        except Exception:  # noqa: BLE001 - a learner may be anybody's code
            return [self._alone(row) for row in present]

    def predict_apart(
        self, rows: Sequence[Raw], disagreement: Disagreement
    ) -> list[tuple[Answer, float]]:
        """Return per row what `predict` says, and how much the members disagree.

        The learner must have members (`streamal.learners.port.Committee`). Where there is
        no opinion they disagree by 1.
        """
        if len(self.classes) < 2:
            return [([], 1.0) for _ in rows]
        present = [_present(row) for row in rows]
        try:
            return self._apart(present, disagreement)
        except Exception:  # noqa: BLE001 - the same
            return [self._apart_alone(row, disagreement) for row in present]

    def learn(self, features: Raw, label: object, weight: float = 1.0) -> str | None:
        """Learn one example; return None, or why it was not learned. Never raises."""
        refused = self.refuse(features)
        if refused is not None:
            return f"{refused[0]}: {refused[1]}"
        try:
            self._learner.learn_one(_present(features), canonical(label), _positive(weight))
        except Exception as error:  # noqa: BLE001 - the same
            return _text(error)
        self._types.hold(features)
        self.learned += 1
        return None

    def describe(self) -> str:
        """Return in a few words what the learner is, and for `auto` what it chose."""
        return self._learner.describe()

    def digest(self, rows: Sequence[Raw]) -> str:
        """Return 16 hex digits that are equal where the predictions for `rows` are.

        Probabilities count to 9 significant digits.
        """
        shown = [self.classes, *(_digits(answer) for answer in self.predict(rows))]
        return blake2b(repr(shown).encode(), digest_size=8).hexdigest()

    def _apart(
        self, rows: Sequence[Features], disagreement: Disagreement
    ) -> list[tuple[Answer, float]]:
        combined, given = cast("Committee", self._learner).predict_members(rows)
        answers = self._checked(rows, combined)
        members = np.asarray(given, dtype=np.float64)
        if members.ndim != 3 or members.shape[1:] != (len(rows), len(self.classes)):
            return [(answer, 1.0) for answer in answers]  # no opinion, as of a row of odd shape
        return list(zip(answers, disagreement(members), strict=True))

    def _apart_alone(self, row: Features, disagreement: Disagreement) -> tuple[Answer, float]:
        try:
            return self._apart([row], disagreement)[0]
        except Exception as error:  # noqa: BLE001 - the same
            return _failed(error), 1.0

    def _answers(self, rows: Sequence[Features]) -> list[Answer]:
        return self._checked(rows, self._learner.predict_proba_many(rows))

    def _checked(self, rows: Sequence[Features], answered: Probabilities) -> list[Answer]:
        array = np.asarray(answered, dtype=np.float64)
        k = len(self.classes)
        if array.shape == (len(rows), k):
            return [*opinions(array)]
        if len(rows) == 1:
            return [[]]
        raise ValueError(f"shape {array.shape}; ({len(rows)}, {k}) is needed")

    def _alone(self, row: Features) -> Answer:
        try:
            return self._answers([row])[0]
        except Exception as error:  # noqa: BLE001 - the same
            return _failed(error)


def _failed(error: Exception) -> Refusal:
    return Refusal("model_error", f"the model failed on this sample: {_text(error)}")


def _present(row: Raw) -> Features:
    if None in row.values():
        return {name: value for name, value in row.items() if value is not None}
    return row  # type: ignore[return-value]


def _positive(weight: float) -> float:
    if not 0.0 < weight < math.inf:
        raise ValueError(f"weight {weight}; a finite number above 0 is needed")
    return weight


def _digits(answer: Answer) -> object:
    return answer.reason if isinstance(answer, Refusal) else [f"{p:.9g}" for p in answer]


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
