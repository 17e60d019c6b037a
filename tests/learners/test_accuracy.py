"""What the presets reach on the streams that river carries, and with few labels."""

from collections.abc import Callable

import pytest
from river import datasets
from river.base.typing import ClfTarget
from river.datasets.base import Dataset

from streamal.learners.model import Model
from streamal.learners.presets import make
from tests.learners.replica import Example

LABELS = 400
ROWS = 800

# Preset, stream, the least share of right answers. Half of the labels are enough to learn from.
FLOORS = [
    ("linear", datasets.Phishing, 0.80),
    ("bayes", datasets.Phishing, 0.85),
    ("tree", datasets.Phishing, 0.80),
    ("forest", datasets.Phishing, 0.80),
    ("auto", datasets.Phishing, 0.80),
    ("linear", datasets.ImageSegments, 0.70),
    ("bayes", datasets.ImageSegments, 0.70),
    ("tree", datasets.ImageSegments, 0.70),
    ("forest", datasets.Bananas, 0.70),
]


def examples(dataset: Dataset) -> list[Example]:
    """The first rows of a stream, features as they are."""
    return [(dict(x), _name(y)) for x, y in dataset.take(ROWS)]


def _name(label: ClfTarget) -> str:
    return str(label)


def accuracy(preset: str, rows: list[Example]) -> float:
    """The share of rows predicted right, each before it may be learned; every second one is."""
    model, right = Model(make(preset, seed=7), {}), 0
    for i, (row, label) in enumerate(rows):
        answer = model.predict([row])[0]
        assert isinstance(answer, list)
        right += bool(answer) and model.classes[answer.index(max(answer))] == label
        if i % 2 == 0:
            assert model.learn(row, label) is None
    return right / len(rows)


@pytest.mark.parametrize(("preset", "dataset", "floor"), FLOORS)
def test_a_preset_reaches_its_floor(
    preset: str, dataset: Callable[[], Dataset], floor: float
) -> None:
    """400 labels of a real stream are enough for a useful model."""
    assert accuracy(preset, examples(dataset())) >= floor
