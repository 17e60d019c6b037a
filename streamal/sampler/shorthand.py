"""Short forms of settings: what a keyword of a sampler stands for in streamal.yaml."""

from collections.abc import Callable, Mapping
from numbers import Integral, Real

from streamal.errors import ConfigError

Tree = dict[str, object]

HELD = "ensemble"
"""Stands in the settings for a learner that is handed in: it may have members that disagree."""

BUDGETS = (
    "a rate such as 0.1, a count such as 500, a limit such as {'rate': 0.1, 'burst': 5}, or a list "
    "of limits"
)


def _section(tree: Tree, name: str) -> Tree:
    found = tree.get(name)
    return dict(found) if isinstance(found, Mapping) else {}


def _budget(tree: Tree, value: object) -> None:
    if not isinstance(value, bool) and isinstance(value, Integral):
        tree["budget"] = [{"count": int(value)}]
    elif not isinstance(value, bool) and isinstance(value, Real):
        if not 0 < float(value) <= 1:
            raise ConfigError(
                f"budget: is {value}, must be a rate above 0 and at most 1.0, such as 0.1, or a "
                "count, such as 500"
            )
        tree["budget"] = [{"rate": float(value)}]
    elif isinstance(value, Mapping):
        tree["budget"] = [dict(value)]
    elif isinstance(value, list | tuple):
        tree["budget"] = value
    else:
        raise ConfigError(f"budget: is {value!r}, must be {BUDGETS}")


def _beside_limit(key: str, kinds: set[str], example: str) -> Callable[[Tree, object], None]:
    """Return what puts a key into each limit of such a kind."""

    def put(tree: Tree, value: object) -> None:
        budget = tree.get("budget", [{"rate": 0.1}])
        limits = budget if isinstance(budget, list | tuple) else []
        fit = [one for one in limits if isinstance(one, Mapping) and kinds & set(one)]
        if not fit:
            raise ConfigError(f"{key}: goes with {example}")
        tree["budget"] = [{**one, key: value} if one in fit else one for one in limits]

    return put


def _model(tree: Tree, value: object) -> None:
    section = _section(tree, "model")
    if isinstance(value, str):
        section.pop("preset", None)
        section.pop("factory", None)
        section["factory" if ":" in value else "preset"] = value
        tree["model"] = section
    elif isinstance(value, Mapping):
        tree["model"] = {**section, **value}
    elif value is not None:
        section.pop("factory", None)
        tree["model"] = {**section, "preset": HELD}


def _of_model(key: str) -> Callable[[Tree, object], None]:
    def put(tree: Tree, value: object) -> None:
        tree["model"] = {**_section(tree, "model"), key: value}

    return put


def _policy(tree: Tree, value: object) -> None:
    utility = _section(tree, "policy").get("utility")
    kept = {} if utility is None else {"utility": utility}
    if isinstance(value, str):
        tree["policy"] = {**kept, "kind": value}
    else:
        tree["policy"] = {**kept, **value} if isinstance(value, Mapping) else value


def _utility(tree: Tree, value: object) -> None:
    tree["policy"] = {**_section(tree, "policy"), "utility": value}


def _auto_label(tree: Tree, value: object) -> None:
    if value is None or value is False:
        tree["auto_label"] = "off"
    elif not isinstance(value, bool) and isinstance(value, Real):
        tree["auto_label"] = {"threshold": float(value)}
    else:
        tree["auto_label"] = value


SHORT: dict[str, Callable[[Tree, object], None]] = {
    "budget": _budget,
    "model": _model,
    "classes": _of_model("classes"),
    "seed": _of_model("seed"),
    "class_weights": _of_model("class_weights"),
    "policy": _policy,
    "utility": _utility,
    "auto_label": _auto_label,
}

LATER: dict[str, Callable[[Tree, object], None]] = {
    "over": _beside_limit("over", {"count", "cost"}, "a count, as in budget=500, over=10_000"),
    "burst": _beside_limit("burst", {"rate"}, "a rate, as in budget=0.1, burst=5"),
}
"""Short forms that belong to a limit: the budget is looked at first."""
