"""What a row of probabilities says, and on which scale."""

import pytest
from hypothesis import given

from streamal.core.estimate import bin_of
from streamal.core.prediction import BIN_EDGES, BINS, NO_OPINION, predicted, score
from tests.strategies import ODD, PROBABILITIES, SHARES

CLASSES = ("a", "b", "c", "d", "e", "f")


@given(PROBABILITIES)
def test_the_label_is_the_most_probable_class(row: list[float]) -> None:
    """Among equals it is the one that was learned first."""
    prediction = predicted(CLASSES, row)
    assert prediction.confidence == max(row)
    assert prediction.label == CLASSES[row.index(max(row))]


@pytest.mark.parametrize("row", [[], [1.0], [0.5, float("nan")], [float("inf"), 0.0]])
def test_what_is_no_probability_for_each_class_is_no_opinion(row: list[float]) -> None:
    """A model without a usable row has nothing to say: nothing that is not finite is written."""
    assert predicted(CLASSES, row) == NO_OPINION
    assert predicted(CLASSES, row).is_cold


@pytest.mark.parametrize("row", [[], [1.0]])
def test_a_single_class_is_predicted_without_confidence(row: list[float]) -> None:
    """Where one class is known it is the best guess there is, and worth asking all the same."""
    prediction = predicted(("a",), row)
    assert (prediction.label, prediction.confidence, prediction.is_cold) == ("a", 0.0, True)


@given(SHARES, SHARES)
def test_the_score_grows_with_the_confidence(first: float, second: float) -> None:
    """Log-odds keep the order of confidences, so bins do too."""
    low, high = sorted((first, second))
    assert score(low) <= score(high)
    assert bin_of(low) <= bin_of(high)


@given(SHARES | ODD)
def test_every_confidence_has_a_bin(confidence: float) -> None:
    """No confidence, however odd, falls outside the bins."""
    assert 0 <= bin_of(confidence) < BINS


def test_an_edge_belongs_to_the_bin_above() -> None:
    """Bins are half open: a confidence on an edge counts upwards."""
    assert [bin_of(0.5), bin_of(0.4999)] == [BIN_EDGES.index(0.0) + 1, BIN_EDGES.index(0.0)]
