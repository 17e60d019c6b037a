"""The last uniform labels: what the model said there, and whether it was right."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRID = 24
"""Thresholds that are judged: so many quantiles of the confidences."""

LEAST = 30
"""Labels below which a class is not judged by itself."""

_COLUMNS = 3


class Audits:
    """A window of uniform labels, as arrays of shape ``(n,)``, oldest first.

    Confidences are rounded down to float32, as bars are: so a sample is at or above a bar
    exactly where its rounded confidence is.

    Parameters
    ----------
    capacity
        How many are kept.
    saved
        As `save` gave it.

    Examples
    --------
    >>> audits = Audits(400)
    >>> audits.add(0.9, drawn_from=0.5, right=False, label=1)
    >>> audits.confidence.tolist() == [rounded(0.9)], audits.wrong.tolist()
    (True, [True])
    """

    def __init__(self, capacity: int, saved: bytes = b"") -> None:
        self._capacity = capacity
        self._rows = np.frombuffer(saved, np.float32).reshape(-1, _COLUMNS)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """How sure the model was."""
        return np.abs(self._rows[:, 0])

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Whether the label contradicted it."""
        found: NDArray[np.bool_] = np.signbit(self._rows[:, 0])
        return found

    def add(self, confidence: float, drawn_from: float, right: bool, label: int) -> None:
        """Take in a label; the oldest of too many is forgotten."""
        said = rounded(confidence) if right else -rounded(confidence)
        row = np.array([[said, rounded(drawn_from), label]], np.float32)
        self._rows = np.concatenate((self._rows[-self._capacity + 1 :], row))

    def grid(self) -> Floats:
        """Return thresholds worth judging, lowest first.

        Examples
        --------
        >>> audits = Audits(3)
        >>> for confidence in (0.75, 0.5, 0.625):
        ...     audits.add(confidence, 0.0, right=True, label=0)
        >>> audits.grid().tolist()
        [0.5, 0.625, 0.75]
        """
        ordered = np.sort(self.confidence).astype(float)
        places = (np.arange(GRID) * len(ordered)) // GRID
        return np.unique(ordered[places]) if len(ordered) else ordered

    def counts(self, bars: Floats) -> tuple[Floats, Floats]:
        """Return the labels that speak for each threshold, and the errors among them.

        A label speaks for those from where it was drawn up to its own confidence.
        """
        over = self.confidence >= bars[:, None]
        counted = over & (self._rows[:, 1] <= bars[:, None])
        labels, errors = counted.sum(axis=1), (counted & self.wrong).sum(axis=1)
        return labels.astype(float), errors.astype(float)

    def by_class(self) -> dict[int, "Audits"]:
        """Return the labels of each predicted class that has enough, by its place."""
        places, labels = np.unique(self._rows[:, 2], return_counts=True)
        found = {}
        for at, count in zip(places, labels, strict=True):
            if at >= 0 and count >= LEAST:
                found[int(at)] = of_class = Audits(self._capacity)
                of_class._rows = self._rows[self._rows[:, 2] == at]
        return found

    def part(self, start: float, low: float, high: float) -> float:
        """Return which part of the labels between two confidences lies from `start` on."""
        known = self.confidence
        beside = known[(known >= low) & (known < high)]
        return float((beside >= start).mean()) if len(beside) else 1.0

    def clear(self, keep: int = 0) -> None:
        """Forget all but the newest."""
        self._rows = self._rows[len(self._rows) - keep :] if keep < len(self) else self._rows

    def save(self) -> bytes:
        """Return what a new one goes on from."""
        return self._rows.tobytes()


def rounded(confidence: float) -> float:
    """Return the float32 that is at or next below a confidence.

    Examples
    --------
    >>> rounded(0.5), rounded(1.0), rounded(0.999999999) < 1.0
    (0.5, 1.0, True)
    """
    found = np.float32(confidence)
    if float(found) > confidence:  # as Python's: NumPy would compare in float32
        found = np.nextafter(found, np.float32(-1.0))
    return float(found)
