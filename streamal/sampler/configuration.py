"""What a sampler is configured with: settings as in streamal.yaml, and short forms of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from streamal.core.nearest import hint
from streamal.errors import ConfigError, UsageError
from streamal.sampler.shorthand import LATER, SHORT, Tree
from streamal.settings import Settings
from streamal.settings.configuration import dump
from streamal.settings.load import checked
from streamal.settings.problems import written
from streamal.settings.shape import root
from streamal.settings.yaml_text import parse
from streamal.wire.saved import check_text

ELSEWHERE = ("broker", "topics", "http")
"""Sections of a service; a sampler has none of these."""

Given = Settings | Mapping[str, object] | str | Path | None


class Sections(TypedDict, total=False):
    """Sections of streamal.yaml by keyword, or short forms of them.

    `budget` is a rate (0.1), a count (500), a limit or a list of limits; `over` spreads a
    count over so many samples, `burst` is how far a rate may run ahead. `model` is a preset,
    ``module:make``, a section, or a learner. `utility` belongs to the policy; `seed`, `classes`
    and `class_weights` to the model.
    """

    budget: object
    over: int
    burst: int
    model: object
    classes: list[object]
    seed: int
    class_weights: float
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
        if name in SHORT:
            SHORT[name](tree, value)
        elif name not in LATER:
            tree[name] = value
    for name, put in LATER.items():
        if name in sections:
            put(tree, sections[name])
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
    for section, value in saved(settings).items():
        _check_text(section, value)
    return settings


def _check_text(section: str, value: object) -> None:
    """Refuse what could not be saved."""
    try:
        check_text(value)
    except UnicodeEncodeError as error:
        raise ConfigError(
            f"{section}: holds {error.object[error.start]!r}, half of a surrogate pair, which is "
            "no text"
        ) from None


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
    except ValueError as error:  # a zero byte, or half of a surrogate pair
        raise UsageError(f"{str(file)!r:.60}: is no path of a file: {error}") from None


def _refuse_unknown(sections: Mapping[str, object]) -> None:
    known = sorted({*Settings.model_fields, *SHORT, *LATER} - {*ELSEWHERE})
    for name in sections:
        if name in ELSEWHERE:
            raise ConfigError(f"{name}: a sampler works in this process and has no {name}")
        if name not in known:
            raise ConfigError(f"{name}: unknown keyword; {_meant(name, known)}")


def _meant(name: str, known: Iterable[str]) -> str:
    """Return the section that a key belongs to, else the nearest keyword."""
    for section in (one for one in Settings.model_fields if one not in ELSEWHERE):
        if section == "budget" and name in root().at((section, 0)).names():
            return f"it is a key of a limit, as in budget={{{name!r}: ...}}"
        if name in root().at((section,)).names():
            return f"it is a key of {section}, as in {section}={{{name!r}: ...}}"
    return hint(name, known, "keywords")
