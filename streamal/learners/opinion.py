"""From what a learner answered to probabilities, or to no opinion."""

from math import inf

import numpy as np

from streamal.learners.port import Probabilities
from streamal.learners.table import FEW

# A sum of probabilities may miss 1 by rounding, and a difference may fall below 0 by it.
_ROUNDING = 1e-9


def opinions(answers: Probabilities) -> list[list[float]]:
    """Return per row probabilities in [0, 1] that sum to 1, or an empty list: no opinion.

    No opinion is what is not k finite numbers, none negative and one positive. A row's
    opinion is the same, to the last bit, in whatever array it stands.

    Examples
    --------
    >>> opinions(np.array([[3.0, 1.0], [np.nan, 1.0], [1.0, -1e-17]]))
    [[0.75, 0.25], [], [1.0, 0.0]]
    """
    if len(answers) >= FEW:
        shares = _shares(answers)
        if shares is not None:
            return shares.tolist()  # type: ignore[no-any-return]
    return [_opinion(row) for row in answers.tolist()]


def _shares(answers: Probabilities) -> Probabilities | None:
    """Return every row over its total, or None where one is odd: `_opinion` knows what then."""
    if answers.min() < 0.0:
        return None
    total = np.zeros(len(answers))
    with np.errstate(over="ignore"):
        for column in answers.T:
            total += column
    is_fine = total.min() > 0.0 and total.max() < inf  # NaN is neither
    return answers / total[:, np.newaxis] if is_fine else None


def _opinion(row: list[float]) -> list[float]:
    total = 0.0
    for part in row:  # not `sum`: from Python 3.12 on it mends its rounding
        total += part
    if not 0.0 < total < inf or min(row) < -_ROUNDING:
        return []
    if min(row) < 0.0:
        return _opinion([max(part, 0.0) for part in row])
    return [part / total for part in row]
