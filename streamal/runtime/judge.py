"""What is said of samples before a policy ranks them: answers, disagreement, modifiers, arm.

All of it is a fold over `updates`, so replicas agree and every score can be computed
again at its model version.
"""

from collections import deque
from collections.abc import Sequence
from itertools import repeat
from math import log

from msgspec.structs import replace

from streamal.core.chooser import HELD, PERIOD, Chooser
from streamal.core.disagreement import DISAGREEMENTS
from streamal.core.policies import ARMED
from streamal.core.prediction import Prediction, predicted
from streamal.core.quotas import Quotas
from streamal.core.records import Features
from streamal.core.scorer import ScorerSpec
from streamal.core.surroundings import Surroundings
from streamal.core.updates import Example
from streamal.core.utility import DISAGREEMENT, RANDOM
from streamal.learners.model import Model, Refusal

_FLOOR = 1e-3
"""The least probability in a log loss: one surprise must not outweigh forty labels."""

Labelled = tuple[Features, str]
Modifiers = list[dict[str, float]]


class Judge:
    """Judges samples a batch at a time.

    Parameters
    ----------
    model
        Who else teaches it tells `learn` or `reject` first.
    """

    def __init__(self, model: Model, spec: ScorerSpec) -> None:
        self._model = model
        policy = spec.policy
        asked = (*policy.arms, policy.utility) if policy.kind == "auto" else (policy.utility,)
        is_apart = DISAGREEMENT in asked
        self._disagreement = DISAGREEMENTS[policy.disagreement] if is_apart else None
        self._surroundings = Surroundings(spec.modifiers) if spec.modifiers.is_on else None
        self._quotas = Quotas(spec.quotas) if spec.quotas else None
        self.chooser = Chooser(policy.arms, spec.seed) if policy.kind == "auto" else None
        self._armed = set(ARMED).intersection(policy.arms if self.chooser else ())
        self._uniform: deque[Labelled] = deque(maxlen=HELD)
        self._held: list[Labelled] = []
        self._before = 0.0
        self._learned = 0

    @property
    def arm(self) -> str | None:
        """How the utility is taken, where that is not by the row alone."""
        if self.chooser is not None:
            return self.chooser.arm
        return None if self._disagreement is None else DISAGREEMENT

    def predict(self, rows: Sequence[Features]) -> list[Prediction | Refusal]:
        """Return what is said of each row."""
        classes = self._model.classes
        if self._disagreement is None:
            plain = [
                one if isinstance(one, Refusal) else predicted(classes, one)
                for one in self._model.predict(rows)
            ]
            return self._modified(rows, plain)
        apart = [
            one if isinstance(one, Refusal) else predicted(classes, one, disagreement)
            for one, disagreement in self._model.predict_apart(rows, self._disagreement)
        ]
        return self._modified(rows, apart)

    def _modified(
        self, rows: Sequence[Features], found: list[Prediction | Refusal]
    ) -> list[Prediction | Refusal]:
        around = self._around(rows)
        if around is None and self._quotas is None and self.arm is None:
            return found
        return [
            one if isinstance(one, Refusal) else self._with(one, row, factors)
            for row, one, factors in zip(rows, found, around or repeat({}), strict=False)
        ]

    def _around(self, rows: Sequence[Features]) -> Modifiers | None:
        """Return the factors that a row's surroundings give; None where they say nothing."""
        around = self._surroundings
        return None if around is None or around.is_asleep else around.factors(rows)

    def _with(self, one: Prediction, row: Features, factors: dict[str, float]) -> Prediction:
        """Return a prediction with its arm, and the factors that count under it."""
        arm = self.arm
        if arm == RANDOM or not one.row:  # a draw has no factors, nor has who knows nothing
            return one if arm is None else replace(one, arm=arm)
        kept = {
            name: factor
            for name, factor in factors.items()
            if factor < 1.0 and (name not in self._armed or name == arm)
        }
        quota = 1.0 if self._quotas is None else self._quotas.factor(row, one.label)
        if quota < 1.0:
            kept["quota"] = quota
        return replace(one, arm=arm, modifiers=kept) if kept or arm is not None else one

    def learn(self, example: Example) -> None:
        """Take in an example that the model has just learned."""
        if self._surroundings is not None:
            self._surroundings.learn(example.features, example.label)
        if example.corrects:  # the same sample once more: no request, and no label of a period
            return
        if self._quotas is not None and example.request_id is not None:
            self._quotas.add(example.features, example.predicted)
        if self.chooser is not None:
            self._choose(self.chooser, example)

    def reject(self, features: Features) -> None:
        """Take in a sample that a person rejected as a bad item."""
        if self._surroundings is not None:
            self._surroundings.reject(features)

    def take_over(self, model: Model) -> None:
        """Judge by another model; what the one before has taught rewards no arm."""
        self._model, self._held = model, []

    def _choose(self, chooser: Chooser, example: Example) -> None:
        """Count an example; at the end of a period reward its arm and begin the next."""
        self._learned += 1
        if self._learned % PERIOD == 0:
            if self._held:
                chooser.reward(self._before - self._loss(self._held))
            else:
                chooser.pass_period()
            self._held = list(self._uniform)
            self._before = self._loss(self._held)
        if example.reason == "exploration":
            self._uniform.append((example.features, example.label))

    def _loss(self, held: Sequence[Labelled]) -> float:
        """Return the mean log loss on labels that were drawn uniformly."""
        classes = self._model.classes
        answers = self._model.predict([features for features, _ in held])
        total = 0.0
        for answer, (_, label) in zip(answers, held, strict=True):
            is_known = not isinstance(answer, Refusal) and len(answer) and label in classes
            p = answer[classes.index(label)] if is_known else 0.0  # type: ignore[index]
            total -= log(max(p, _FLOOR))
        return total / max(1, len(held))
