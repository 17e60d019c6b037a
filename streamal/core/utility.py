"""Utilities: how much a label would teach, from one row of probabilities, in (0, 1].

Only the order matters to the rank controller, so each utility keeps its order where
probabilities saturate. "No opinion" (an empty row) is worth 1: a model that cannot
answer learns most. Source: Settles, "Active Learning Literature Survey" (2009), §3.1.
"""

from collections.abc import Callable, Sequence
from math import isfinite, log

from streamal.core.prediction import Prediction

Row = Sequence[float]
Utility = Callable[[Row], float]

_FLOOR = 1e-12

LEAST = 1e-36
"""The least utility: a window keeps float32, and what underflows there has no order."""

DISAGREEMENT = "disagreement"
RANDOM = "random"
"""The arm whose utility is a draw for this purpose."""


def margin(row: Row) -> float:
    """Return second best over best, which has the order of the difference in log-odds.

    Examples
    --------
    >>> margin([0.75, 0.25])
    0.3333333333333333
    """
    first, second = row if len(row) == 2 else _top_two(row)
    if second > first:
        first, second = second, first
    return (second if second > _FLOOR else _FLOOR) / (first if first > _FLOOR else _FLOOR)


def least_confidence(row: Row) -> float:
    """Return one minus the best probability.

    Examples
    --------
    >>> least_confidence([0.75, 0.25])
    0.25
    """
    return max(1.0 - max(row), _FLOOR)


def entropy(row: Row) -> float:
    """Return the Shannon entropy as a share of its largest value, log k.

    Examples
    --------
    >>> entropy([0.5, 0.5])
    1.0
    """
    total = -sum(p * log(p) for p in row if p > 0)
    return min(1.0, max(total / log(len(row)), _FLOOR))


def opinion(utility: Utility, row: Row) -> float:
    """Return the utility of a row, 1 where there is no usable opinion.

    Examples
    --------
    >>> opinion(margin, []), opinion(margin, [1.0]), opinion(margin, [float("nan"), 0.5])
    (1.0, 1.0, 1.0)
    """
    if len(row) < 2 or not isfinite(sum(row)):
        return 1.0
    value = utility(row)
    return value if _FLOOR <= value <= 1.0 else min(1.0, max(value, _FLOOR))


def worth(prediction: Prediction, utility: Utility | None) -> float:
    """Return how much a label would teach: the utility of the row, times all modifiers.

    A model without an opinion learns most from anything; no modifier says otherwise.

    Parameters
    ----------
    utility
        None takes how much the members disagree.

    Examples
    --------
    >>> worth(Prediction([0.75, 0.25], "ham", 0.75, modifiers={"junk": 0.5}), least_confidence)
    0.125
    """
    row = prediction.row
    if not row:
        return 1.0
    if utility is not None:
        found = utility(row)
    else:
        found = 1.0 if prediction.disagreement is None else prediction.disagreement
    for factor in prediction.modifiers.values():
        found *= factor
    return found if found > LEAST else LEAST


def armed(prediction: Prediction, utility: Utility | None, chance: float) -> float:
    """Return the utility that the prediction's arm gives.

    Parameters
    ----------
    utility
        That of arms which are no utility themselves.
    chance
        The sample's number for `RANDOM`.

    Examples
    --------
    >>> from msgspec.structs import replace
    >>> sure = Prediction([0.75, 0.25], "ham", 0.75, arm="random")
    >>> armed(sure, margin, 0.25), armed(replace(sure, arm="novelty"), margin, 0.25)
    (0.75, 0.3333333333333333)
    """
    arm = prediction.arm or ""
    if arm == RANDOM and prediction.row:
        return 1.0 - chance
    return worth(prediction, UTILITIES.get(arm, utility))


def _top_two(row: Row) -> tuple[float, float]:
    first = second = -1.0
    for p in row:
        if p > first:
            first, second = p, first
        elif p > second:
            second = p
    return first, second


UTILITIES: dict[str, Utility | None] = {
    "margin": margin,
    "least_confidence": least_confidence,
    "entropy": entropy,
    DISAGREEMENT: None,
}
"""By name; disagreement is none of one row, but of several members' rows."""
