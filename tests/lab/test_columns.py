"""Types of columns: what makes one of numbers, and what its cells become."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.lab.columns import CHUNK, Column, Typing, floats, number

NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers().map(str)


def _kind(*cells: str, name: str = "x", **types: str) -> str:
    """Return the kind of one column."""
    typing = Typing([name], types)
    typing.add([[cell] for cell in cells])
    return typing.columns()[0].kind


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e4"], "number"),
        (["1", " 2 ", "+3", ".5", "1."], "number"),
        (["1", "", "3"], "number"),
        (["1", "NaN", "nan", "NA", "null", "  "], "number"),
        (["1", "x"], "category"),
        (["1", "inf"], "category"),
        (["1", "-Infinity"], "category"),
        (["1", "1e999"], "category"),
        (["1", "1_000"], "category"),
        (["1_000", "2_000"], "category"),
        (["1", "n/a"], "category"),
        (["true", "false"], "category"),
        (["NA", ""], "category"),
        (["", ""], "category"),
        ([], "category"),
    ],
)
def test_a_column_of_numbers_holds_nothing_else(cells: list[str], kind: str) -> None:
    """Finite numbers and missing cells make a column of numbers; one other cell does not."""
    assert _kind(*cells) == kind


def test_a_column_called_text_is_text() -> None:
    """The name decides where the cells are no numbers."""
    assert _kind("a", "b", name="text") == "text"
    assert _kind("1", "2", name="text") == "number"
    assert _kind("a", "b", name="Text") == "category"


@pytest.mark.parametrize("kind", ["number", "category", "text"])
def test_a_given_type_holds(kind: str) -> None:
    """What is said of a feature is not found out."""
    assert _kind("1", "2", x=kind) == kind
    assert _kind("a", "b", x=kind) == kind


@given(st.integers(0, 2 * CHUNK), st.booleans())
def test_one_bad_cell_is_seen_wherever_it_is(place: int, is_last: bool) -> None:
    """The type is that of the whole column, however it is cut into chunks."""
    cells = ["1"] * (2 * CHUNK + 1)
    cells[place] = "x"
    typing = Typing(["x", "y"], {})
    for start in range(0, len(cells), CHUNK):
        chunk = cells[start : start + CHUNK]
        typing.add([["1", cell] if is_last else [cell, "1"] for cell in chunk])
    kinds = [column.kind for column in typing.columns()]
    assert kinds == (["number", "category"] if is_last else ["category", "number"])


@given(st.lists(NUMBERS, min_size=1))
def test_numbers_are_read_to_the_last_bit(cells: list[str]) -> None:
    """The fast way gives what `float` gives."""
    finite = [cell for cell in cells if math.isfinite(float(cell))]
    assert floats(finite) == [float(cell) for cell in finite]
    assert [number(cell) for cell in finite] == [float(cell) for cell in finite]


@given(st.text(max_size=8))
def test_a_column_says_number_only_if_its_cells_are(cell: str) -> None:
    """A cell beside a number keeps the type if, and only if, it can be converted."""
    typing = Typing(["x"], {})
    typing.add([["1"], [cell]])
    (column,) = typing.columns()
    if column.kind == "number":
        value = column.convert(cell)
        assert value is None or math.isfinite(float(value))
    else:
        with pytest.raises(ValueError, match=r".*"):
            number(cell)


def test_missing_cells_are_none() -> None:
    """Words for nothing count beside numbers; in a category only the empty cell does."""
    numbers, words = Column("x", "number"), Column("x", "category")
    assert [numbers.convert(cell) for cell in ("", "nan", "NULL", " ", "7")] == [*[None] * 4, 7.0]
    assert [words.convert(cell) for cell in ("", "nan", " ")] == [None, "nan", " "]


@pytest.mark.parametrize("cell", ["x", "inf", "1e999", "1_0", "0x1"])
def test_what_is_no_number_is_an_error(cell: str) -> None:
    """A cell that does not fit its column cannot be read, and is never passed on."""
    with pytest.raises(ValueError, match=r".+"):
        number(cell)
