"""Surroundings: a fold over examples and rejections, and the factors that it gives."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.draw import draw
from streamal.core.records import Features
from streamal.core.surroundings import ModifierSpec, Surroundings

ALL = ModifierSpec(guard=1.0, novelty=1.0, density=1.0)
GUARD = ModifierSpec(guard=1.0)

_ROWS = st.fixed_dictionaries(
    {},
    optional={
        "x": st.floats(-1e308, 1e308) | st.none(),
        "y": st.floats(-3, 3),
        "flag": st.booleans(),
        "job": st.sampled_from(["it", "law", "art"]) | st.none(),
        "text": st.text("abc ", max_size=12),
    },
)


def _made(at: int, spread: float = 1.0) -> Features:
    """Return a mixed row whose numbers lie within so many units."""
    x, y, word = (draw(7, name, str(at)) for name in ("x", "y", "word"))
    text = f"the {'red' if word < 0.5 else 'blue'} box {int(9 * x)}"
    return {"x": spread * x, "y": spread * y, "job": "it" if y < 0.5 else "law", "text": text}


def _junk(at: int) -> Features:
    return {**_made(at), "x": 50.0 + at, "y": -40.0 - at}


def _around(spec: ModifierSpec, examples: int = 60, rejected: int = 8) -> Surroundings:
    around = Surroundings(spec)
    for at in range(examples):
        around.learn(_made(at), "a")
    for at in range(rejected):
        around.reject(_junk(at))
    return around


def _said(around: Surroundings, name: str, rows: Sequence[Features]) -> list[float]:
    return [factors[name] for factors in around.factors(rows)]


@settings(max_examples=60, deadline=None)
@given(learned=st.lists(_ROWS, max_size=30), rejected=st.lists(_ROWS, max_size=4), rows=st.data())
def test_a_row_is_judged_as_if_it_were_alone(
    learned: list[Features], rejected: list[Features], rows: st.DataObject
) -> None:
    """To the last bit: a score must be the same in whatever batch it is recomputed."""
    around = Surroundings(ALL)
    for features in learned:
        around.learn(features, "a")
    for features in rejected:
        around.reject(features)
    batch = rows.draw(st.lists(_ROWS, min_size=1, max_size=9))
    together = around.factors(batch)
    assert together == [around.factors([row])[0] for row in batch]
    assert all(0.0 < factor <= 1.0 for said in together for factor in said.values())


def test_large_batches_are_judged_row_by_row() -> None:
    """Five hundred rows, with forty numbers and a text each, get what each gets alone."""
    rows = [_made(at) | {f"n{i}": draw(1, str(i), str(at)) for i in range(40)} for at in range(500)]
    around = Surroundings(ALL)
    for row in rows[:250]:
        around.learn(row, "a")
    around.reject(_junk(0))
    assert around.factors(rows) == [around.factors([row])[0] for row in rows]


def test_replicas_agree() -> None:
    """The same examples and rejections in the same order give the same factors."""
    rows = [*map(_made, range(300, 320)), *map(_junk, range(20, 30))]
    assert _around(ALL, 250).factors(rows) == _around(ALL, 250).factors(rows)


def test_asking_changes_nothing() -> None:
    """Factors are a function of what was learned and rejected, not of what was asked."""
    asked, quiet = _around(ALL), _around(ALL)
    asked.factors([_junk(99), _made(99)])
    for around in (asked, quiet):
        around.learn(_made(70), "a")
    assert asked.factors([_junk(5)]) == quiet.factors([_junk(5)])


def test_the_guard_is_silent_before_the_first_rejection() -> None:
    """Where nobody rejects anything the guard costs nothing."""
    around = _around(GUARD, rejected=0)
    assert around.factors([_junk(1), _made(1)]) == [{}, {}]


def test_the_guard_that_slept_knows_what_it_missed() -> None:
    """Until its first rejection it only keeps the examples: it ends up as if it had learned."""
    awake = ModifierSpec(guard=1.0, novelty=1.0)
    rows = [_made(99), _junk(99)]
    assert _said(_around(GUARD), "junk", rows) == _said(_around(awake), "junk", rows)


def test_the_guard_tells_junk_from_the_rest() -> None:
    """After eight rejections of far-off samples such a sample is silenced, and few others are."""
    around = _around(GUARD)
    assert max(_said(around, "junk", [_junk(at) for at in range(20, 60)])) < 1e-5
    good = _said(around, "junk", [_made(at) for at in range(100, 200)])
    assert sum(factor > 0.5 for factor in good) > 80


def test_random_characters_are_junk() -> None:
    """In a stream of texts, words that nobody ever used tell junk."""
    around = Surroundings(GUARD)
    for at in range(60):
        around.learn({"text": _made(at)["text"]}, "a")
    for at in range(8):
        around.reject({"text": f"xq{at} zz{at}w {at}kk"})
    junk, good = _said(around, "junk", [{"text": "vv8 hh7 u1"}, {"text": "the red box 3"}])
    assert junk < 1e-5
    assert good > 0.3


def test_unknown_words_tell_where_distances_do_not() -> None:
    """Texts that share one word of three with others are good, save where two are unknown."""
    around = Surroundings(GUARD)
    for at in range(120):
        around.learn({"text": f"a{at % 20} b{at % 30 // 10 + at // 30 * 10} c{at}"}, "a")
    for at in range(20):
        around.reject({"text": f"a{at} x{at} y{at}"})
    junk, good = _said(around, "junk", [{"text": "a7 x77 y77"}, {"text": "a7 b3 c80"}])
    assert junk < 1e-5
    assert good > 0.1


def test_a_new_region_is_not_silenced_for_ever() -> None:
    """When all that comes lies far off and people label it, it is heard again."""
    around = _around(GUARD, 200)
    moved: list[Features] = [{**_made(at), "x": 30.0, "y": 30.0 + at % 7} for at in range(40)]
    assert max(_said(around, "junk", moved)) < 1e-5
    for features in moved[:20]:
        around.learn(features, "new")
    assert min(_said(around, "junk", moved)) > 0.3


def test_silenced_samples_keep_their_order() -> None:
    """Of two that are silenced the likelier junk has the smaller factor."""
    around = _around(GUARD)
    worse, better = _said(around, "junk", [_junk(20), {**_made(5), "x": 3.0, "y": 3.0}])
    assert 0.0 < worse < better


def test_novelty_prefers_what_is_unlike_and_density_what_is_like() -> None:
    """A sample far from all examples is novel, one among them is typical."""
    around = _around(ModifierSpec(novelty=1.0, density=1.0), rejected=0)
    far, near = around.factors([_junk(1), _made(3)])
    assert far["novelty"] > near["novelty"]
    assert far["density"] < near["density"]
    assert "junk" not in far


def test_what_was_seen_lately_is_no_longer_novel() -> None:
    """Novelty is about the examples kept: each one takes from that of its like."""
    around = _around(ModifierSpec(novelty=1.0), rejected=0)
    before = _said(around, "novelty", [_junk(1)])[0]
    for _ in range(5):
        around.learn(_junk(1), "b")
    assert _said(around, "novelty", [_junk(1)])[0] < 0.1 < before


def test_what_is_no_longer_kept_is_novel_again() -> None:
    """After two hundred other examples nothing is left of one."""
    seen, never = Surroundings(ModifierSpec(novelty=1.0)), Surroundings(ModifierSpec(novelty=1.0))
    for _ in range(10):
        seen.learn({"x": 1.0, "job": "art", "text": "violet"}, "a")
        never.learn({"x": 1.0, "job": "it", "text": "red"}, "a")
    for around in (seen, never):
        for at in range(400):
            around.learn(_made(at), "a")
    rows: list[Features] = [{"x": 1.0, "job": "art", "text": "violet"}]
    assert seen.factors(rows) == never.factors(rows)


@pytest.mark.parametrize("name", ["novelty", "density", "junk"])
def test_a_weight_is_an_exponent(name: str) -> None:
    """Weight 2 gives the square of what weight 1 gives."""
    rows = [_made(3), _made(1)]
    once = _said(_around(ALL), name, rows)
    twice = _said(_around(ModifierSpec(guard=2.0, novelty=2.0, density=2.0)), name, rows)
    assert twice == pytest.approx([factor**2 for factor in once])


def test_nothing_is_said_of_the_first_samples() -> None:
    """Without three examples to compare with there is no factor."""
    around = Surroundings(ALL)
    around.reject({"x": 1.0})
    around.learn({"x": 1.0}, "a")
    assert around.factors([{"x": 2.0}]) == [{}]
    assert around.factors([]) == []


def test_early_rejections_are_not_forgotten() -> None:
    """Who begins by rejecting junk has taught the guard as much as who does so later."""
    early, late = (Surroundings(ModifierSpec(guard=1.0)) for _ in range(2))
    junk: list[Features] = [{"x": x} for x in (99.0, -70.0, 60.0, 80.0)]
    for row in junk:
        early.reject(row)
    for around in (early, late):
        for i in range(40):
            around.learn({"x": i * 7 % 40 / 8}, "a")
    for row in junk:
        late.reject(row)
    (first,), (second,) = early.factors([{"x": -99.0}]), late.factors([{"x": -99.0}])
    assert first["junk"] < 0.5
    assert second["junk"] < 0.5
