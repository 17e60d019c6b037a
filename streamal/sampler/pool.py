"""The rows of a pool that are worth asking about: useful, and unlike each other.

Greedily, the row whose utility times its distance to the nearest one chosen is largest:
the k-centre of Sener and Savarese ("Active Learning for Convolutional Neural Networks",
ICLR 2018) weighted by utility, among the most useful as in Zhdanov ("Diverse mini-batch
Active Learning", 2019).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np

from streamal.core.draw import draws
from streamal.core.gower import SCALE, Gower
from streamal.core.pending import NEWEST
from streamal.core.prediction import Prediction
from streamal.core.records import Features
from streamal.core.utility import RANDOM, UTILITIES, armed, worth
from streamal.sampler.desk import Desk
from streamal.sampler.lookup import Lookup

WIDTH = 10
"""β of Zhdanov: so many times what is asked for is looked at more closely."""

LEAST = 500
"""And at least so many: while a model knows little, all rows are worth the same."""


def shortlist(
    worths: Sequence[float], n: int, seed: int, turn: int, is_fit: Callable[[int], bool]
) -> list[int]:
    """Return the most useful rows, best first, ties drawn; n times `WIDTH` of those that fit.

    Parameters
    ----------
    turn
        How many rows were asked about before, so that ties fall anew each time.
    """
    tie = draws(seed, "pool")
    order = sorted(range(len(worths)), key=lambda i: (-worths[i], tie(f"{turn}/{i}")))
    return list(islice(filter(is_fit, order), max(WIDTH * n, LEAST)))


def diverse(
    rows: Sequence[Features],
    worths: Sequence[float],
    waiting: Sequence[Features],
) -> Iterator[int]:
    """Yield places of rows, the best next one at a time.

    A row that all but equals one that was chosen, or one that waits for its answer, never comes.

    Parameters
    ----------
    waiting
        Samples that are asked about already.

    Examples
    --------
    >>> rows = [{"x": 0.0}, {"x": 0.1}, {"x": 1.0}, {"x": 0.0}]
    >>> list(diverse(rows, [0.9, 0.9, 0.5, 0.8], []))
    [0, 2, 1]
    """
    if not rows:
        return
    both = [*rows, *waiting]
    gower, whole = Gower(both), SCALE * len({name for row in both for name in row})
    weights = np.array(worths, dtype=np.float64)
    nearest = np.full(len(rows), np.inf)
    for place in range(len(waiting)):
        nearest = np.minimum(nearest, gower.distances(len(rows) + place)[: len(rows)] / whole)
    for _ in rows:
        score = weights * np.minimum(nearest, 1.0)
        best = int(np.argmax(score))
        if score[best] <= 0.0:
            return
        yield best
        nearest = np.minimum(nearest, gower.distances(best)[: len(rows)] / whole)


class Pool:
    """Asks about rows of pools at a desk."""

    def __init__(self, desk: Desk, lookup: Lookup) -> None:
        spec = desk.plan.scorer
        self._desk = desk
        self._lookup = lookup
        self._seed = spec.seed
        self._utility = UTILITIES[spec.policy.utility]
        self._random = draws(spec.seed, RANDOM)

    def query(self, rows: Sequence[Features], n: int) -> list[int]:
        """Ask about at most n rows; return their places, the most useful first."""
        desk = self._desk
        seen, turn = desk.judge(rows), desk.counters().pooled
        worths = [self._worth(one, f"pool/{turn}/{at}") for at, one in enumerate(seen)]
        fit = shortlist(worths, n, self._seed, turn, lambda at: not self._lookup.is_known(rows[at]))
        waiting = desk.arbiter.book.waiting(NEWEST)
        best = diverse([rows[at] for at in fit], [worths[at] for at in fit], waiting)
        chosen: list[int] = []
        for at in (fit[place] for place in best):
            if len(chosen) == n:
                break
            if desk.is_enough(rows[at], seen[at]):
                continue
            asked = desk.ask(rows[at], seen[at], len(chosen) / len(rows), worths[at])
            if asked is None:
                break
            self._lookup.add(asked)
            chosen.append(at)
        return chosen

    def _worth(self, one: Prediction, key: str) -> float:
        if one.arm is None:
            return worth(one, self._utility)
        return armed(one, self._utility, self._random(key))
