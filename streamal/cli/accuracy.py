"""What is known of the accuracy, in words: which figure promises what."""

from collections.abc import Iterator
from typing import Any


def told(estimate: dict[str, Any] | None) -> Iterator[str]:
    """Yield a sentence for each figure, none before the first label.

    Examples
    --------
    >>> bounds = {"low": 0.8, "high": 0.9, "low_anytime": 0.7, "high_anytime": 1.0}
    >>> for sentence in told({"accuracy": 0.85, **bounds, "raw_on_requested": 0.6, "unseen": 0.2}):
    ...     print(sentence)
    accuracy 85.0%, weighted by 1/propensity; 95% interval for one look: 80.0% to 90.0%
    95% interval for any number of looks: 70.0% to 100.0%
    biased, not an accuracy: 60.0% raw on the requests, which were chosen for being hard
    no label was left for 20.0% of the samples: the others stand for them
    """
    if estimate is None or estimate["low"] is None:
        return
    yield (
        f"accuracy {estimate['accuracy']:.1%}, weighted by 1/propensity; 95% interval for one "
        f"look: {estimate['low']:.1%} to {estimate['high']:.1%}"
    )
    anytime = f"{estimate['low_anytime']:.1%} to {estimate['high_anytime']:.1%}"
    yield f"95% interval for any number of looks: {anytime}"
    yield (
        f"biased, not an accuracy: {estimate['raw_on_requested']:.1%} raw on the requests, "
        "which were chosen for being hard"
    )
    if estimate["unseen"]:
        unseen = f"{estimate['unseen']:.1%} of the samples"
        yield f"no label was left for {unseen}: the others stand for them"
