"""Loading: file, environment and command line become one checked configuration."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as File
from types import MappingProxyType

from pydantic import ValidationError

from streamal.core.nearest import nearest
from streamal.errors import ConfigError, UsageError
from streamal.settings.configuration import Settings, dump
from streamal.settings.environment import FILE, PREFIX, assignments, options, variable
from streamal.settings.kafka import KafkaBroker
from streamal.settings.layers import Assignment, Merge, Tree, layer
from streamal.settings.problems import Problem, problems, written
from streamal.settings.security import unreadable
from streamal.settings.shape import Path, root
from streamal.settings.yaml_text import parse

DEFAULT = File("streamal.yaml")
"""Read where no file is named, if it is there."""

NOTHING: Mapping[str, object] = MappingProxyType({})


def load(
    path: File | None, environ: Mapping[str, str], overrides: Mapping[str, object] = NOTHING
) -> Settings:
    """Return the configuration of a file, over it the environment, over that options.

    Parameters
    ----------
    path
        The file; None reads ``streamal.yaml`` in the current folder, if it is there.
    environ
        Variables such as ``STREAMAL_BUDGET__0__COUNT``.
    overrides
        Values by dotted key, such as ``{"policy.kind": "random"}``.

    Raises
    ------
    UsageError
        When the named file cannot be read.
    ConfigError
        With one line for each thing that is wrong, and where it was set.
    """
    file = DEFAULT if path is None and DEFAULT.is_file() else path
    tree = _tree(file)
    variables, unread = assignments(environ)
    merge = Merge()
    for found in (variables, set_ := list(options(overrides))):
        tree = merge.over(tree, layer(found))
    settings, wrong = checked(tree)
    wrong += [] if settings is None else _unreadable(settings)
    label = "configuration" if file is None else str(file)
    told = [_line(problem, [*variables, *set_], label) for problem in [*merge.problems, *wrong]]
    if settings is None or unread or told:
        raise ConfigError("\n".join([*unread, *dict.fromkeys(told)]))
    return settings


def checked(tree: object) -> tuple[Settings | None, list[Problem]]:
    """Return the configuration of a plain tree, or what is wrong with it."""
    try:
        return Settings.model_validate(tree), []
    except ValidationError as error:
        return None, problems(error, tree)


def _unreadable(settings: Settings) -> list[Problem]:
    """Say which files that the broker needs cannot be read."""
    broker = settings.broker
    found = unreadable(broker.security) if isinstance(broker, KafkaBroker) else ()
    return [Problem(("broker", "security", key), text) for key, text in found]


def _tree(file: File | None) -> object:
    """Return the plain values of a file, with the default budget where it has none."""
    tree = {} if file is None else parse(_text(file), str(file))
    if tree is None:
        tree = {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{file}: must be a map of sections, such as `model: {{preset: auto}}`")
    return {"budget": dump(Settings())["budget"], **_without_empty(tree)}


def _without_empty(tree: Tree) -> Tree:
    """Leave out sections whose keys are all commented out: YAML reads them as null."""
    return {
        key: value
        for key, value in tree.items()
        if value is not None or not (shape := root().child(key)) or not shape.is_section
    }


def _text(file: File) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: byte {error.start} is not UTF-8") from None


def _line(problem: Problem, set_: Sequence[Assignment], file: str) -> str:
    """Return one line: where it was set, what, and what is wrong with it."""
    path = problem.path if problem.key is None else (*problem.path, problem.key)
    source = _source(path, set_) or (_beside(path, set_) if problem.is_missing else None) or file
    if problem.is_unknown and (meant := _meant(problem, source)):
        return f"{source}: unknown variable; did you mean {meant}?"
    return ": ".join(part for part in (source, written(path), problem.text) if part)


def _meant(problem: Problem, source: str) -> str | None:
    """Return the variable nearest to one that sets an unknown key."""
    close = nearest(str(problem.key), root().at(problem.path).names())
    if close is None or not source.startswith(PREFIX):
        return None
    parts = source.removeprefix(PREFIX).split("__")
    ending = FILE if parts[-1].endswith(FILE) else ""
    parts[len(problem.path)] = variable((close,)).removeprefix(PREFIX)
    return PREFIX + "__".join(parts) + ("" if parts[-1].endswith(FILE) else ending)


def _source(path: Path, set_: Iterable[Assignment]) -> str | None:
    """Return what set a path last: itself, a part of it, or something around it."""
    by_path = {one.path: one.source for one in set_}
    inside = [source for other, source in by_path.items() if other[: len(path)] == path]
    around = [source for other, source in by_path.items() if other == path[: len(other)]]
    return by_path.get(path) or next(reversed(inside or around), None)


def _beside(path: Path, set_: Iterable[Assignment]) -> str | None:
    """Return what last set a key that needs the missing one."""
    found = [source for other, _, source in set_ if other[:-1] == path[:-1]]
    return next(reversed(found), None)
