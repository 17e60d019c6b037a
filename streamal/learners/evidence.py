"""What one feature says about the classes, in naive Bayes."""

from typing import Protocol

from streamal.learners.port import Value

Scores = list[float]


class Evidence(Protocol):
    """The learned distribution of one feature within each class.

    Classes are numbered in the order of their first example.
    """

    def learn(self, value: Value, index: int, weight: float) -> None:
        """Take in the value of one example of the class with this number."""

    def add(self, scores: Scores, value: Value) -> None:
        """Add to each class's score the log likelihood of `value`, up to a common constant."""
