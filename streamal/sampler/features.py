"""What people hand in as a sample, as the features that a model takes."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Protocol, TypeAlias, TypeGuard, cast, runtime_checkable

import numpy as np

from streamal.core.records import Features, Value
from streamal.errors import Unusable
from streamal.wire.samples import SampleMapping


@runtime_checkable
class Series(Protocol):
    """A row of a table with named columns."""

    def items(self) -> Iterable[tuple[str, object]]:
        """Return names and values."""


Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.generic]]
One: TypeAlias = Mapping[str, object] | Sequence[float] | Array | Series
"""A sample: features by name, or numbers, which are called ``x0``, ``x1`` and so on."""


@runtime_checkable
class Frame(Protocol):
    """A table with named columns, such as a DataFrame of pandas or polars."""

    @property
    def columns(self) -> Iterable[object]:
        """The names."""

    def __getitem__(self, name: object) -> Iterable[object]:
        """Return a column."""


Many: TypeAlias = Sequence[One] | Iterable[One] | Array | Frame
"""Samples: a list of them, a 2-d array with a row for each, or a table with named columns."""


class FeatureReader:
    """Turns samples into features.

    Parameters
    ----------
    mapping
        Which fields are features, where the settings say it.

    Examples
    --------
    >>> import numpy as np
    >>> read = FeatureReader(SampleMapping(exclude=("row",)))
    >>> read.one({"row": 7, "size": np.int64(3), "colour": "red", "age": float("nan")})
    {'size': 3.0, 'colour': 'red', 'age': None}
    >>> read.many(np.array([[1.5, 2.0], [3.0, float("nan")]]))
    [{'x0': 1.5, 'x1': 2.0}, {'x0': 3.0, 'x1': None}]
    """

    def __init__(self, mapping: SampleMapping) -> None:
        self._mapping = mapping
        self._others = mapping.others
        self._is_plain = mapping.is_plain

    def one(self, sample: One) -> Features:
        """Return the features of one sample; NaN, like None, is a value that is missing.

        Raises
        ------
        Unusable
            It has no features, or one that is neither number, string, boolean nor None.
        """
        if sample.__class__ is not dict and not isinstance(sample, Mapping):
            sample = _named(sample)
        features: Features = {}
        for name, value in sample.items():
            # The common cases first and inline: this runs for every feature of every sample.
            kind = value.__class__
            if name.__class__ is not str and not isinstance(name, str):
                raise _misnamed(name)
            if kind is float:
                features[name] = None if isnan(value) else value  # type: ignore[arg-type, assignment]
            elif kind is str or kind is bool or value is None:
                features[name] = value  # type: ignore[assignment]
            else:
                features[name] = plain(name, value)
        if not self._is_plain:
            features = self._chosen(features)
        if not features:
            raise Unusable("empty", "the sample has no features; at least one is needed")
        return features

    def many(self, samples: Many) -> list[Features]:
        """Return the features of each sample.

        Raises
        ------
        Unusable
            One of them can not be used; the message begins with its place.
        """
        found: list[Features] = []
        for place, sample in enumerate(listed(samples)):
            try:
                found.append(self.one(sample))
            except Unusable as error:
                raise Unusable(error.reason, f"sample {place}: {error}") from None
        return found

    def id_of(self, sample: One) -> str | None:
        """Return the id that a sample brings along, where the settings say in which field."""
        name = self._mapping.id
        if name is None or not isinstance(sample, Mapping) or sample.get(name) is None:
            return None
        return str(sample[name])

    def _chosen(self, features: Features) -> Features:
        wanted = self._mapping.features
        if wanted is not None:
            return {name: features[name] for name in wanted if name in features}
        return {name: value for name, value in features.items() if name not in self._others}


def plain(name: str, value: object) -> Value | None:
    """Return a value as a number, string, boolean or None: numpy's scalars too.

    Raises
    ------
    Unusable
        It is something else.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return _number(name, value)
    if type(value).__name__ in ("NAType", "NaTType"):  # how pandas writes what is missing
        return None
    raise Unusable(
        "not_a_value",
        f"feature {name!r} is a {type(value).__name__}; a number, a string, a boolean or None "
        "is needed",
    )


def _number(name: str, value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        text = f"feature {name!r} is beyond the largest float; a finite number is needed"
        raise Unusable("not_finite", text) from None
    return None if isnan(number) else number


def _misnamed(name: object) -> Unusable:
    return Unusable("invalid", f"feature {name!r}: names are strings, as in {{'size': 3}}")


def listed(samples: Many) -> list[One]:
    """Return samples one by one.

    Raises
    ------
    Unusable
        They are no samples, such as one sample without a list around it.
    """
    if isinstance(samples, Mapping | str | bytes):
        raise Unusable("invalid", "several samples are needed: a list of mappings, or a table")
    if isinstance(samples, np.ndarray):
        return _rows(samples)
    if isinstance(samples, Frame):
        names = [str(name) for name in samples.columns]
        columns = [samples[name] for name in samples.columns]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return list(cast("Iterable[One]", samples))


def _rows(table: Array) -> list[One]:
    if table.ndim == 1 and table.dtype == object:
        return list(table)
    if table.ndim != 2:
        raise Unusable("invalid", f"an array of shape {table.shape}; (samples, features) is needed")
    names = [f"x{column}" for column in range(table.shape[1])]
    return [dict(zip(names, row, strict=True)) for row in table.tolist()]


def _named(sample: object) -> Mapping[str, object]:
    """Return numbers without names, or a row of a DataFrame, as features."""
    if _is_series(sample):
        return dict(sample.items())
    if isinstance(sample, np.ndarray) and sample.ndim == 1:
        sample = sample.tolist()
    if isinstance(sample, list | tuple) and not any(isinstance(one, list | dict) for one in sample):
        return {f"x{place}": value for place, value in enumerate(sample)}
    raise Unusable(
        "invalid",
        f"a sample is a mapping of features, such as {{'size': 3}}, or a row of numbers; "
        f"not a {type(sample).__name__}",
    )


def is_one(samples: object) -> bool:
    """Is it one sample, rather than several?

    Examples
    --------
    >>> is_one({"size": 3}), is_one([{"size": 3}]), is_one([1.0, 2.0]), is_one([[1.0, 2.0]])
    (True, False, True, False)
    """
    if isinstance(samples, Mapping) or _is_series(samples):
        return True
    if isinstance(samples, np.ndarray):
        return samples.ndim == 1 and samples.dtype != object
    return isinstance(samples, list | tuple) and bool(samples) and _is_cell(samples[0])


def _is_series(sample: object) -> TypeGuard[Series]:
    return isinstance(sample, Series) and not isinstance(sample, Frame)


def _is_cell(value: object) -> bool:
    return isinstance(value, int | float | np.generic)
