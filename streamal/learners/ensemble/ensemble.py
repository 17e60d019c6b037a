"""The preset `ensemble`: members of different families, mixed by what they said of labels."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from streamal.learners.ensemble.encoder import Encoder
from streamal.learners.ensemble.families import MEMORY, families
from streamal.learners.ensemble.hedge import Hedge
from streamal.learners.ensemble.member import Member, Past
from streamal.learners.ensemble.memory import Memory
from streamal.learners.port import Features, Probabilities


class Ensemble:
    """A committee whose members are weighted by their loss on the labels so far.

    Each member says what it thinks of an example before anyone learns it. All arithmetic
    is exact or elementwise, so a row's answer is the same, to the last bit, in
    whatever batch, process and machine.

    Parameters
    ----------
    types
        Declared kinds of features.
    seed
        Of the members' draws.
    members
        Makes them of a seed, untrained.

    Examples
    --------
    >>> learner = Ensemble({})
    >>> for size in range(20):
    ...     learner.learn_one({"size": float(size)}, "large" if size > 9 else "small")
    >>> learner.predict_proba_many([{"size": 2.0}, {"size": 18.0}]).argmax(axis=1).tolist()
    [0, 1]
    """

    def __init__(
        self,
        types: Mapping[str, str],
        seed: int = 0,
        members: Callable[[int], Sequence[Member]] = families,
    ) -> None:
        self._types, self._seed, self._make = types, seed, members
        self._encoder = Encoder(types)
        self._memory = Memory(MEMORY)
        self._members = members(seed)
        self._hedge = Hedge(len(self._members))
        self._classes: dict[str, int] = {}

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return tuple(self._classes)

    def learn_one(self, features: Features, label: str, weight: float = 1.0) -> None:
        """Let the members be judged by one labelled example, then learn it."""
        known = self._classes.get(label)
        if known is not None and len(self._classes) > 1:
            said = self._say([features])[:, 0, known]
            self._hedge.learn(said.tolist(), weight)
        index = self._classes.setdefault(label, len(self._classes))
        example = self._encoder.learn(features)
        self._memory.learn(example, index, weight, self._encoder)
        past = Past(self._memory, self._encoder.tokens, len(self._classes))
        for member in self._members:
            member.learn(example, index, weight, past)

    def predict_proba_many(self, rows: Sequence[Features]) -> Probabilities:
        """Return an (n, k) array for n rows and the k `classes`; k is 0 when untrained."""
        return self.predict_members(rows)[0]

    def predict_members(self, rows: Sequence[Features]) -> tuple[Probabilities, Probabilities]:
        """Return (n, k) what `predict_proba_many` says, and (m, n, k) what each member says."""
        if not self._classes or not rows:
            shape = (len(rows), len(self._classes))
            return np.empty(shape), np.empty((len(self._members), *shape))
        said = self._say(rows)
        combined = np.zeros(said.shape[1:])
        for weight, shares in zip(self._hedge.weights(), said, strict=True):
            combined += weight * shares
        return combined, said

    def clone(self) -> "Ensemble":
        """Return an untrained copy with the same parameters."""
        return Ensemble(self._types, self._seed, self._make)

    def describe(self) -> str:
        """Return the name of the preset."""
        return "ensemble"

    def _say(self, rows: Sequence[Features]) -> Probabilities:
        batch = self._encoder.encode(rows)
        return np.array([member.predict(batch) for member in self._members])
