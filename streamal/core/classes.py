"""Class names: people and machines write labels in many ways, a model knows one."""

import math


def canonical(label: object) -> str:
    """Return the one string that names the class of `label`.

    Strings stay as they are; 1 and 1.0 are ``'1'``, True is ``'true'`` (as in JSON).
    Raises `ValueError` for what cannot name a class: null, an empty string, a list or
    an object, NaN and the infinities.

    Examples
    --------
    >>> canonical("1"), canonical(1), canonical(1.0), canonical(True)
    ('1', '1', '1', 'true')
    >>> canonical(None)
    Traceback (most recent call last):
    ...
    ValueError: null cannot be a label; a string, a number or a boolean can
    """
    if isinstance(label, str):
        return _named(label)
    if isinstance(label, bool):
        return "true" if label else "false"
    if isinstance(label, int):
        return str(label)
    if isinstance(label, float):
        return _number(label)
    raise ValueError(f"{_kind(label)} cannot be a label; a string, a number or a boolean can")


def _named(label: str) -> str:
    if not label:
        raise ValueError("an empty string cannot be a label")
    return label


def _number(label: float) -> str:
    if not math.isfinite(label):
        raise ValueError(f"{label} cannot be a label; a finite number can")
    return str(int(label)) if label.is_integer() else repr(label)


def _kind(label: object) -> str:
    names = {dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(label), f"a value of type {type(label).__name__}")
