"""A model that begins at an alarm and is held against the one in force, label by label.

Both are asked before either learns. Where a bet on the fresh one, that starts with 1, has
won 5, chance explains it in one of five alarms at most (Ville's inequality, for a test
that may be read at every label), and chance is what an alarm is rarely; see docs/drift.md.
"""

from math import exp, fsum, log
from typing import NamedTuple

from streamal.core.drifting import Outcome, is_drawn
from streamal.core.updates import Example
from streamal.learners.model import Model, Refusal

STAKES = (0.3, 0.6, 0.9)
"""Parts of what there is that are bet on each label."""

WINS = 5.0
"""The mean of the three fortunes that is enough."""

ENOUGH = 200
"""Uniform labels after which one that has not won is given up."""

_FLOOR = 1e-3
"""The least probability in a log loss: one surprise must not outweigh forty labels."""


class Said(NamedTuple):
    """What a model said of a label: its probability, and whether it was the first."""

    p: float
    right: bool


class Fresh:
    """Learns beside the model in force, and bets against it.

    Parameters
    ----------
    model
        Untrained.
    since
        The version of the alarm.

    Attributes
    ----------
    outcome
        What is to be done, as soon as the labels say so.
    """

    def __init__(self, model: Model, since: int) -> None:
        self.model = model
        self.since = since
        self.labels = 0
        self.outcome: Outcome | None = None
        self._fortunes = [0.0] * len(STAKES)
        self._ahead = 0.0
        self._losses = [0.0, 0.0]

    def see(self, example: Example, model: Model) -> None:
        """Judge an example that neither model has learned yet, then learn it."""
        if is_drawn(example):
            self._judge(example, _said(model, example), _said(self.model, example))
        self.model.learn(example.features, example.label, example.weight)

    def _judge(self, example: Example, old: Said, new: Said) -> None:
        """Bet on one label."""
        self.labels += 1
        wins = float(new.right) - float(old.right)
        edge = (wins + new.p - old.p) / 2.0
        for i, stake in enumerate(STAKES):
            self._fortunes[i] += log(1.0 + stake * edge)
        # All samples, as these labels stand for them: audits alone must not decide it.
        self._ahead += wins / (example.propensity or 1.0)
        for i, said in enumerate((old, new)):
            self._losses[i] -= log(max(said.p, _FLOOR))
        self.outcome = self._settled(example.version)

    def _settled(self, version: int) -> Outcome | None:
        taken = self._ahead > 0.0 and self.fortune() >= WINS
        if not taken and self.labels < ENOUGH:
            return None
        loss, fresh_loss = (loss / self.labels for loss in self._losses)
        return Outcome(version, taken, self.since, self.labels, loss, fresh_loss)

    def fortune(self) -> float:
        """Return what a bet of 1 on this model has become."""
        return fsum(map(exp, self._fortunes)) / len(STAKES)


def _said(model: Model, example: Example) -> Said:
    classes, label = model.classes, example.label
    (row,) = model.predict([example.features])
    if isinstance(row, Refusal) or not row:  # who knows nothing yet: as good as one of two
        return Said(0.5, classes == (label,))
    first = max(range(len(row)), key=row.__getitem__)
    return Said(row[classes.index(label)] if label in classes else 0.0, classes[first] == label)
