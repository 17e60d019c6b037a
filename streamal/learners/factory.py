"""Learners of the user's own: ``package.module:make``, tried out before anything starts."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeVar, cast

from streamal.core.nearest import nearest
from streamal.errors import ConfigError
from streamal.learners.adapter import Classifier, Parts, RiverLearner, learning
from streamal.learners.plain import PlainEncoder
from streamal.learners.port import Learner
from streamal.learners.trial import try_out


class Cloneable(Classifier, Protocol):
    """A classifier of river."""

    def clone(self) -> "Cloneable":
        """Return an untrained copy with the same parameters."""


_PORT = ("learn_one", "predict_proba_many", "clone", "classes", "describe")
_RIVER = ("learn_one", "predict_proba_one", "clone")

_Made = TypeVar("_Made", Learner, Cloneable)


def load(path: str, types: Mapping[str, str]) -> Learner:
    """Return the learner that a factory of the user's own makes.

    The factory takes no arguments. It returns an untrained river classifier or
    pipeline, anything else with `learn_one`, `predict_proba_one` and `clone` as river's
    have them, or a `streamal.learners.port.Learner`. A binary classifier of river is
    put into its `OneVsRestClassifier`. The current folder is searched last.

    What is made is cloned and tried on a few made examples first; see `try_out`.

    Parameters
    ----------
    path
        ``package.module:name`` of a callable.
    types
        Declared kinds of features.

    Raises
    ------
    ConfigError
        It cannot be imported, called or used; the message says why.
    """
    made = _call(path, _find(path))
    learner = as_learner(path, made, types)
    try_out(f"model.factory {path}", learner)
    return _cloned(path, learner)


def _find(path: str) -> Callable[[], object]:
    module_name, colon, name = path.partition(":")
    if not (module_name and colon and name):
        raise _error(path, "is not of the form package.module:name")
    module = _import(path, module_name)
    if not hasattr(module, name):
        near = nearest(name, dir(module))
        hint = f"; did you mean {near!r}?" if near else ""
        raise _error(path, f"the module {module_name!r} has no {name!r}{hint}")
    found = getattr(module, name)
    if not callable(found):
        raise _error(path, f"{name!r} is a {type(found).__name__}; a callable is needed")
    return found  # type: ignore[no-any-return]


def _import(path: str, name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:
        raise _error(path, f"the module {name!r} cannot be imported: {_text(error)}") from error


def _call(path: str, factory: Callable[[], object]) -> object:
    try:
        return factory()
    except (Exception, SystemExit) as error:
        raise _error(path, f"called without arguments it raised {_text(error)}") from error


def as_learner(path: str, made: object, types: Mapping[str, str]) -> Learner:
    """Return what a factory made, or somebody handed in, behind the port.

    Raises
    ------
    ConfigError
        It is no learner; the message says what it lacks.
    """
    if isinstance(made, type):
        raise _error(path, f"returned the class {made.__name__}; an instance of it is needed")
    is_river = _has(made, "predict_proba_one") or not _has(made, "predict_proba_many")
    lacking = [name for name in (_RIVER if is_river else _PORT) if not _has(made, name)]
    if lacking:
        raise _error(
            path,
            f"returned a {type(made).__name__} without {', '.join(lacking)}; a river classifier "
            "or pipeline, or a streamal.learners.port.Learner, is needed",
        )
    return (
        _river(path, _multiclass(cast("Cloneable", made)), types)
        if is_river
        else cast("Learner", made)
    )


def _has(made: object, name: str) -> bool:
    return getattr(made, name, None) is not None


def _multiclass(made: Cloneable) -> Cloneable:
    # Objects that only look like river's say nothing of this, and are taken at their word.
    if getattr(made, "_multiclass", True):
        return made
    from river.base import Classifier as BinaryClassifier
    from river.multiclass import OneVsRestClassifier

    return cast("Cloneable", OneVsRestClassifier(cast("BinaryClassifier", made)))


def _river(path: str, prototype: Cloneable, types: Mapping[str, str]) -> RiverLearner:
    if _cloned(path, prototype) is prototype:
        raise _error(path, "its clone() returns itself; an untrained copy is needed")

    def parts() -> Parts:
        return prototype.clone(), PlainEncoder(types), learning(prototype)

    try:
        return RiverLearner(path, parts)
    except Exception as error:
        raise _error(path, f"its clone() raised {_text(error)}") from error


def _cloned(path: str, made: _Made) -> _Made:
    try:
        return made.clone()
    except Exception as error:
        raise _error(path, f"its clone() raised {_text(error)}") from error


def _error(path: str, message: str) -> ConfigError:
    return ConfigError(f"model.factory {path}: {message}")


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
