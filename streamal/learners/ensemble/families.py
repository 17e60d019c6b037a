"""Who is in the ensemble."""

from collections.abc import Sequence

from streamal.learners.ensemble.bayes import Bayes
from streamal.learners.ensemble.linear import Linear
from streamal.learners.ensemble.member import Member
from streamal.learners.ensemble.neighbours import Neighbours
from streamal.learners.ensemble.tree import Shape
from streamal.learners.ensemble.trees import Trees

# How many of the last examples are kept; more was not tried.
MEMORY = 2000
_FOREST = Shape(depth=8, tries=8)


def families(seed: int) -> Sequence[Member]:
    """Return the members, untrained.

    A fast and a slow linear model follow what drifts and what does not; the one with
    replay, the trees and the neighbours make the most of few labels.
    """
    return (
        Linear(0.5),
        Linear(0.1),
        Linear(0.1, replays=4, size=32, window=MEMORY, seed=seed),
        Bayes(memory=60.0),
        Neighbours(nearest=10, window=1000),
        Trees(_FOREST, trees=20, every=8, window=MEMORY, sample=1000, seed=seed + 1),
    )
