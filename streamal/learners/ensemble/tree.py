"""One random tree, grown level by level."""

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamal.learners.ensemble.exact import FINE, Floats, Integers, Whole
from streamal.learners.ensemble.mixing import bits

# So much of an example's weight must be on each side of a split.
_LEAST = 2.0
# A node's shares are pulled to those of the node above by so many examples' worth.
_PULL = 1.0
# An impurity that falls by less falls by rounding.
_SMALLEST = 1e-9

Levels = tuple[int, int]
Flags = NDArray[np.bool_]


class Shape(NamedTuple):
    """How many splits there are on the way to a leaf, and how many are tried at each node."""

    depth: int
    tries: int


class Tree(NamedTuple):
    """A full binary tree by level: the children of node i are 2i + 1 and 2i + 2.

    Attributes
    ----------
    columns, cuts
        Per node: a row goes right where its cell in the column is above the cut.
    shares
        Per node and class, in whole multiples of 1 / `FINE`.
    """

    columns: Integers
    cuts: Floats
    shares: Whole


class Examples(NamedTuple):
    """What a tree is grown of."""

    cells: Floats
    labels: Integers
    weights: Floats
    classes: int


def grow(examples: Examples, shape: Shape, key: Levels) -> Tree:
    """Return a tree: at each node the best of some random splits, by Gini's impurity.

    Reference: P. Geurts, D. Ernst and L. Wehenkel, Extremely randomized trees, Machine
    Learning 63 (2006). Cuts are drawn between the cells of two examples, so that
    they lie where the examples are, whatever the scale.

    Parameters
    ----------
    examples
        At least one.
    shape
        Depth and tries.
    key
        What the draws depend on: a seed and a number.
    """
    cells, labels, weights, classes = examples
    nodes = 2 ** (shape.depth + 1) - 1
    columns, cuts = np.zeros(nodes, dtype=np.int64), np.full(nodes, inf)
    shares = np.zeros((nodes, classes))
    total = np.bincount(labels, weights, classes)
    shares[0] = (total + _PULL / classes) / (total.sum() + _PULL)
    node, every = np.zeros(len(cells), dtype=np.int64), np.arange(len(cells))
    for level in range(shape.depth):
        first, count = 2**level - 1, 2**level
        these, rows = slice(first, first + count), np.arange(count)
        if cells.shape[1]:
            tried, cut = _draw(cells, node - first, (count, shape.tries), (*key, level))
            best, sides, is_split = _best(_count(examples, node - first, tried, cut))
            columns[these] = tried[rows, best]
            cuts[these] = np.where(is_split, cut[rows, best], inf)
            goes_right = cells[every, columns[node]] > cuts[node]
        else:
            sides, goes_right = np.zeros((count, 2, classes)), np.zeros(len(cells), dtype=bool)
            is_split = np.zeros(count, dtype=bool)
        below = shares[2 * first + 1 : 2 * first + 1 + 2 * count]
        below[:] = _shares(shares[these], sides, is_split).reshape(2 * count, classes)
        node = 2 * node + 1 + goes_right
    return Tree(columns, cuts, np.rint(shares * FINE))


def _shares(above: Floats, sides: Floats, is_split: Flags) -> Floats:
    """Return the shares on both sides of each node; where it does not split, its own."""
    pulled = sides + _PULL * above[:, np.newaxis]
    pulled /= sides.sum(axis=2, keepdims=True) + _PULL
    return np.where(is_split[:, np.newaxis, np.newaxis], pulled, above[:, np.newaxis])


def _draw(
    cells: Floats, at: Integers, shape: tuple[int, int], key: tuple[int, int, int]
) -> tuple[Integers, Floats]:
    """Return a column and a cut between the cells of two examples, per node and try."""
    count, tries = shape
    drawn = bits(*key, 3 * count * tries).reshape(3, count, tries)
    tried = (drawn[0] % np.uint64(cells.shape[1])).astype(np.int64)
    sizes = np.bincount(at, minlength=count)
    sized = np.maximum(sizes, 1).astype(np.uint64)[:, np.newaxis]
    picked = (np.cumsum(sizes) - sizes)[:, np.newaxis] + (drawn[1:] % sized).astype(np.int64)
    order = np.argsort(at, kind="stable")
    one, other = cells[order[np.minimum(picked, len(cells) - 1)], tried]
    return tried, np.where(one == other, inf, one / 2 + other / 2)


def _count(examples: Examples, at: Integers, tried: Integers, cut: Floats) -> Floats:
    """Return the weight per node, try, side and class."""
    cells, labels, weights, classes = examples
    count, tries = tried.shape
    side = cells[np.arange(len(cells))[:, np.newaxis], tried[at]] > cut[at]
    code = ((at[:, np.newaxis] * tries + np.arange(tries)) * 2 + side) * classes
    code += labels[:, np.newaxis]
    size = count * tries * 2 * classes
    found = np.bincount(code.ravel(), np.repeat(weights, tries), size).astype(np.float64)
    return found.reshape(count, tries, 2, classes)


def _best(counts: Floats) -> tuple[Integers, Floats, Flags]:
    """Return per node the best try, the weights on its two sides, and whether it splits."""
    sides = counts.sum(axis=3)
    pure = (counts * counts).sum(axis=3) / np.maximum(sides, _SMALLEST)
    both = counts.sum(axis=2)
    before = (both * both).sum(axis=2) / np.maximum(both.sum(axis=2), _SMALLEST)
    gain = np.where(sides.min(axis=2) >= _LEAST, pure.sum(axis=2) - before, -1.0)
    best = gain.argmax(axis=1)
    rows = np.arange(len(best))
    return best, counts[rows, best], gain[rows, best] > _SMALLEST
