"""What a row of probabilities says, and on which scale."""

from math import log

import pytest
from hypothesis import assume, given

from streamal.core.estimate import bin_of
from streamal.core.prediction import BIN_EDGES, BINS, NO_OPINION, predicted
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


@given(SHARES)
def test_a_bin_is_one_of_log_odds(confidence: float) -> None:
    """A confidence falls between the edges that its log-odds lie between."""
    p = min(max(confidence, 1e-12), 1.0 - 1e-12)
    score = log(p / (1.0 - p))
    assume(all(abs(score - edge) > 1e-9 for edge in BIN_EDGES))
    assert bin_of(confidence) == sum(edge <= score for edge in BIN_EDGES)


@given(SHARES, SHARES)
def test_bins_grow_with_the_confidence(first: float, second: float) -> None:
    """Of two confidences the higher one has no lower bin."""
    low, high = sorted((first, second))
    assert bin_of(low) <= bin_of(high)


@given(PROBABILITIES)
def test_probabilities_have_the_names_of_their_classes(row: list[float]) -> None:
    """However many classes there are; no opinion names none."""
    assert predicted(CLASSES, row).named(CLASSES) == {CLASSES[i]: p for i, p in enumerate(row)}
    assert NO_OPINION.named(CLASSES) == {}


@given(SHARES | ODD)
def test_every_confidence_has_a_bin(confidence: float) -> None:
    """No confidence, however odd, falls outside the bins."""
    assert 0 <= bin_of(confidence) < BINS


def test_an_edge_belongs_to_the_bin_above() -> None:
    """Bins are half open: a confidence on an edge counts upwards."""
    assert [bin_of(0.5), bin_of(0.4999)] == [BIN_EDGES.index(0.0) + 1, BIN_EDGES.index(0.0)]
