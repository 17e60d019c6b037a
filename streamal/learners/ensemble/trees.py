"""A forest of random trees over the last examples, grown anew one tree at a time."""

import numpy as np

from streamal.learners.ensemble.batch import Batch
from streamal.learners.ensemble.exact import FINE, Floats, Integers
from streamal.learners.ensemble.member import Past
from streamal.learners.ensemble.mixing import below
from streamal.learners.ensemble.tree import Examples, Shape, grow
from streamal.learners.port import Probabilities

# An absent number is below all others.
_ABSENT = -1e300
# No class is impossible.
_LEAST = 1e-3


class Trees:
    """The mean of the leaves' shares.

    Parameters
    ----------
    shape
        Of each tree.
    trees
        How many there are.
    every
        After so many examples the oldest tree is replaced; at first sooner.
    window, sample
        Of how many of the last examples a tree is grown, and how many are drawn of them.
    seed
        Of the draws.
    """

    def __init__(
        self, shape: Shape, trees: int, every: int, window: int, sample: int, seed: int
    ) -> None:
        self._shape, self._size, self._every = shape, trees, every
        self._window, self._sample, self._seed = window, sample, seed
        self._grown = self._classes = 0
        nodes = 2 ** (shape.depth + 1) - 1
        self._columns = np.zeros((trees, nodes), dtype=np.int64)
        self._cuts = np.full((trees, nodes), np.inf)
        self._shares = np.zeros((trees, nodes, 0))

    def learn(self, example: Batch, label: int, weight: float, past: Past) -> None:
        """Replace a tree if it is time; a new class counts as time."""
        memory = past.memory
        every = max(1, min(self._every, memory.count // (2 * self._size)))
        is_due = memory.count % every == 0 or past.classes != self._classes
        if past.classes != self._classes:
            more = past.classes - self._classes
            self._shares = np.pad(self._shares, ((0, 0), (0, 0), (0, more)))
            self._classes = past.classes
        if not is_due:
            return
        reach = min(memory.kept, self._window)
        ages = below(reach, self._seed, self._grown, 0, min(reach, self._sample))
        places = (memory.count - 1 - ages) % memory.size
        cells = _cells(memory.raw[places], memory.tokens[places])
        at, key = self._grown % self._size, (self._seed, self._grown)
        examples = Examples(cells, memory.labels[places], memory.weights[places], past.classes)
        tree = grow(examples, self._shape, key)
        self._columns[at], self._cuts[at], self._shares[at] = tree
        self._grown += 1

    def predict(self, batch: Batch) -> Probabilities:
        """Return the mean of the leaves."""
        cells = _cells(batch.raw, batch.tokens)
        count = min(self._grown, self._size)
        flat, start = cells.ravel(), (np.arange(len(cells)) * cells.shape[1])[:, np.newaxis]
        nodes = self._cuts.shape[1]
        columns, cuts = self._columns.ravel(), self._cuts.ravel()
        first = np.arange(count) * nodes
        node = np.tile(first, (len(cells), 1))
        if cells.shape[1]:
            for _ in range(self._shape.depth):
                goes_right = flat.take(start + columns.take(node)) > cuts.take(node)
                node = 2 * node + (1 - first) + goes_right
        # Whole numbers: in whatever order they are added.
        leaves = self._shares.reshape(-1, self._classes).take(node, axis=0)
        total = leaves.sum(axis=1) / (FINE * count) + _LEAST
        found: Floats = total / (1.0 + _LEAST * self._classes)
        return found


def _cells(raw: Floats, tokens: Integers) -> Floats:
    cells = np.concatenate([raw, tokens], axis=1)
    return np.where(np.isnan(cells), _ABSENT, cells)
