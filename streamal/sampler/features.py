"""What people hand in as a sample, as the features that a model takes."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Protocol, TypeAlias, TypeGuard, cast, runtime_checkable

import numpy as np
from msgspec.structs import replace

from streamal.core.records import Features, Value
from streamal.errors import Unusable
from streamal.sampler.identity import id_in
from streamal.sampler.text import plain_text
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


MANY = 10_000
"""Names that are known to be text, before they are looked at anew."""


class FeatureReader:
    """Turns samples into features.

    A sample is what a flat object is to the service: `id` and `time` are no features, unless
    the settings name others.

    Parameters
    ----------
    mapping
        Which fields are features, where the settings say it.

    Examples
    --------
    >>> import numpy as np
    >>> read = FeatureReader(SampleMapping(exclude=("row",)))
    >>> read.one({"id": "a", "row": 7, "size": np.int64(3), "colour": "red", "age": float("nan")})
    {'size': 3.0, 'colour': 'red', 'age': None}
    >>> read.many(np.array([[1.5, 2.0], [3.0, float("nan")]]))
    [{'x0': 1.5, 'x1': 2.0}, {'x0': 3.0, 'x1': None}]
    """

    def __init__(self, mapping: SampleMapping) -> None:
        self._id = mapping.id or "id"
        self._wanted = mapping.features
        self._names: dict[str, str] = {}
        flat = replace(mapping, id=self._id, time=mapping.time or "time")
        self._others = flat.others if mapping.features is None else frozenset()

    def one(self, sample: One) -> Features:
        """Return the features of one sample; NaN, like None, is a value that is missing.

        Raises
        ------
        Unusable
            It has no features, or one that is neither number, string, boolean nor None, or is
            no text; or all of them are missing.
        """
        others, names, features = self._others, self._names, Features()
        for given, value in self._fields(sample).items():
            # The common cases first and inline: this runs for every feature of every sample.
            kind = value.__class__
            name = names[given] if given in names else self._name(given)
            if name in others:
                continue
            if kind is float:
                features[name] = None if isnan(value) else value  # type: ignore[arg-type, assignment]
            elif kind is bool or value is None or (kind is str and value.isascii()):  # type: ignore[attr-defined]
                features[name] = value  # type: ignore[assignment]
            else:
                features[name] = plain(name, value)
        if all(value is None for value in features.values()):
            raise _empty(features)
        return features

    def _name(self, given: object) -> str:
        """Return a name that is new as a plain text, and know it from now on."""
        if not isinstance(given, str):
            raise Unusable("invalid", f"feature {given!r}: names are strings, as in {{'size': 3}}")
        if len(self._names) > MANY:  # names that never come again
            self._names.clear()
        name = plain_text("the name of a feature", given)
        return self._names.setdefault(name, name)

    def _fields(self, sample: One) -> Mapping[str, object]:
        """Return the fields by name, only those wanted where the settings say which."""
        if sample.__class__ is not dict and not isinstance(sample, Mapping):
            sample = _named(sample)
        given = cast("Mapping[str, object]", sample)
        if self._wanted is None:
            return given
        return {name: given[name] for name in self._wanted if name in given}

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
        """Return the id that a sample brings along, in the field `id` or the one configured.

        Raises
        ------
        Unusable
            It is neither a string nor a number.
        """
        if not isinstance(sample, Mapping):
            if not _is_series(sample):
                return None
            sample = dict(sample.items())
        return id_in(self._id, _known(sample.get(self._id)))

    def ids_of(self, samples: Iterable[One]) -> list[str | None]:
        """Return the id that each sample brings along.

        Raises
        ------
        Unusable
            One of them is none; the message begins with its place.
        """
        found: list[str | None] = []
        for place, sample in enumerate(samples):
            try:
                found.append(self.id_of(sample))
            except Unusable as error:
                raise Unusable(error.reason, f"sample {place}: {error}") from None
        return found


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
        return plain_text(f"feature {name!r}", value)
    if isinstance(value, int | float):
        return _number(name, value)
    if _known(value) is None:
        return None
    raise Unusable(
        "not_a_value",
        f"feature {name!r} is a {type(value).__name__}; a number, a string, a boolean or None "
        "is needed",
    )


def _known(value: object) -> object:
    """Return None for what pandas writes where a value is missing."""
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def _empty(features: Features) -> Unusable:
    if not features:
        return Unusable("empty", "the sample has no features; at least one is needed")
    names = ", ".join(list(features)[:5])
    return Unusable("empty", f"all features are missing ({names}); at least one value is needed")


def _number(name: str, value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        text = f"feature {name!r} is beyond the largest float; a finite number is needed"
        raise Unusable("not_finite", text) from None
    return None if isnan(number) else number


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
    if not hasattr(samples, "__iter__"):
        kind = type(samples).__name__
        raise Unusable("invalid", f"several samples are needed: a list or a table, not a {kind}")
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
