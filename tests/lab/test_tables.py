"""Tables from CSV files: every row comes once, and as it was written."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.errors import UsageError
from streamal.lab.lines import LIMIT
from streamal.lab.tables import Row, stem
from tests.lab.made import made, piped, raws, table

# A cell of blanks alone could be a blank line, and \r alone ends no line in a CSV.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).filter(str.strip)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20)


def _written(rows: list[tuple[str, ...]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def test_a_labelled_row_has_features_label_and_id(tmp_path: Path) -> None:
    """Numbers are floats, words are text, the label is no feature, the id is file and row."""
    path = made(tmp_path, "x,colour,label\n1,red,a\n2.5,,b\n,blue,\n", "shop.csv.gz")
    found = table(path, "label")
    assert list(found) == [
        Row(0, "shop-0", {"x": 1.0, "colour": "red"}, "a"),
        Row(1, "shop-1", {"x": 2.5}, "b"),
        Row(2, "shop-2", {"colour": "blue"}, None),
    ]
    assert found.count() == 3
    assert found.columns == {"x": "number", "colour": "category"}
    assert found.name == "shop"


def test_an_id_column_names_the_rows(tmp_path: Path) -> None:
    """An id is taken as it is written and is no feature; without one the row number is."""
    path = made(tmp_path, "x,key,y\n1,007,4\n2,,5\n")
    assert [(row.id, row.features) for row in table(path, own_id="key")] == [
        ("007", {"x": 1.0, "y": 4.0}),
        ("made-1", {"x": 2.0, "y": 5.0}),
    ]


def test_labels_are_strings_as_written(tmp_path: Path) -> None:
    """A label that looks like a number stays the string that it is."""
    path = made(tmp_path, "x,y\n1,1\n2,0\n3,yes\n")
    assert [row.label for row in table(path, "y")] == ["1", "0", "yes"]


def test_types_can_be_given(tmp_path: Path) -> None:
    """A code is no number if that is said; a cell that is no number costs its row."""
    path = made(tmp_path, "code,x\n007,1\n010,oops\n011,inf\n")
    found = list(table(path, code="category", x="number"))
    assert found[0].features == {"code": "007", "x": 1.0}
    assert raws(found) == [(1, b"010,oops"), (2, b"011,inf")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ways_to_write_a_csv(tmp_path: Path, delimiter: str, end: str, mark: str) -> None:
    """Delimiter, line ends and byte order mark make no difference."""
    lines = ["a|text|label", '1|"x,y;z\tq"|k', "", '2|"two', 'lines ""q"""|k']
    path = made(tmp_path, mark + end.join(lines).replace("|", delimiter))
    assert [row.features for row in table(path, "label")] == [
        {"a": 1.0, "text": "x,y;z\tq"},
        {"a": 2.0, "text": f'two{end}lines "q"'},
    ]


@given(rows=ROWS, delimiter=st.sampled_from([",", ";", "\t"]))
def test_whatever_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], delimiter: str
) -> None:
    """A CSV with any text in its cells gives back every cell, from a file and from a pipe."""
    text = _written([("a", "b", "label"), *rows], delimiter)
    path = made(tmp_path_factory.mktemp("made"), text)
    types = {"a": "text", "b": "text"}
    for found in (table(path, "label", **types), piped(text, "label", **types)):
        seen = [(row.features["a"], row.features["b"], row.label) for row in found]
        assert seen == rows


BAD = {
    "too few cells": b"9,x\n",
    "too many cells": b"9,x,k,k\n",
    "no UTF-8": b"9,\xff\xfe,k\n",
    "an open quote": b'9,"x,k\n',
    "an open quote at the end": b'9,x,"k\n',
    "a quote inside": b'9,"x"y,k\n',
    "a carriage return": b"9,x\rz,k\n",
    "text over lines and a cell too many": b'9,"x\ny",k,k\n',
}


@pytest.mark.parametrize("place", [0, 1, 4])
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_row_takes_no_good_one_with_it(tmp_path: Path, bad: bytes, place: int) -> None:
    """A row that cannot be read is given as its bytes; all others are as they were."""
    good = [b'%d,"row %d",k\n' % (number, number) for number in range(4)]
    content = b"a,text,label\n" + b"".join([*good[:place], bad, *good[place:]])
    for found in (table(made(tmp_path, content), "label"), piped(content, "label")):
        rows = list(found)
        assert raws(rows) == [(place, bad.removesuffix(b"\n"))]
        assert [row.features["text"] for row in rows if row.raw is None] == [
            f"row {number}" for number in range(4)
        ]
        assert [row.number for row in rows] == list(range(5))
        assert rows[place].features == {}


