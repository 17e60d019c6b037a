"""A fresh model against the one in force: when it wins, when it is given up."""

from streamal.core.updates import Example
from streamal.learners.model import Model
from streamal.runtime.fresh import ENOUGH, Fresh
from tests.runtime import tiny
from tests.runtime.labelled import example


def _taught(*pairs: tuple[float, str]) -> Model:
    model = tiny.model()
    for x, label in pairs:
        model.learn({"x": x}, label)
    return model


def _labels(count: int, propensity: float = 0.02, swapped: bool = True) -> list[Example]:
    """Return examples of a world in which 0 is `up` and 1 is `down`, or the other way round."""
    return [
        example(
            version=10 + i,
            features={"x": float(i % 2)},
            label="up" if (i % 2 == 0) == swapped else "down",
            propensity=propensity,
        )
        for i in range(count)
    ]


def _old() -> Model:
    return _taught((0.0, "down"), (1.0, "up"))


def test_the_better_one_wins_soon() -> None:
    """Where the old model is always wrong a dozen uniform labels are enough."""
    fresh, old = Fresh(tiny.model(), 7), _old()
    for one in _labels(12):
        fresh.see(one, old)
    assert fresh.outcome is not None
    assert fresh.outcome.taken
    assert fresh.outcome.since == 7
    assert fresh.outcome.fresh_loss < fresh.outcome.loss


def test_the_one_that_is_no_better_is_given_up() -> None:
    """Where the old model is right it stays: after two hundred labels the fresh one goes."""
    fresh, old = Fresh(tiny.model(), 7), _old()
    for one in _labels(ENOUGH - 1, swapped=False):
        fresh.see(one, old)
        assert fresh.outcome is None
    fresh.see(_labels(1, swapped=False)[0], old)
    assert fresh.outcome is not None
    assert not fresh.outcome.taken


def test_chosen_labels_teach_and_do_not_judge() -> None:
    """A fresh model learns every example, but is held against the old one on drawn ones only."""
    fresh, old = Fresh(tiny.model(), 7), _old()
    for one in _labels(50, propensity=1.0):
        fresh.see(one, old)
    assert (fresh.model.learned, fresh.labels, fresh.outcome) == (50, 0, None)


def test_the_old_one_is_asked_before_it_learns() -> None:
    """Both are judged by what they say of a label that neither has seen."""
    fresh, old = Fresh(_taught((0.0, "up"), (1.0, "down")), 7), _old()
    before = old.digest([{"x": 0.0}])
    fresh.see(_labels(1)[0], old)
    assert old.digest([{"x": 0.0}]) == before
    assert fresh.fortune() > 1.0


def test_audits_alone_do_not_decide() -> None:
    """A model that is better where audits are, and worse in what they are few of, stays out."""
    fresh, old = Fresh(_taught((0.0, "up"), (1.0, "down")), 7), _old()
    for one in _labels(6, propensity=0.5):
        fresh.see(one, old)
    assert fresh.outcome is not None
    assert fresh.outcome.taken
    fresh = Fresh(_taught((0.0, "up"), (1.0, "down"), (9.0, "up"), (5.0, "down")), 7)
    fresh.see(example(9, propensity=0.01, features={"x": 1.0}, label="up"), old)
    for one in _labels(12, propensity=0.5):
        fresh.see(one, old)
    assert fresh.fortune() > 5.0
    assert fresh.outcome is None


def test_whoever_knows_nothing_is_half_right() -> None:
    """A model without an opinion neither wins nor loses a fortune at once."""
    fresh = Fresh(tiny.model(), 7)
    fresh.see(_labels(1)[0], tiny.model())
    assert fresh.fortune() == 1.0
