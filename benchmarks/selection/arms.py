"""Who takes part: names to what makes each. Ours are settings, so a new arm is a line."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec

from streamal.errors import ConfigError
from streamal.settings import load

HEAD = 20
"""The burst: labels ahead of the budget's line that ours, random and periodic have."""

DEFAULT, RANDOM, PERIODIC, FULL = "default", "random", "periodic", "all labels"


class Arm(msgspec.Struct, frozen=True):
    """One way of choosing.

    Parameters
    ----------
    kind
        Whose it is.
    settings
        The product's, by dotted names (ours only).
    strategy
        The class of scikit-activeml.
    discount
        Of river's sampler.
    warm
        Whether the first rows are asked at once, as many as ours has as a burst.
    draws
        Whether another seed gives another run on the same stream.
    simulated
        Whether ours is run by the whole service in memory: it decides later than at once.
    """

    kind: Literal["ours", "skactiveml", "river", "all"]
    settings: Mapping[str, Any] = {}
    strategy: str = ""
    discount: float = 0.0
    warm: bool = False
    draws: bool = True
    simulated: bool = False


def _ours(**settings: Any) -> Arm:  # noqa: ANN401 - settings are of any type
    return Arm("ours", {name.replace("__", "."): value for name, value in settings.items()})


OURS: dict[str, Arm] = {
    DEFAULT: _ours(),
    RANDOM: _ours(policy__kind="random"),
    PERIODIC: _ours(policy__kind="periodic"),
    "fixed .8": _ours(policy__kind="fixed", policy__threshold=0.8),
    "variable": _ours(policy__kind="variable"),
    "randomised": _ours(policy__kind="randomised"),
    "split": _ours(policy__kind="split"),
    "entropy": _ours(policy__utility="entropy"),
    "least confidence": _ours(policy__utility="least_confidence"),
    "disagreement": _ours(policy__utility="disagreement", model__preset="committee"),
    "auto": _ours(policy__kind="auto"),
    "pool": Arm("ours", {"policy.kind": "pool"}, simulated=True),
    "novelty": _ours(modifiers__novelty=1.0),
    "density": _ours(modifiers__density=1.0),
    "no guard": _ours(modifiers__guard=0.0),
    "thinning": _ours(modifiers__thinning={"most": 3}),
}
"""What the product can be set to, the default first."""


@lru_cache
def offered() -> tuple[str, ...]:
    """Return those of ours whose settings this version knows."""
    return tuple(name for name, arm in OURS.items() if _is_known(arm))


def _is_known(arm: Arm) -> bool:
    try:
        load(None, {}, dict(arm.settings))
    except ConfigError:
        return False
    return True


STRATEGIES = {
    "FixedUncertainty": False,
    "VariableUncertainty": False,
    "RandomVariableUncertainty": True,
    "Split": True,
    "StreamDensityBasedAL": True,
    "CognitiveDualQueryStrategyRan": True,
    "CognitiveDualQueryStrategyFixUn": False,
    "CognitiveDualQueryStrategyRanVarUn": True,
    "CognitiveDualQueryStrategyVarUn": False,
    "StreamProbabilisticAL": False,
}
"""scikit-activeml's, and whether they draw."""

WARM = " + 20"

RIVALS: dict[str, Arm] = {
    name + tail: Arm("skactiveml", strategy=name, warm=bool(tail), draws=draws)
    for tail in (WARM, "")
    for name, draws in STRATEGIES.items()
} | {
    f"EntropySampler({discount}){tail}": Arm("river", discount=discount, warm=bool(tail))
    for tail in (WARM, "")
    for discount in (3, 30)
}
"""The field, once with our burst (`+ 20`) and once as its documentation runs it."""

ARMS: dict[str, Arm] = {**OURS, **RIVALS, FULL: Arm("all", draws=False)}
