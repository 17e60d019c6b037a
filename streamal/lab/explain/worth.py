"""How much a label would have taught: how that was taken, and what lowered it."""

from collections.abc import Mapping
from math import prod
from types import MappingProxyType

from streamal.core.quotas import DEFICIT
from streamal.core.utility import DISAGREEMENT, RANDOM
from streamal.lab.explain.case import Again
from streamal.lab.explain.figure import apart, short
from streamal.lab.laws.facts import Scored

ARMS: Mapping[str, str] = MappingProxyType(
    {
        "margin": "how near the second class was",
        "least_confidence": "how unsure the model was",
        "entropy": "how evenly the model spread its bets",
        DISAGREEMENT: "how much the members of the committee disagreed",
        RANDOM: "a random draw, whatever the model said",
        "novelty": "how unlike the labels of late it was",
        "density": "how typical it was",
    }
)
"""How a utility is taken."""

MODIFIERS: Mapping[str, str] = MappingProxyType(
    {
        "junk": "it looked like what people rejected",
        "novelty": "it was like the labels of late",
        "density": "it was not typical",
        "quota": "its class or segment had its share of the requests",
    }
)
"""Why a modifier lowers a utility much."""

MUCH = 0.5
"""A factor up to which it does."""


def ranked_by(told: Scored, score: Again | None) -> str:
    """Return by what samples were ranked, where that was not the one configured utility.

    Examples
    --------
    >>> from streamal.core.records import Source
    >>> at = Source("abstained", 0, 7)
    >>> one = Scored(at=at, source=at, version=3, label="a", classes=("a", "b"), row=(0.6, 0.4),
    ...     confidence=0.6, utility=0.4, rank=0.0, reason="novel", bar=None, arm="novelty")
    >>> ranked_by(one, None)
    ', by how unlike the labels of late it was (arm novelty),'
    """
    if told.arm is None or not told.row:
        return ""
    why = f": {score.arm_why}" if score is not None and score.arm_why else ""
    return f", by {ARMS.get(told.arm, 'its utility')} (arm {told.arm}{why}),"


def lowered(told: Scored) -> str:
    """Return what lowered a utility, and how far; a cold model's and a draw are as they are.

    Examples
    --------
    >>> from streamal.core.records import Source
    >>> at = Source("abstained", 0, 7)
    >>> one = Scored(at=at, source=at, version=3, label="a", classes=("a", "b"), row=(0.6, 0.4),
    ...     confidence=0.6, utility=0.2, rank=0.9, reason="", bar=None,
    ...     modifiers=(("junk", 0.5),))
    >>> lowered(one)
    'its utility 0.4 was lowered to 0.2, by junk 0.5 (it looked like what people rejected)'
    """
    factor = prod(found for _, found in told.modifiers)
    if not told.row or told.arm == RANDOM or not 0 < factor < 1:
        return ""
    before, after = apart(told.utility / factor, told.utility)
    most_first = sorted(told.modifiers, key=lambda one: one[1])
    names = " and ".join(_modifier(name, found) for name, found in most_first)
    return f"its utility {before} was lowered to {after}, by {names}"


def _modifier(name: str, factor: float) -> str:
    why = MODIFIERS.get(name) if factor <= MUCH else None
    if name == "quota" and factor == DEFICIT:
        why = "others were short of theirs"
    return f"{name} {short(factor)} ({why})" if why else f"{name} {short(factor)}"
