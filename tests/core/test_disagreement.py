"""Disagreement: in (0, 1], 0 where members agree, and 1 where there is no usable opinion."""

from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from streamal.core.disagreement import DISAGREEMENTS, consensus_entropy, kl, vote_entropy

NAMES = sorted(DISAGREEMENTS)
Floats = NDArray[np.float64]

SURE, OTHER, EVEN = [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]


def _committees(least: float) -> st.SearchStrategy[Floats]:
    shape = st.tuples(st.integers(2, 5), st.integers(1, 6), st.integers(2, 5))
    return shape.flatmap(lambda s: arrays(np.float64, s, elements=st.floats(least, 1.0)))


@pytest.mark.parametrize("name", NAMES)
@given(members=_committees(0.0))
def test_it_is_above_zero_and_at_most_one(name: str, members: Floats) -> None:
    """Whatever the members say, each sample gets a number in (0, 1]."""
    values = DISAGREEMENTS[name](members)
    assert len(values) == members.shape[1]
    assert all(0.0 < value <= 1.0 for value in values)


@pytest.mark.parametrize("name", NAMES)
@given(members=_committees(0.0))
def test_a_sample_is_judged_as_if_it_were_alone(name: str, members: Floats) -> None:
    """To the last bit: a score must be the same in whatever batch it is recomputed."""
    measure = DISAGREEMENTS[name]
    alone = [measure(members[:, i : i + 1])[0] for i in range(members.shape[1])]
    assert measure(members) == alone


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", [2, 3, 10, 77])
def test_neither_batch_nor_memory_order_decides(name: str, k: int) -> None:
    """Large batches, slices of them and other strides give the bits of each sample alone."""
    members = np.random.default_rng(k).dirichlet(np.full(k, 0.3), size=(7, 200))
    measure = DISAGREEMENTS[name]
    values = measure(members)
    assert values == [measure(members[:, [i]])[0] for i in range(200)]
    assert measure(members[:, 100:117]) == values[100:117]
    assert measure(members[:, ::-3]) == values[::-3]
    assert measure(np.asfortranarray(members)) == values


@pytest.mark.parametrize("name", ["vote_entropy", "kl"])
@given(row=st.lists(st.floats(0.001, 1.0), min_size=2, max_size=9), m=st.integers(2, 6))
def test_members_that_say_the_same_do_not_disagree(name: str, row: list[float], m: int) -> None:
    """However even a row is, copies of it are worth the least."""
    members = np.array([[row]] * m)
    assert DISAGREEMENTS[name](members) == pytest.approx([1e-12], abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
@given(members=_committees(0.001))
def test_the_order_of_members_does_not_matter(name: str, members: Floats) -> None:
    """All members count alike."""
    measure = DISAGREEMENTS[name]
    assert measure(members[::-1]) == pytest.approx(measure(members), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@given(members=_committees(0.001), factor=st.floats(0.01, 100.0))
def test_only_the_shares_of_a_row_count(name: str, members: Floats, factor: float) -> None:
    """A member whose rows do not sum to 1 is read as if they did."""
    measure, scaled = DISAGREEMENTS[name], members.copy()
    scaled[0] *= 2.0 ** round(log(factor))
    assert measure(scaled) == pytest.approx(measure(members), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("m", [2, 3, 8])
@pytest.mark.parametrize("k", [2, 3, 8])
def test_the_bound_is_reached(name: str, m: int, k: int) -> None:
    """Sure members that spread evenly over the classes disagree as much as can be."""
    members = np.zeros((m, 1, k))
    for member in range(m):
        members[member, 0, member % k] = 1.0
    even = m % k == 0 or m < k
    most = log(min(m, k)) / log(k) if name == "consensus_entropy" else 1.0
    value = DISAGREEMENTS[name](members)[0]
    assert value == pytest.approx(most) if even else value < most


@pytest.mark.parametrize(
    ("rows", "votes", "consensus", "divergence"),
    [
        ([SURE, SURE], 1e-12, 1e-12, 1e-12),
        ([SURE, OTHER], 1.0, 1.0, 1.0),
        ([EVEN, EVEN], 1e-12, 1.0, 1e-12),
        ([SURE, SURE, OTHER], 0.9182958, 0.9182958, 0.9182958),
        ([[0.9, 0.1], [0.4, 0.6]], 1.0, 0.9340681, 0.2140950),
        ([[0.6, 0.4], [0.5, 0.5]], 1e-12, 0.9927745, 0.0072992),
    ],
)
def test_known_committees_have_known_values(
    rows: list[list[float]], votes: float, consensus: float, divergence: float
) -> None:
    """Each measure on two classes, computed by hand in bits."""
    members = np.array(rows)[:, np.newaxis, :]
    assert vote_entropy(members) == pytest.approx([votes], abs=1e-7)
    assert consensus_entropy(members) == pytest.approx([consensus], abs=1e-7)
    assert kl(members) == pytest.approx([divergence], abs=1e-7)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bad", [[nan, 0.5], [inf, 0.5], [-inf, 1.0], [-0.5, 1.5], [0.0, 0.0]])
def test_one_unusable_row_makes_a_sample_worth_one(name: str, bad: list[float]) -> None:
    """And leaves the samples beside it as they are."""
    members = np.array([[SURE, SURE, SURE], [SURE, bad, SURE]])
    assert DISAGREEMENTS[name](members) == [1e-12, 1.0, 1e-12]


@pytest.mark.parametrize("name", NAMES)
def test_a_rounding_below_zero_is_zero(name: str) -> None:
    """A probability that a subtraction left just below 0 is no fault."""
    members = np.array([[[1.0, -1e-17]], [[1.0, 0.0]]])
    assert DISAGREEMENTS[name](members) == [1e-12]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(3, 4, 0), (3, 4, 1), (1, 4, 3), (0, 4, 3)])
def test_where_nothing_can_differ_there_is_no_opinion(
    name: str, shape: tuple[int, int, int]
) -> None:
    """Fewer than two members or classes: 1 for each sample."""
    assert DISAGREEMENTS[name](np.ones(shape)) == [1.0] * 4


@pytest.mark.parametrize("name", NAMES)
def test_no_samples_have_no_values(name: str) -> None:
    """An empty batch is an empty list."""
    assert DISAGREEMENTS[name](np.ones((3, 0, 2))) == []
