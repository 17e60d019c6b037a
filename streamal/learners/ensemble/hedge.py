"""Which member is right: exponential weights on the log loss of labels."""

from math import exp, log

# An example counts for the next ones by this part less each.
DECAY = 0.98
# How much a loss of 1 takes: weights are exp(-RATE x loss).
RATE = 0.2
# No member loses more at one label.
_LEAST = 1e-3


class Hedge:
    """The weights of members.

    Reference: Y. Freund and R. E. Schapire, A decision-theoretic generalization of
    on-line learning and an application to boosting, Journal of Computer and System
    Sciences 55 (1997). The decay follows drift.
    """

    __slots__ = ("_losses",)

    def __init__(self, members: int) -> None:
        self._losses = [0.0] * members

    def learn(self, chances: list[float], weight: float) -> None:
        """Take in what each member gave the true class."""
        self._losses = [
            DECAY * loss - weight * log(max(chance, _LEAST))
            for loss, chance in zip(self._losses, chances, strict=True)
        ]

    def weights(self) -> list[float]:
        """Return them; their sum is 1."""
        least = min(self._losses)
        parts = [exp(RATE * (least - loss)) for loss in self._losses]
        total = 0.0
        for part in parts:  # not `sum`: from Python 3.12 on it mends its rounding
            total += part
        return [part / total for part in parts]
