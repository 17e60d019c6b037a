"""Scores from a confusion matrix, against sums done by hand."""

import random

import pytest
from river import metrics

from streamal.lab.scores import Confusion

RIVERS = ("Accuracy", "BalancedAccuracy", "CohenKappa")


def counted(*pairs: tuple[str, str | None]) -> Confusion:
    """Return the matrix of (truth, guess) pairs."""
    confusion = Confusion()
    for truth, guess in pairs:
        confusion.add(truth, guess)
    return confusion


def test_nothing_counted_has_no_score() -> None:
    """An empty matrix has no accuracy of any kind."""
    empty = counted()
    assert (empty.accuracy(), empty.balanced_accuracy(), empty.kappa()) == (None, None, None)


def test_no_opinion_is_wrong() -> None:
    """A prediction without an opinion counts as a wrong one, and as no class."""
    scores = counted(("a", "a"), ("a", None), ("b", None), ("b", "b"))
    assert (scores.accuracy(), scores.balanced_accuracy()) == (0.5, 0.5)
    assert scores.truths() == {"a": 2, "b": 2}


def test_balanced_accuracy_is_the_mean_recall() -> None:
    """Each class counts the same, however rare it is."""
    scores = counted(*[("a", "a")] * 98, ("b", "a"), ("b", "b"))
    assert scores.accuracy() == 0.99
    assert scores.balanced_accuracy() == 0.75


def test_kappa_of_chance_is_zero() -> None:
    """Guesses that do not depend on the truth have kappa 0; all of one class has none."""
    assert counted(("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")).kappa() == 0.0
    assert counted(("a", "a")).kappa() is None


@pytest.mark.parametrize("seed", range(5))
def test_scores_agree_with_rivers(seed: int) -> None:
    """Over random pairs all three are those that river computes."""
    dice = random.Random(seed)
    pairs = [(dice.choice("abc"), dice.choice("aabc")) for _ in range(300)]
    scores = counted(*pairs)
    theirs = {name: getattr(metrics, name)() for name in RIVERS}
    for truth, guess in pairs:
        for metric in theirs.values():
            metric.update(truth, guess)
    ours = [scores.accuracy(), scores.balanced_accuracy(), scores.kappa()]
    assert ours == pytest.approx([metric.get() for metric in theirs.values()])