def test_every_line_can_be_bad(tmp_path: Path) -> None:
    """A file of nothing but open quotes gives each line once."""
    content = b'a,b\n"1,2\n"3,4\n"5,6\n'
    found = table(made(tmp_path, content))
    assert b"\n".join(raw for _, raw in raws(list(found))) == content[4:].rstrip()


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    """A cell far beyond the 128 KiB that Python's csv takes by default is still a cell."""
    (row,) = table(made(tmp_path, f"text,b\n{'x' * 1_000_000},k\n"), "b")
    assert row.features == {"text": "x" * 1_000_000}


def test_a_row_that_is_too_long_is_bad(tmp_path: Path) -> None:
    """Beyond 16 MiB a line or a cell is given up, and the next row is read."""
    long = b"x" * (LIMIT + 10)
    over_lines = b'"' + (b"y" * 2**20 + b"\n") * 17 + b'"'
    content = b"a,b\n1,2\n" + long + b",3\n" + over_lines + b",4\n5,6\n"
    rows = list(table(made(tmp_path, content), "b"))
    assert [row.label for row in rows if row.raw is None] == ["2", "6"]
    assert raws(rows)[0] == (1, long[:LIMIT])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xff\xfea\x00", "is UTF-16; save it as UTF-8"),
        (b"a,lable\n1,2\n", "no column label; did you mean lable?"),
        (b"a,b\n1,2\n", "no column label; known columns: a, b"),
        (b"a,a,label\n1,2,3\n", "the header cannot be used: two columns are called a"),
        (
            b",a,label\n0,1,2\n",
            "the header cannot be used: column 1 has no name; name it, or leave an index",
        ),
        (b"\xff,label\n", "the header cannot be used: 'utf-8' codec"),
        (b'"a,label\n', "the header cannot be used: unexpected end of data"),
        (b"label\na\n", "no column is left for features"),
    ],
)
def test_a_file_that_is_no_table_is_told_why(tmp_path: Path, content: bytes, told: str) -> None:
    """The error names the file, what is wrong with it and what would be right."""
    path = made(tmp_path, content)
    with pytest.raises(UsageError) as error:
        table(path, "label")
    assert str(error.value).startswith(f"{path}: {told}")


def test_a_file_must_be_there(tmp_path: Path) -> None:
    """A missing file and a folder are errors of usage."""
    for path in (str(tmp_path / "none.csv"), str(tmp_path)):
        with pytest.raises(UsageError, match=rf"^{path}: cannot be read: "):
            table(path)


def test_label_and_id_are_two_columns(tmp_path: Path) -> None:
    """One column cannot be both."""
    with pytest.raises(UsageError, match="column a cannot be both label and id"):
        table(made(tmp_path, "a,b\n1,2\n"), "a", "a")


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    """No rows are no error: there is nothing to send."""
    found = table(made(tmp_path, "a,b\n"))
    assert (list(found), found.count()) == ([], 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/elec2.csv.gz", "elec2"),
        ("a.b.CSV", "a.b"),
        ("x.jsonl", "x"),
        ("x.gz", "x"),
        ("x.2024", "x.2024"),
        ("-", "stdin"),
    ],
)
def test_ids_begin_with_the_file(path: str, expected: str) -> None:
    """The folder and the endings of a table's file are no part of ids."""
    assert stem(path) == expected


@pytest.mark.data
def test_real_streams_are_read_whole(data: Path) -> None:
    """Every row of every real stream is read, labelled and counted, its cells typed as told."""
    kinds = {"number": float, "category": str, "text": str}
    for path in sorted(data.glob("*.csv.gz")):
        found = table(str(path), "label")
        rows = 0
        seen: set[tuple[str, type]] = set()
        for row in found:
            rows += 1
            assert row.raw is None, (path, row)
            assert row.label, (path, row)
            seen.update(zip(row.features, map(type, row.features.values()), strict=True))
        assert rows == found.count(), path
        assert seen == {(name, kinds[kind]) for name, kind in found.columns.items()}, path
