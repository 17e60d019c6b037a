"""YAML as this project reads it: labels and names stay what they look like."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamal.errors import ConfigError
from streamal.settings.yaml_text import flow, parse

# YAML itself has no way to write these plainly; tests of text leave them out.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "text", ["yes", "no", "on", "off", "y", "010", "1:30", "2024-01-01", "0x1F", "1e", ".", "="]
)
def test_labels_stay_text(text: str) -> None:
    """What YAML 1.1 would turn into a boolean, a date or another number stays text."""
    assert parse(f"x: {text}", "f") == {"x": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("-3", -3),
        ("100_000", 100_000),
        ("1e5", 1e5),
        (".5", 0.5),
        ("0.1", 0.1),
        ("-.inf", float("-inf")),
    ],
)
def test_null_booleans_and_numbers_are_read(text: str, value: object) -> None:
    """The scalars of YAML's core schema have their types."""
    found = parse(f"x: {text}", "f")
    assert found == {"x": value}
    assert isinstance(found, dict)
    assert type(found["x"]) is type(value)


def test_keys_are_text() -> None:
    """A feature may be called 0 or yes or null."""
    assert parse("{0: a, yes: b, null: c, 1.0: d}", "f") == {
        "0": "a",
        "yes": "b",
        "null": "c",
        "1.0": "d",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: [", "f: line 2, column 5: "),
        ("a: 1\na: 2", "f: line 2, column 1: a is here twice"),
        ("a: &x 1\nb: *x", "f: line 2, column 4: aliases (*) are not read here"),
        ("a:\n\t- 1", "f: line 2, column 1: found character '\\t'"),
        ("a: 1\nb: \x01", "f: line 2, column 4: special characters are not allowed"),
        ("? [a]\n: 1", "f: line 1, column 3: a key must be text"),
        ("!!python/name:os.system x", "f: line 1, column 1: could not determine a constructor"),
        ("a: 1\n---\nb: 1", "f: line 2, column 1: "),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(text: str, told: str) -> None:
    """An error names file, line, column and what is wrong."""
    with pytest.raises(ConfigError) as error:
        parse(text, "f")
    assert str(error.value).startswith(told)


@given(PLAIN)
@example(["1e3", "010", "yes", "null", "1:30", "2024-01-01", "*", ""])
def test_a_written_value_is_read_back(value: object) -> None:
    """One line of YAML holds any plain value, texts that look like numbers too."""
    assert parse(flow(value), "f") == value
