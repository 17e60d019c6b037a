"""The names of classes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.classes import canonical


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("1", "1"),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (1.5, "1.5"),
        (1e22, "10000000000000000000000"),
        (10**22, "10000000000000000000000"),
        (True, "true"),
        (False, "false"),
        (" padded ", " padded "),
        ("1.0", "1.0"),
    ],
)
def test_one_class_has_one_name(label: object, name: str) -> None:
    """Equal numbers are one class, booleans are named as in JSON, strings stay."""
    assert canonical(label) == name


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        (None, "null"),
        ("", "an empty string"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        ({"a": 1}, "an object"),
        (["a"], "a list"),
        (b"a", "a value of type bytes"),
    ],
)
def test_what_names_no_class_is_refused(label: object, shown: str) -> None:
    """The message shows what was given."""
    with pytest.raises(ValueError, match=f"^{shown} cannot be a label"):
        canonical(label)


@given(
    st.one_of(st.text(min_size=1), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
)
def test_names_are_fixed_points(label: object) -> None:
    """The name of a name is itself, however often it passes the door."""
    assert canonical(canonical(label)) == canonical(label)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_different_numbers_have_different_names(one: float, other: float) -> None:
    """Two numbers share a name only if they are equal."""
    assert (canonical(one) == canonical(other)) == (one == other)
