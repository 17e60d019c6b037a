"""What surrounds a sample: the examples learned lately, and what people rejected."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from streamal.core.records import Features
from streamal.core.surroundings.encoded import Encoded
from streamal.core.surroundings.guard import Guard
from streamal.core.surroundings.kept import KEPT, Kept
from streamal.core.surroundings.layout import Floats, Layout
from streamal.core.surroundings.recent import Recent
from streamal.core.surroundings.scale import FARTHEST, STEPS
from streamal.core.surroundings.spec import ModifierSpec

NEIGHBOURS = 3
"""A sample is as far as its third neighbour: one odd example kept makes no odd ones near."""

FAR = 0.85
"""Beyond this share of the recent distances a sample is far."""

LEAST = 1e-12
"""The least factor: a window keeps utilities as float32, and their order must stay."""

Factors = dict[str, float]


class Surroundings:
    """Factors on the utility: a fold over labelled and rejected examples, in their order.

    Nothing else counts, so replicas agree, and a score can be computed again. A row's
    factors do not depend on the rows beside it, to the last bit. Features obey the law
    of types: none is a string here and a number there.

    The guard says nothing, and costs nothing, before the first rejection; then it goes
    through the last examples and learns from them what no junk looks like.

    Examples
    --------
    >>> around = Surroundings(ModifierSpec(guard=1.0))
    >>> for i in range(40):
    ...     around.learn({"x": i * 7 % 40 / 8}, "a")
    >>> around.factors([{"x": 99.0}])
    [{}]
    >>> for x in (99.0, -70.0, 60.0, 80.0):
    ...     around.reject({"x": x})
    >>> junk, good = around.factors([{"x": -99.0}, {"x": 2.5}])
    >>> junk["junk"] < 0.001 < 0.5 < good["junk"]
    True
    """

    def __init__(self, spec: ModifierSpec) -> None:
        self._spec = spec
        self._layout = Layout(spec.types)
        self._kept = Kept()
        self._recent = Recent(KEPT)
        self._guard = Guard(_EVIDENCE)
        self._is_guarding = False
        self._early: deque[Features] = deque(maxlen=KEPT)
        self._asleep: deque[Features] | None = None
        if not (spec.novelty or spec.density):
            self._asleep = deque(maxlen=KEPT)

    @property
    def is_asleep(self) -> bool:
        """Has it nothing to say of any sample yet?"""
        return self._asleep is not None

    def learn(self, features: Features, label: str) -> None:
        """Take in a labelled example."""
        if self._asleep is not None:
            self._asleep.append(features)
        else:
            self._learn(features)

    def reject(self, features: Features) -> None:
        """Take in a sample that a person rejected as a bad item."""
        if not self._spec.guard:
            return
        self._is_guarding = True
        self._wake()
        if len(self._kept) >= NEIGHBOURS:
            self._learn_junk(features)
        else:
            self._early.append(features)

    def _learn_junk(self, features: Features) -> None:
        encoded, distances = self._look([features])
        self._guard.learn(self._evidence(encoded, distances), is_junk=True)

    def _wake(self) -> None:
        missed, self._asleep = self._asleep or (), None
        for features in missed:
            self._learn(features)

    def _learn(self, features: Features) -> None:
        """Learn what the example was like among those before it, then keep it."""
        if len(self._kept) >= NEIGHBOURS:
            encoded, distances = self._look([features])
            if self._spec.guard:
                self._guard.learn(self._evidence(encoded, distances), is_junk=False)
            self._recent.add(float(distances[0]))
        self._layout.learn(features)
        self._kept.add(self._layout.read([features]))
        if self._early and len(self._kept) >= NEIGHBOURS:
            early, self._early = self._early, deque(maxlen=KEPT)
            for junk in early:
                self._learn_junk(junk)

    def factors(self, rows: Sequence[Features]) -> list[Factors]:
        """Return per row the factor in (0, 1] of each modifier that is on and has a say."""
        spec = self._spec
        if not rows or len(self._kept) < NEIGHBOURS:
            return [{} for _ in rows]
        encoded, distances = self._look(rows)
        said: dict[str, list[float]] = {}
        if self._is_guarding:
            chances = self._guard.factors(self._evidence(encoded, distances))
            said["junk"] = _weighed(chances, spec.guard)
        closeness = self._recent.closeness(distances)
        if spec.novelty:
            said["novelty"] = _weighed((1.0 - closeness).tolist(), spec.novelty)
        if spec.density:
            said["density"] = _weighed(closeness.tolist(), spec.density)
        return [
            dict(zip(said, factors, strict=True)) for factors in zip(*said.values(), strict=True)
        ]

    def _look(self, rows: Sequence[Features]) -> tuple[Encoded, Floats]:
        """Return the rows in coordinates, and their squared distances."""
        encoded = self._kept.encode(self._layout.read(rows))
        apart = self._kept.distances(encoded)
        apart.partition(NEIGHBOURS - 1, axis=1)
        return encoded, np.maximum(apart[:, NEIGHBOURS - 1], 0.0)

    def _evidence(self, encoded: Encoded, distances: Floats) -> list[Floats]:
        """Return what the guard looks at, each about 1 in size."""
        share = self._recent.shares(distances)
        numbers = encoded.numbers
        return [
            share - 0.5,
            (share > FAR).astype(np.float64),
            2.0 - 4.0 * self._recent.closeness(distances),
            np.abs(numbers).max(axis=1, initial=0.0) / (FARTHEST * STEPS),
            encoded.categories.unknown(),
            encoded.words.unknown(),
        ]


_EVIDENCE = 6


def _weighed(factors: list[float], weight: float) -> list[float]:
    return [min(1.0, max(factor**weight, LEAST)) for factor in factors]
