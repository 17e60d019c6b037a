"""A learner's trial on a few made examples, before it may see a stream."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streamal.errors import ConfigError
from streamal.learners.port import Features, Learner

Example = tuple[Features, str]

LABELS = ("a", "b", "c")
_EXAMPLES = 30
# A pipeline may ask for features by name; it is given them, as numbers, up to so many.
_NAMES = 50
# Probabilities may miss 0 and 1 by rounding.
_ROUNDING = 1e-6


class _Raised(Exception):
    """What the learner itself raised is the cause."""


def try_out(name: str, learner: Learner) -> None:
    """Check that a learner keeps to the port; only clones of it learn.

    It learns 30 examples with numbers, a boolean, a category and a text, or, where it
    raises on those, with numbers and the boolean alone: most classifiers of river take
    no strings.

    Parameters
    ----------
    name
        Who is tried, for messages.
    learner
        Untrained.

    Raises
    ------
    ConfigError
        `clone` raises, or a clone is not untrained; learning or predicting raises; an
        answer is not one probability per class and row; two clones that learned the
        same examples answer differently.
    """
    try:
        _with_names(learner, _examples(has_strings=True))
    except _Raised:
        _numbers_alone(name, learner)
    except ValueError as fault:
        raise ConfigError(f"{name}: {fault}") from None


def _numbers_alone(name: str, learner: Learner) -> None:
    try:
        _with_names(learner, _examples(has_strings=False))
    except (_Raised, ValueError) as fault:
        raise ConfigError(f"{name}: {fault}") from fault.__cause__


def _examples(has_strings: bool) -> list[Example]:
    return [(_features(i, has_strings), LABELS[i % 3]) for i in range(_EXAMPLES)]


def _features(i: int, has_strings: bool) -> Features:
    numbers: Features = {"size": float(i * 7 % 10), "share": i % 3 / 3.0, "is_new": i % 4 == 0}
    if not has_strings:
        return numbers
    return {**numbers, "colour": ("red", "blue")[i % 2], "text": f"made example {i % 5}"}


def _with_names(learner: Learner, examples: list[Example]) -> None:
    for _ in range(_NAMES):
        try:
            return _check(learner, examples)
        except _Raised as fault:
            wanted = fault.__cause__
            if not isinstance(wanted, KeyError) or wanted.args[0] in examples[0][0]:
                raise
            examples = [({**row, str(wanted.args[0]): 1.0}, label) for row, label in examples]
    return _check(learner, examples)


def _check(learner: Learner, examples: Sequence[Example]) -> None:
    one, two = _clone(learner), _clone(learner)
    first = _taught(one, examples)
    if two.classes or _clone(one).classes:
        raise ValueError("its clone() is trained; it must return a copy that has learned nothing")
    if not np.array_equal(first, _taught(two, examples)):
        raise ValueError(
            "two clones that learned the same examples answer differently: they share something, "
            "or draw without a seed; every process must come to the same model"
        )


def _clone(learner: Learner) -> Learner:
    try:
        return learner.clone()
    except Exception as error:
        raise _raised("clone()", error) from error


def _taught(learner: Learner, examples: Sequence[Example]) -> NDArray[np.float64]:
    rows = [features for features, _ in examples]
    try:
        for features, label in examples:
            learner.learn_one(features, label)
    except Exception as error:
        raise _raised("learning a made example", error) from error
    try:
        answer = np.asarray(learner.predict_proba_many(rows), dtype=np.float64)
    except Exception as error:
        raise _raised("predicting made examples", error) from error
    return _probabilities(learner, answer)


def _probabilities(learner: Learner, answer: NDArray[np.float64]) -> NDArray[np.float64]:
    if learner.classes != LABELS:
        raise ValueError(f"its classes are {learner.classes} after learning {LABELS} in this order")
    if answer.shape != (_EXAMPLES, len(LABELS)):
        raise ValueError(
            f"it answered {_EXAMPLES} rows of {len(LABELS)} classes with an array of shape "
            f"{answer.shape}; ({_EXAMPLES}, {len(LABELS)}) is needed"
        )
    if not np.all((answer >= -_ROUNDING) & (answer <= 1 + _ROUNDING)):
        raise ValueError("it answered with numbers that are not probabilities between 0 and 1")
    if not answer.any():
        raise ValueError(f"it gave no class a probability after learning the classes {LABELS}")
    return answer


def _raised(doing: str, error: Exception) -> _Raised:
    return _Raised(f"{doing} raised {type(error).__name__}: {error}")
