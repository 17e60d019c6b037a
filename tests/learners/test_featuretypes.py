"""The law of feature types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.learners.featuretypes import FeatureTypes, Raw
from streamal.learners.table import FEW


def _held(row: Raw, declared: dict[str, str] | None = None) -> FeatureTypes:
    types = FeatureTypes(declared or {})
    types.hold(row)
    return types


def test_before_the_first_example_any_type_passes() -> None:
    """Nothing is held of a feature that no learned example had."""
    types = _held({"other": 1.0})
    assert types.refuse({"x": 1.0}) is None
    assert types.refuse({"x": "one"}) is None


def test_the_first_example_holds() -> None:
    """From then on the other type is refused, naming the feature, its type and the one seen."""
    assert _held({"x": 1.0}).refuse({"x": "one"}) == (
        "type_changed",
        "feature 'x' is a number since its first learned example, not a string",
    )
    assert _held({"x": "one"}).refuse({"x": 1.0}) == (
        "type_changed",
        "feature 'x' is a string since its first learned example, not a number",
    )


def test_the_first_example_holds_for_ever() -> None:
    """Later examples do not move what is held."""
    types = _held({"x": 1.0})
    types.hold({"x": "one"})
    assert types.refuse({"x": 2.0}) is None


@pytest.mark.parametrize("value", [True, 0, 3, -2.5, 1e308, 2**60])
def test_numbers_and_booleans_are_one_type(value: float) -> None:
    """A boolean is a 0 or a 1."""
    assert _held({"x": 1.0}).refuse({"x": value}) is None
    assert _held({"x": value}).refuse({"x": 1.0}) is None


def test_null_is_absent() -> None:
    """None passes whatever is held, and holds nothing."""
    assert _held({"x": 1.0}).refuse({"x": None}) is None
    assert _held({"x": None}).refuse({"x": "one"}) is None


@pytest.mark.parametrize(("kind", "wrong"), [("number", "one"), ("category", 1.0), ("text", True)])
def test_declared_types_hold_from_the_start(kind: str, wrong: float | str) -> None:
    """What is declared needs no example, and the message says that it was declared."""
    refused = FeatureTypes({"x": kind}).refuse({"x": wrong})
    assert refused is not None
    assert refused[0] == "type_changed"
    assert f"'x' is declared as {kind}" in refused[1]


@pytest.mark.parametrize(
    ("value", "shown"), [(float("nan"), "nan"), (float("-inf"), "-inf"), (10**400, "beyond")]
)
def test_numbers_must_be_finite(value: float, shown: str) -> None:
    """Whether the feature is known or not, the message shows the number."""
    for types in (_held({"x": 1.0}), _held({})):
        refused = types.refuse({"a": "b", "x": value})
        assert refused is not None
        assert refused[0] == "not_finite"
        assert "'x'" in refused[1]
        assert shown in refused[1]


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"x"])
def test_what_is_no_value_is_refused(value: object) -> None:
    """A list or an object is no feature; the message says which it was."""
    refused = FeatureTypes({}).refuse({"x": value})  # type: ignore[dict-item]
    assert refused is not None
    assert refused[0] == "not_a_value"
    assert type(value).__name__ in refused[1]


HELD: Raw = {"x": 1.0, "y": 2.0, "colour": "red", "is_new": True}
LAWFUL: Raw = {"x": 0.5, "y": 1e308, "colour": "blue", "is_new": False}
ODD: list[Raw] = [
    {**LAWFUL, "x": float("nan")},
    {**LAWFUL, "x": float("inf")},
    {**LAWFUL, "x": "one"},
    {**LAWFUL, "x": None},
    {**LAWFUL, "x": 10**400},
    {**LAWFUL, "x": 3},
    {**LAWFUL, "colour": 1.0},
    {**LAWFUL, "is_new": "yes"},
    {**LAWFUL, "x": [1]},  # type: ignore[dict-item]
    {"x": 1.0},
    {},
]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([LAWFUL, *ODD]), max_size=5),
    st.lists(st.sampled_from([LAWFUL, {"x": "one"}, {"colour": 1.0}, {"new": "a"}]), max_size=4),
    st.sampled_from([HELD, {}]),
)
def test_a_batch_is_refused_row_by_row(odd: list[Raw], many: list[Raw], held: Raw) -> None:
    """In a batch of any size each row is refused as if it were alone."""
    types = _held(held)
    rows = [*(row for row in many for _ in range(FEW)), *odd, *many]
    assert types.refusals(rows) == [types.refuse(row) for row in rows]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_row_costs_only_itself(odd: Raw) -> None:
    """Among many rows of one shape it is refused, or not, as it would be alone."""
    types = _held(HELD)
    alone = types.refuse(odd)
    assert types.refusals([LAWFUL] * FEW + [odd]) == [None] * FEW + [alone]


def test_numbers_that_together_overflow_are_finite() -> None:
    """A column whose sum is infinite holds no infinite number for that."""
    assert _held(HELD).refusals([LAWFUL] * (2 * FEW)) == [None] * (2 * FEW)


@pytest.mark.parametrize(("name", "value"), [("x", "one"), ("colour", 1.0), ("is_new", "yes")])
def test_a_whole_column_of_another_type_is_refused(name: str, value: float | str) -> None:
    """Many rows that agree on a wrong type are as wrong as one."""
    types = _held(HELD)
    refused = types.refusals([{**LAWFUL, name: value}] * FEW)
    assert refused == [types.refuse({name: value})] * FEW
    assert refused[0] is not None
