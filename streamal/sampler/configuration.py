"""What a sampler is configured with: settings as in streamal.yaml, and short forms of them."""

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import TypedDict

from streamal.core.nearest import hint
from streamal.errors import ConfigError, UsageError
from streamal.settings import Settings
from streamal.settings.configuration import dump
from streamal.settings.load import checked
from streamal.settings.problems import written
from streamal.settings.yaml_text import parse

ELSEWHERE = ("broker", "topics", "http")
"""Sections of a service; a sampler has none of these."""

Tree = dict[str, object]
Given = Settings | Mapping[str, object] | str | Path | None


class Sections(TypedDict, total=False):
    """Sections of streamal.yaml by keyword, or short forms of them.

    `budget` is a rate (0.1), a count (500), a limit or a list of limits; `over` spreads a
    count over so many samples. `model` is a preset, ``module:make``, a section, or a learner.
    `utility` belongs to the policy, `seed` and `classes` to the model.
    """

    budget: object
    over: int
    model: object
    classes: list[object]
    seed: int
    policy: object
    utility: str
    auto_label: object
    requests: Mapping[str, object]
    labels: Mapping[str, object]
    samples: Mapping[str, object]
    modifiers: Mapping[str, object]
    committee: Mapping[str, object]


def settings_of(given: Given, sections: Mapping[str, object]) -> Settings:
    """Return the checked configuration.

    Raises
    ------
    ConfigError
        With one line for each thing that is wrong.
    UsageError
        The file cannot be read.

    Examples
    --------
    >>> found = settings_of({"model": {"preset": "linear"}}, {"budget": 500, "over": 10_000})
    >>> found.model.preset, found.budget
    ('linear', (CountLimit(count=500, over=10000),))
    >>> settings_of(None, {"buget": 500})
    Traceback (most recent call last):
    ...
    streamal.errors.ConfigError: buget: unknown keyword; did you mean budget?
    """
    tree = _tree(given)
    _refuse_unknown(sections)
    for name, value in sections.items():
        if name in _SHORT:
            _SHORT[name](tree, value)
        elif name != "over":
            tree[name] = value
    if "over" in sections:
        _spread(tree, sections["over"])
    for name in ELSEWHERE:
        tree.pop(name, None)
    return _checked(tree, str(given) if isinstance(given, str | Path) else "")


def saved(settings: Settings) -> Tree:
    """Return what is kept of a configuration: plain values, without the service's sections."""
    return {name: value for name, value in dump(settings).items() if name not in ELSEWHERE}


def _checked(tree: Tree, name: str) -> Settings:
    settings, wrong = checked(tree)
    if settings is None or wrong:
        lines = [(name, written((*p.path, p.key) if p.key else p.path), p.text) for p in wrong]
        raise ConfigError("\n".join(": ".join(part for part in line if part) for line in lines))
    if str(settings.policy.kind) == "pool":
        raise ConfigError(
            "policy.kind: is pool, which a sampler does with `query(pool, n)`; leave it out"
        )
    return settings


def _tree(given: Given) -> Tree:
    if given is None:
        return {}
    if isinstance(given, Settings):
        return saved(given)
    tree = _parsed(Path(given)) if isinstance(given, str | Path) else given
    if not isinstance(tree, Mapping):
        raise ConfigError(
            f"{given!r}: settings are a mapping of sections, a file, or streamal.settings.Settings"
        )
    return {str(name): value for name, value in tree.items() if value is not None}


def _parsed(file: Path) -> object:
    try:
        return parse(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: byte {error.start} is not UTF-8") from None


def _refuse_unknown(sections: Mapping[str, object]) -> None:
    known = sorted({*Settings.model_fields, *_SHORT, "over"} - {*ELSEWHERE})
    for name in sections:
        if name in ELSEWHERE:
            raise ConfigError(f"{name}: a sampler works in this process and has no {name}")
        if name not in known:
            raise ConfigError(f"{name}: unknown keyword; {hint(name, known, 'keywords')}")


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
    else:
        tree["budget"] = value


def _spread(tree: Tree, over: object) -> None:
    budget = tree.get("budget")
    limits = budget if isinstance(budget, list | tuple) else []
    spread = [one for one in limits if isinstance(one, Mapping) and {"count", "cost"} & set(one)]
    if not spread:
        raise ConfigError("over: goes with a count, as in budget=500, over=10_000")
    tree["budget"] = [{**one, "over": over} if one in spread else one for one in limits]


def _model(tree: Tree, value: object) -> None:
    section = _section(tree, "model")
    if isinstance(value, str):
        section.pop("preset", None)
        section.pop("factory", None)
        section["factory" if ":" in value else "preset"] = value
        tree["model"] = section
    elif isinstance(value, Mapping):
        tree["model"] = {**section, **value}


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


_SHORT: dict[str, Callable[[Tree, object], None]] = {
    "budget": _budget,
    "model": _model,
    "classes": _of_model("classes"),
    "seed": _of_model("seed"),
    "policy": _policy,
    "utility": _utility,
    "auto_label": _auto_label,
}
