"""The port of a member."""

from typing import NamedTuple, Protocol

from streamal.learners.ensemble.batch import Batch
from streamal.learners.ensemble.memory import Memory
from streamal.learners.port import Probabilities


class Past(NamedTuple):
    """What is known when an example is learned, itself included: how many tokens and classes."""

    memory: Memory
    tokens: int
    classes: int


class Member(Protocol):
    """A classifier over encoded rows. A row's answer depends on the row alone, bit by bit."""

    def learn(self, example: Batch, label: int, weight: float, past: Past) -> None:
        """Learn one example, a batch of one row; the past has it already."""

    def predict(self, batch: Batch) -> Probabilities:
        """Return an (n, k) array for the k classes known when an example was learned last."""
