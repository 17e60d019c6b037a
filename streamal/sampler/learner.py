"""A learner that somebody hands in, as an object and not by its name."""

from collections.abc import Callable, Mapping

from streamal.errors import ConfigError
from streamal.learners.balanced import Balanced
from streamal.learners.factory import as_learner
from streamal.learners.model import Model
from streamal.learners.port import Learner
from streamal.learners.trial import try_out

_RIVER = ("predict_proba_one", "clone")
_PORT = ("classes", "clone", "describe")


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
            f"model: {getattr(given, '__qualname__', given)}, called without arguments, raised "
            f"{type(error).__name__}: {error}"
        ) from error


def model_from(
    given: object, types: Mapping[str, str], has_members: bool = False, class_weights: float = 0.0
) -> Callable[[], Model]:
    """Return what makes fresh models of a learner; clones of it are tried first.

    Parameters
    ----------
    given
        An untrained `streamal.learners.port.Learner`, or a classifier or pipeline of river.
    has_members
        Whether it must tell what its members say.
    class_weights
        As the setting of that name.

    Raises
    ------
    ConfigError
        It is none, or it does not keep to what a learner must do.
    """
    name = type(given).__name__
    learner = _learner(name, given, types)
    if has_members and not hasattr(learner, "predict_members"):
        raise ConfigError(
            f"policy.utility: disagreement needs a learner with predict_members, and {name} has "
            "none; the presets committee and ensemble have it"
        )
    prototype = Balanced(learner, class_weights) if class_weights else learner
    return lambda: Model(prototype.clone(), types)


def _learner(name: str, given: object, types: Mapping[str, str]) -> Learner:
    _refuse_others(name, given)
    try:
        prototype = as_learner(name, given, types)
    except ConfigError as error:  # written for what a factory returned
        raise ConfigError(str(error).replace("model.factory ", "model ", 1)) from error
    try_out(f"model {name}", prototype)
    if prototype.clone().classes:
        raise ConfigError(f"model {name}: its clone() is trained; an untrained copy is needed")
    return prototype


def _refuse_others(name: str, given: object) -> None:
    """Refuse what is no classifier."""
    if not hasattr(given, "learn_one"):
        raise ConfigError(
            f"model: is {_shown(given)}, must be a preset such as 'linear', a 'module:make', a "
            "section, an untrained classifier or pipeline of river, or a "
            "streamal.learners.port.Learner"
        )
    is_own = hasattr(given, "predict_proba_many") and not hasattr(given, "predict_proba_one")
    wanted = _PORT if is_own else _RIVER
    lacking = [one for one in wanted if not hasattr(given, one)]
    if lacking:
        raise ConfigError(
            f"model {name}: has no {', '.join(lacking)}; a classifier or pipeline of river, or a "
            "streamal.learners.port.Learner, is needed"
        )


def _shown(given: object) -> str:
    plain = isinstance(given, int | float | list | tuple | set)
    return f"{given!r:.60}" if plain else f"an object of type {type(given).__name__}"


def named(given: object) -> dict[str, object]:
    """Return what the record of the model says of a learner that was handed in."""
    return {"preset": None, "factory": None, "learner": type(given).__name__}
