"""The contract of drift detectors, held by each of river's as this service uses them."""

import pytest

from streamal.core.draw import draw
from streamal.learners.drift import DETECTORS, NEWEST, Watch

NAMES = sorted(DETECTORS)


def _errors(rate: float, count: int, purpose: str = "errors") -> list[float]:
    """Return errors in units of a third, as those come that are rare."""
    return [3.0 * (draw(7, purpose, str(i)) < rate) for i in range(count)]


def _first(watch: Watch, numbers: list[float]) -> int | None:
    return next((i for i, number in enumerate(numbers) if watch.take(number)), None)


@pytest.mark.parametrize("name", NAMES)
def test_what_stays_the_same_is_no_drift(name: str) -> None:
    """Six hundred labels with errors at one rate raise no alarm."""
    assert _first(Watch(name, rising=True), _errors(0.05, 600)) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_collapse_is_drift(name: str) -> None:
    """Errors that go from one in ten to seven in ten are seen within a hundred labels."""
    found = _first(Watch(name, rising=True), _errors(0.1, 500) + _errors(0.7, 100, "after"))
    assert found is not None
    assert 500 <= found < 600


@pytest.mark.parametrize("name", NAMES)
def test_fewer_errors_are_none(name: str) -> None:
    """A watch on a rise is silent where the model gets better, whatever it learned from that."""
    assert _first(Watch(name, rising=True), _errors(0.3, 200) + _errors(0.03, 400)) is None


@pytest.mark.parametrize("name", NAMES)
def test_replicas_agree(name: str) -> None:
    """The same numbers raise the same alarms in two of them, again and again."""
    numbers = (_errors(0.1, 300) + _errors(0.8, 100)) * 4
    one, other = Watch(name), Watch(name)
    said = [one.take(number) for number in numbers]
    assert said == [other.take(number) for number in numbers]
    assert any(said)


@pytest.mark.parametrize("name", NAMES)
def test_sensitivity_never_makes_it_slower(name: str) -> None:
    """What asks for a quarter of the evidence says so first, or at once with the usual."""
    numbers = _errors(0.1, 500) + _errors(0.5, 300, "after")
    eager, usual, calm = (_first(Watch(name, at), numbers) for at in (4.0, 1.0, 0.25))
    assert eager is not None
    assert usual is None or eager <= usual
    assert calm is None or (usual is not None and usual <= calm)


@pytest.mark.parametrize("name", NAMES)
def test_too_few_numbers_say_nothing(name: str) -> None:
    """Before thirty numbers there is no alarm, however different they are."""
    numbers = [0.0] * (NEWEST // 2) + [1.0] * (NEWEST // 2 - 1)
    assert _first(Watch(name), numbers) is None


def test_what_it_tells_is_of_both_sides() -> None:
    """An alarm's means are those of the last thirty numbers and of all before them."""
    watch = Watch("page_hinkley")
    for number in [0.0] * 40 + [1.0] * NEWEST:
        watch.take(number)
    assert (watch.before(), watch.newest()) == (0.0, 1.0)
