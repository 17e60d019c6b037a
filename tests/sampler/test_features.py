"""What may be handed in as a sample, and what is said of the rest."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from streamal import Sampler, Unusable
from streamal.sampler.features import FeatureReader, Many, is_one
from streamal.wire.samples import SampleMapping

READER = FeatureReader(SampleMapping())


class Table:
    """A table with named columns, as libraries of data frames have them."""

    def __init__(self, **columns: list[object]) -> None:
        self._columns = columns

    @property
    def columns(self) -> Iterable[object]:
        return list(self._columns)

    def __getitem__(self, name: object) -> Iterable[object]:
        return self._columns[str(name)]


class Line:
    """A row of such a table."""

    def items(self) -> Iterator[tuple[str, object]]:
        yield from {"size": np.float32(1.5), "colour": "red"}.items()


def test_scalars_of_numpy_are_plain_values() -> None:
    """Whole numbers become floats, as they do on their way through JSON."""
    given = {"a": np.int8(3), "b": np.float32(0.5), "c": np.bool_(True), "d": np.str_("x"), "e": 4}
    found = READER.one(given)
    assert found == {"a": 3.0, "b": 0.5, "c": True, "d": "x", "e": 4.0}
    assert [type(value) for value in found.values()] == [float, float, bool, str, float]


def test_what_is_missing_is_missing() -> None:
    """None and NaN of any kind are no value."""
    found = READER.one({"a": None, "b": float("nan"), "c": np.float64("nan"), "d": 1})
    assert found == {"a": None, "b": None, "c": None, "d": 1.0}


@pytest.mark.parametrize(
    "many",
    [
        [{"x0": 1, "x1": 2}, {"x0": 3, "x1": 4}],
        np.array([[1, 2], [3, 4]]),
        [[1, 2], (3, 4)],
        [np.array([1, 2]), np.array([3.0, 4.0])],
        Table(x0=[1, 3], x1=[2.0, 4.0]),
        ({"x0": x, "x1": x + 1} for x in (1.0, 3.0)),
    ],
)
def test_samples_come_in_many_shapes(many: Many) -> None:
    """Mappings, arrays, rows, tables, generators: the same features."""
    assert READER.many(many) == [{"x0": 1.0, "x1": 2.0}, {"x0": 3.0, "x1": 4.0}]


def test_a_row_of_a_table_is_one_sample() -> None:
    """Not several, and its names are its features'."""
    assert is_one(Line())
    assert not is_one(Table(x=[1]))
    assert Sampler().decide(Line()).route == "request"


@pytest.mark.parametrize(
    ("sample", "reason", "message"),
    [
        ({}, "empty", "no features; at least one"),
        ({"a": None, "b": float("nan")}, "empty", r"all features are missing \(a, b\); at least"),
        ({"a": [1]}, "not_a_value", "'a' is a list; a number, a string, a boolean or None"),
        ({"a": 1j}, "not_a_value", "'a' is a complex"),
        ({3: 1.0}, "invalid", "feature 3: names are strings"),
        ({"a": float("inf")}, "not_finite", "'a' is inf; a finite number is needed"),
        ({"a": 10**400}, "not_finite", "beyond the largest float"),
        ("text", "invalid", "a mapping of features, such as .* not a str"),
        ([[1.0]], "invalid", "a mapping of features"),
        (None, "invalid", "not a NoneType"),
    ],
)
def test_what_is_no_sample_is_told(sample: object, reason: str, message: str) -> None:
    """By a reason and a sentence; the sampler is as it was."""
    sampler = Sampler()
    before = sampler.save()
    with pytest.raises(Unusable, match=message) as caught:
        sampler.decide(sample)  # type: ignore[arg-type]
    assert caught.value.reason == reason
    assert sampler.save() == before


@pytest.mark.parametrize(
    "many", [{"a": 1.0}, "text", np.zeros((2, 2, 2)), [{"a": 1.0}, {"a": [2]}], [{"a": 1.0}, {}]]
)
def test_of_several_none_is_decided_if_one_is_bad(many: Many) -> None:
    """A batch that cannot be read whole changes nothing."""
    sampler = Sampler()
    before = sampler.save()
    with pytest.raises(Unusable):
        sampler.decide_many(many)
    assert sampler.save() == before


def test_the_settings_say_which_fields_are_features() -> None:
    """Fields that are no features never reach the model; the id is taken from its field."""
    settings = {"id": "key", "exclude": ["row"], "payload": ["note"]}
    sampler = Sampler(samples=settings)
    request = sampler.decide({"key": 7, "row": 1, "note": ["see", "this"], "size": 2})
    assert (request.sample_id, sampler.requests[0].features) == ("7", {"size": 2.0})
    only = Sampler(samples={"features": ["size", "none"]})
    only.decide({"row": 1, "size": 2})
    assert only.requests[0].features == {"size": 2.0}
