"""Rows of the same names, by columns."""

from hypothesis import given
from hypothesis import strategies as st

from streamal.learners.table import FEW, tables

rows_of_few_shapes = st.lists(
    st.sampled_from([("x",), ("x", "y"), ("y", "x"), ()]).map(lambda names: dict.fromkeys(names, 1))
    | st.just({"x": 2, "y": 3}),
    max_size=8 * FEW,
)


@given(rows_of_few_shapes)
def test_every_row_has_one_place(rows: list[dict[str, int]]) -> None:
    """Each row is in one table or among the others, and a table's columns hold its cells."""
    found, others = tables(rows)
    assert sorted([*others, *(i for table in found for i in table.places)]) == [*range(len(rows))]
    for table in found:
        assert [rows[place] for place in table.places] == table.rows
        assert [list(row) for row in table.rows] == [list(table.names)] * len(table.rows)
        columns = zip(table.names, table.columns(), strict=True)
        assert {name: list(cells) for name, cells in columns} == {
            name: [row[name] for row in table.rows] for name in table.names
        }


@given(rows_of_few_shapes)
def test_a_table_has_many_rows(rows: list[dict[str, int]]) -> None:
    """Rows whose order of names few others share make no table."""
    found, others = tables(rows)
    shapes = [tuple(row) for row in rows]
    assert all(shapes.count(table.names) == len(table.rows) >= FEW for table in found)
    assert all(shapes.count(shapes[place]) < FEW for place in others)
