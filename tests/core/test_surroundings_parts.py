"""What surroundings are made of: the kinds of features, columns, scale, guard."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.draw import draw
from streamal.core.records import Features
from streamal.core.surroundings.guard import Guard
from streamal.core.surroundings.kept import KEPT, Kept
from streamal.core.surroundings.layout import Layout
from streamal.core.surroundings.recent import FEWEST, Recent
from streamal.core.surroundings.scale import FARTHEST, STEPS, Scale
from streamal.core.surroundings.slots import Slots


def test_declared_kinds_hold() -> None:
    """A number may be declared a category, a string a text."""
    layout = Layout({"zip": "category", "note": "text", "age": "number"})
    layout.learn({"zip": 8001.0, "note": "Red box", "age": True, "job": "it"})
    batch = layout.read([{"zip": 8001, "note": "a box", "age": False, "job": None}])
    assert batch.numbers.tolist() == [[0.0]]
    assert batch.categories == [["'zip'=8001"]]
    assert batch.words == [["a", "box"]]


def test_a_string_where_numbers_were_is_absent() -> None:
    """The law of types refuses such a row before; if one comes all the same it breaks nothing."""
    layout = Layout({})
    layout.learn({"x": 1.0})
    assert np.isnan(layout.read([{"x": "old"}]).numbers).all()
    assert layout.read([{"x": 10**400}, {"x": 2}]).numbers[1] == 2.0


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True, max_size=4), max_size=30))
def test_a_column_belongs_to_one_token(rows: list[list[str]]) -> None:
    """While tokens come and go, those that are held have columns of their own, and are found."""
    slots, held = Slots(3), list[list[int]]()
    for row in rows:
        held.append(slots.hold(row))
        if len(held) > 2:
            slots.release(held.pop(0))
        found = slots.find("abcdef")
        assert len(set(found)) == len(found) <= 3
        assert set(found) == {column for columns in held for column in columns}


def _kept(layout: Layout, rows: list[Features]) -> Kept:
    kept = Kept()
    for row in rows:
        kept.add(layout.read([row]))
    return kept


def _churned(at: int) -> Features:
    """Return a row of which many share a category and a word, and few the others."""
    size = int(4 * draw(7, "size", str(at)))
    return {"x": float(at % 9), "job": f"j{at // 7}", "text": f"the w{at} " + f"v{at // 3} " * size}


def test_nothing_is_left_of_what_is_no_longer_kept() -> None:
    """Distances are as if only the last two hundred examples had ever been learned."""
    rows = [_churned(at) for at in range(3 * KEPT)]
    layout = Layout({})
    layout.learn(rows[0])
    batch = layout.read([*rows[KEPT - 20 : KEPT + 20], *rows[-40:]])
    old, fresh = _kept(layout, rows), _kept(layout, rows[-KEPT:])
    assert (
        old.distances(old.encode(batch)).tolist() == fresh.distances(fresh.encode(batch)).tolist()
    )
    for tokens in ("words", "categories"):
        left, known = (getattr(kept.encode(batch), tokens).unknown() for kept in (old, fresh))
        assert left.tolist() == known.tolist()


def test_the_share_of_unknown_tokens_is_told() -> None:
    """A row's words and categories are unknown where no kept example has them."""
    layout = Layout({})
    layout.learn({"job": "it", "text": "the red box"})
    kept = _kept(layout, [{"job": "it", "text": "the red box"}])
    rows: list[Features] = [{"job": "law", "text": "the red hat or"}, {"job": "it"}, {}]
    encoded = kept.encode(layout.read(rows))
    assert encoded.words.unknown().tolist() == [0.5, 0.0, 0.0]
    assert encoded.categories.unknown().tolist() == [1.0, 0.0, 0.0]


def test_distances_are_in_squared_spreads() -> None:
    """One spread off is 1, another category 2, texts without a common word 4."""
    layout = Layout({})
    layout.learn({"x": 1.0, "job": "it", "text": "red"})
    kept = _kept(layout, [{"x": 1.0, "job": "it", "text": "red"}, {"x": 3.0, "job": "it"}])
    rows: list[Features] = [{"x": 1.0, "job": "law", "text": "red"}, {"x": 2.0, "text": "sea"}]
    found = kept.distances(kept.encode(layout.read(rows)))
    assert found.tolist() == [[2.0, 4.0 + 2.0 + 4.0], [1.0 + 2.0 + 4.0, 1.0 + 2.0 + 4.0]]


def test_coordinates_are_whole_and_bounded() -> None:
    """Whatever the numbers, coordinates are whole: their products add up exactly."""
    scale = Scale()
    scale.fit(np.array([[1.0, 1e308, np.nan], [2.0, -1e308, np.nan], [9.0, 0.0, np.nan]]))
    found = scale.coordinates(np.array([[3.3, 1e308, 5e5], [-1e300, np.nan, -1.0]]))
    assert (found == np.rint(found)).all()
    assert np.abs(found).max() == FARTHEST * STEPS


def test_few_distances_tell_nothing() -> None:
    """With fewer than five distances nothing is near or far."""
    recent = Recent(9)
    for at in range(FEWEST - 1):
        recent.add(float(at))
    assert recent.shares(np.array([-1.0, 99.0])).tolist() == [0.5, 0.5]


@given(st.lists(st.floats(0, 1e9), min_size=6, max_size=30))
def test_the_oldest_distance_is_forgotten(distances: list[float]) -> None:
    """What is recent depends on the last five alone."""
    recent, fresh = Recent(5), Recent(5)
    for distance in distances:
        recent.add(distance)
    for distance in distances[-5:]:
        fresh.add(distance)
    points = np.array([0.0, 1.0, 1e3, *distances])
    assert recent.shares(points).tolist() == fresh.shares(points).tolist()
    assert recent.closeness(points).tolist() == fresh.closeness(points).tolist()


def test_evidence_that_tells_nothing_changes_no_weight() -> None:
    """A column of zeros is passed over; the others learn."""
    guard, alone = Guard(2), Guard(1)
    for is_junk in (True, False, True):
        column = np.array([1.0 if is_junk else -1.0])
        guard.learn([column, np.zeros(1)], is_junk)
        alone.learn([column], is_junk)
    points = np.array([-1.0, 1.0])
    assert guard.factors([points, np.ones(2)]) == alone.factors([points])
