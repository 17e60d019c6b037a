"""Accuracy, balanced accuracy and Cohen's kappa from a confusion matrix."""

from collections import Counter

NONE = ""
"""Stands for a prediction without an opinion, which counts as wrong."""


class Confusion:
    """Counts (truth, predicted) pairs.

    Examples
    --------
    >>> confusion = Confusion()
    >>> for truth, guess in [("a", "a"), ("a", "b"), ("b", "b"), ("b", None)]:
    ...     confusion.add(truth, guess)
    >>> confusion.accuracy(), confusion.balanced_accuracy()
    (0.5, 0.5)
    """

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()

    def add(self, truth: str, guess: str | None) -> None:
        """Count one prediction."""
        self._pairs[truth, guess or NONE] += 1

    @property
    def total(self) -> int:
        """How many were counted."""
        return self._pairs.total()

    def truths(self) -> Counter[str]:
        """Return how often each class was the truth."""
        counts: Counter[str] = Counter()
        for (truth, _), count in self._pairs.items():
            counts[truth] += count
        return counts

    def accuracy(self) -> float | None:
        """Return the share that was right."""
        right = sum(count for (truth, guess), count in self._pairs.items() if truth == guess)
        return right / self.total if self.total else None

    def balanced_accuracy(self) -> float | None:
        """Return the mean recall over the classes that occur."""
        truths = self.truths()
        if not truths:
            return None
        return sum(self._pairs[one, one] / count for one, count in truths.items()) / len(truths)

    def kappa(self) -> float | None:
        """Return the agreement beyond chance (Cohen, 1960); None where chance is perfect."""
        accuracy, chance = self.accuracy(), self._chance()
        if accuracy is None or chance >= 1.0:
            return None
        return (accuracy - chance) / (1.0 - chance)

    def _chance(self) -> float:
        guesses: Counter[str] = Counter()
        for (_, guess), count in self._pairs.items():
            guesses[guess] += count
        total = max(self.total, 1)
        return sum(count * guesses[one] for one, count in self.truths().items()) / total**2
