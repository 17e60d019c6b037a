"""A learner that somebody hands in, as an object and not by its name."""

from collections.abc import Callable, Mapping

from streamal.errors import ConfigError
from streamal.learners.factory import as_learner
from streamal.learners.model import Model
from streamal.learners.trial import try_out


def handed_in(model: object) -> object | None:
    """Return what is no name and no section, but a learner or a function that makes one."""
    return None if isinstance(model, str | Mapping) else model


def made(given: object) -> object:
    """Return a learner, called for where a class or a function is handed in.

    Raises
    ------
    ConfigError
        It raised.
    """
    if not isinstance(given, type) and (hasattr(given, "learn_one") or not callable(given)):
        return given
    try:
        return given()
    except Exception as error:
        raise ConfigError(
            f"model: {given!r}, called without arguments, raised {type(error).__name__}: {error}"
        ) from error


def model_from(given: object, types: Mapping[str, str]) -> Callable[[], Model]:
    """Return what makes fresh models of a learner; clones of it are tried first.

    Parameters
    ----------
    given
        An untrained `streamal.learners.port.Learner`, or a classifier or pipeline of river.

    Raises
    ------
    ConfigError
        It is none, or it does not keep to what a learner must do.
    """
    name = f"({type(given).__name__})"
    prototype = as_learner(name, given, types)
    try_out(f"model {name}", prototype)
    if prototype.clone().classes:
        raise ConfigError(f"model {name}: its clone() is trained; an untrained copy is needed")
    return lambda: Model(prototype.clone(), types)


def named(given: object) -> dict[str, object]:
    """Return what the record of the model says of a learner that was handed in."""
    return {"preset": None, "factory": None, "learner": type(given).__name__}
