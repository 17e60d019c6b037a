"""What the linear preset makes of features, row by row and by columns."""

from random import Random

import numpy as np
import pytest

from streamal.learners.adapter import Encoded
from streamal.learners.linearencoder import INTERCEPT, LinearEncoder
from streamal.learners.port import Features, Value
from streamal.learners.scale import LARGEST
from streamal.learners.softmax import Column, Numbers, Ones
from streamal.learners.table import FEW, Table, tables
from tests.learners.batches import TYPES, batch, examples


def test_a_constant_has_no_scale() -> None:
    """Until it varies a feature is left out, however often it was seen."""
    encoder = LinearEncoder({})
    for _ in range(9):
        encoder.learn({"x": 0.1})
    assert encoder.encode({"x": 0.1}) == {INTERCEPT: 1.0}
    encoder.learn({"x": 0.2})
    assert set(encoder.encode({"x": 0.1})) == {INTERCEPT, "x"}


@pytest.mark.parametrize(("value", "scaled"), [(1e308, LARGEST), (-1e308, -LARGEST)])
def test_outliers_are_clipped(value: float, scaled: float) -> None:
    """However far a number is out, it is encoded as the largest there is."""
    encoder = LinearEncoder({})
    for x in (1.0, 2.0, 3.0):
        encoder.learn({"x": x})
    assert encoder.encode({"x": value})["x"] == scaled


def test_each_kind_has_its_own_features() -> None:
    """Categories are named with their value, texts with their words."""
    encoder = LinearEncoder({"zip": "category", "subject": "text"})
    row: Features = {"zip": 8001, "job": "it", "subject": "Hi, hi", "text": "there"}
    names = {"zip=8001", "job=it", "subject:hi", "text:there"}
    assert encoder.encode(row) == dict.fromkeys({INTERCEPT, *names}, 1.0)


@pytest.fixture(name="encoder")
def _encoder() -> LinearEncoder:
    """An encoder that has learned every kind of row."""
    encoder = LinearEncoder(TYPES)
    for row, _ in examples(Random(7), 400, 2):
        encoder.learn(row)
    return encoder


def _tables(count: int) -> list[Table[Value]]:
    rows = [row for seed in range(count) for row in batch(Random(seed))]
    return tables(rows)[0]


def _read(columns: list[Column], place: int) -> Encoded:
    """Read a row out of columns; a 0 says nothing."""
    row: Encoded = {}
    for column in columns:
        if isinstance(column, Numbers) and column.values[place] != 0:
            row[column.name] = column.values[place]
        if isinstance(column, Ones):
            row[column.names[place]] = 1.0
    return row


def test_columns_say_what_rows_say(encoder: LinearEncoder) -> None:
    """Where there are columns they hold each row as `encode` has it, in its order."""
    compared = set()
    for table in _tables(3):
        columns = encoder.columns(table)
        for place, row in enumerate(table.rows if columns else ()):
            encoded = {name: value for name, value in encoder.encode(row).items() if value != 0}
            assert list(_read(columns or [], place).items()) == list(encoded.items())
            compared.add(table.names)
    assert len(compared) >= 4


@pytest.mark.parametrize(
    ("names", "has_columns"),
    [
        ("x y is_new", True),
        ("x count colour constant", True),
        ("x zip", False),
        ("colour x", True),
        ("x mixed", False),
        ("x text colour", False),
        ("x colour=red", True),
        ("x colour=red colour", False),
        ("x \0", False),
    ],
)
def test_what_is_read_by_columns(encoder: LinearEncoder, names: str, has_columns: bool) -> None:
    """Numbers and categories are; words, mixed types and features that may clash are not."""
    found = {" ".join(table.names): table for table in _tables(2)}
    assert (encoder.columns(found[names]) is not None) is has_columns


@pytest.mark.parametrize("value", [float("nan"), 1e308, -1e308, 2**1023, -(2**1023)])
def test_numbers_beyond_measure_are_clipped_alike(encoder: LinearEncoder, value: float) -> None:
    """What overflows or is no number ends at the same bound in a row and in a column."""
    rows: list[Features] = [{"x": value} for _ in range(FEW)]
    columns = encoder.columns(tables(rows)[0][0])
    assert columns is None or np.isfinite(columns[-1].values).all()  # type: ignore[attr-defined]
    alone = encoder.encode(rows[0])["x"]
    assert alone in {LARGEST, -LARGEST}
    assert columns is None or columns[-1].values[0] == alone  # type: ignore[attr-defined]
