"""river's `EntropySampler`, which has no budget: its discount is set by trial."""

from collections.abc import Sequence
from typing import Any


class _Said:
    """A classifier that says what our model said of the row at hand."""

    def __init__(self) -> None:
        self.said: dict[str, float] = {}

    def predict_proba_one(self, x: Any) -> dict[str, float]:  # noqa: ANN401
        """Return it."""
        return self.said


class Entropy:
    """Asks with probability (entropy of the prediction) ** discount."""

    def __init__(self, discount: float, seed: int) -> None:
        from river import active

        self._said = _Said()
        said: Any = self._said
        self._sampler: Any = active.EntropySampler(said, discount_factor=discount, seed=seed)

    def asks(self, number: int, row: Sequence[float]) -> bool:
        """Ask the sampler."""
        self._said.said = {str(at): chance for at, chance in enumerate(row)}
        _, asks = self._sampler.predict_proba_one({})
        return bool(asks)

    def learned(self, number: int, label: str) -> None:
        """Nothing to note."""
