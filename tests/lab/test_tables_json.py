"""Tables from JSON lines: objects come as they are, or with their label taken out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.errors import UsageError
from streamal.lab.tables import Row
from tests.lab.made import made, piped, raws, table

VALUES = st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.booleans()
NAMES = st.text(min_size=1).filter(lambda name: name not in {"id", "time", "features", "label"})


def _lines(*objects: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_a_label_is_taken_out(tmp_path: Path) -> None:
    """Flat objects give features without label, null and id; whole numbers are numbers."""
    text = _lines(
        {"x": 1, "ok": True, "c": "red", "n": None, "label": 1},
        {"id": "own", "time": "noon", "x": 0.5, "label": True},
        {"x": 2},
    )
    found = table(made(tmp_path, text, "shop.jsonl.gz"), "label")
    assert list(found) == [
        Row(0, "shop-0", {"x": 1.0, "ok": True, "c": "red"}, "1"),
        Row(1, "own", {"x": 0.5}, "true", time="noon"),
        Row(2, "shop-2", {"x": 2.0}, None),
    ]
    assert found.count() == 3
    assert found.columns == {}


def test_an_envelope_keeps_what_it_holds(tmp_path: Path) -> None:
    """Payload, time and id of a sample stay, wherever its label is."""
    text = _lines(
        {"id": 7, "features": {"x": 1}, "payload": {"url": "u"}, "time": 3, "label": "a"},
        {"features": {"x": 2, "label": "b"}},
        {"features": 5, "label": "c"},
    )
    assert list(table(made(tmp_path, text, "e.jsonl"), "label")) == [
        Row(0, "7", {"x": 1.0}, "a", payload={"url": "u"}, time=3),
        Row(1, "e-1", {"x": 2.0}, "b"),
        Row(2, "e-2", {"features": 5.0}, "c"),
    ]


def test_an_id_column_is_no_feature(tmp_path: Path) -> None:
    """A named field is the id; the field called id is the sample's own all the same."""
    text = _lines({"key": 5, "x": 1}, {"x": 2}, {"features": {"key": "k", "x": 3}})
    rows = list(table(made(tmp_path, text, "k.jsonl"), own_id="key"))
    assert [(row.id, row.features) for row in rows] == [
        ("5", {"x": 1.0}),
        ("k-1", {"x": 2.0}),
        ("k", {"x": 3.0}),
    ]


@given(st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=5))
def test_without_a_label_lines_go_through_untouched(objects: list[dict[str, object]]) -> None:
    """A line that nothing is taken out of is given as its very bytes."""
    lines = [json.dumps(one, ensure_ascii=False, indent=None).encode() for one in objects]
    rows = list(piped(b"\r\n".join(lines)))
    assert raws(rows) == list(enumerate(lines))
    assert [row.id for row in rows] == [f"stdin-{number}" for number in range(len(lines))]


@given(st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=5))
def test_features_are_what_was_written(objects: list[dict[str, object]]) -> None:
    """With a label each feature comes back with its value and its type."""
    text = _lines(*({**one, "label": "k"} for one in objects))
    rows = list(piped(text, "label"))
    assert [row.features for row in rows] == objects
    assert all(
        type(row.features[name]) is type(value)
        for row, one in zip(rows, objects, strict=True)
        for name, value in one.items()
    )


BAD = {
    "no JSON": b'{"x": 1',
    "NaN": b'{"x": NaN, "label": "a"}',
    "out of range": b'{"x": 1e999, "label": "a"}',
    "no object": b"[1, 2]",
    "null": b"null",
    "no UTF-8": b'{"x": "\xff", "label": "a"}',
    "deep": b"[" * 100_000,
    "half a surrogate pair": b'{"x": "\\ud800"}',
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("label", ["label", None])
def test_a_bad_line_is_given_as_it_is(tmp_path: Path, bad: bytes, label: str | None) -> None:
    """A line that cannot be read keeps its bytes and its number, and costs no other line."""
    good = b'{"x": 1, "label": "a"}'
    path = made(tmp_path, b"\n".join([good, bad, b"", good]), "bad.jsonl")
    rows = list(table(path, label))
    assert [row.number for row in rows] == [0, 1, 2]
    assert (1, bad) in raws(rows)
    assert rows[1].label is None
    if label:
        assert [row.label for row in (rows[0], rows[2])] == ["a", "a"]


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ('{"x": [1], "label": "a"}', b'{"x":[1]}'),
        ('{"x": {"y": 1}, "label": "a"}', b'{"x":{"y":1}}'),
        ('{"features": {"x": [1], "label": "a"}}', b'{"features":{"x":[1]}}'),
        ('{"x": 1, "label": [1]}', b'{"x":1}'),
        (f'{{"x": 1{"0" * 400}, "label": "a"}}', f'{{"x":1{"0" * 400}}}'.encode()),
    ],
)
def test_the_service_never_sees_a_label(tmp_path: Path, line: str, raw: bytes) -> None:
    """What is no flat features is left to the service to judge, without its label."""
    path = made(tmp_path, f'{{"label": "a"}}\n{line}\n', "nested.jsonl")
    assert raws(list(table(path, "label"))) == [(1, raw)]


def test_types_can_be_given(tmp_path: Path) -> None:
    """Numbers become categories and words numbers where that is said, and only there."""
    text = _lines(
        {"zip": 10, "x": "1.5", "y": "1.5", "label": "a"},
        {"zip": True, "x": "NA", "label": "a"},
        {"x": "oops", "label": "a"},
    )
    path = made(tmp_path, text, "t.jsonl")
    rows = list(table(path, "label", zip="category", x="number"))
    assert [row.features for row in rows] == [
        {"zip": "10", "x": 1.5, "y": "1.5"},
        {"zip": "true"},
        {},
    ]
    assert raws(rows) == [(2, b'{"x":"oops"}')]


def test_a_label_that_no_line_has_is_told(tmp_path: Path) -> None:
    """The error names the nearest field; one line with the label is enough."""
    path = made(tmp_path, _lines({"x": 1, "lable": "a"}), "l.jsonl")
    with pytest.raises(UsageError, match=r"no line has label; did you mean lable\?"):
        table(path, "label")
    with pytest.raises(UsageError, match="no line has label"):
        piped(_lines(*[{"x": 1}] * 1001, {"label": "late"}), "label")
    late = made(tmp_path, _lines(*[{"x": 1}] * 1001, {"label": "late"}), "late.jsonl")
    assert table(late, "label").count() == 1002


@pytest.mark.parametrize(("name", "text"), [("a.json", "[1]"), ("-", "[1]")])
def test_a_json_array_is_told(tmp_path: Path, name: str, text: str) -> None:
    """An array is no JSON lines, and no CSV either."""
    with pytest.raises(UsageError, match="is a JSON array; write one object on each line"):
        piped(text) if name == "-" else table(made(tmp_path, text, name))


@pytest.mark.parametrize("name", ["x.json", "x.data", "x", "x.ndjson.gz"])
def test_the_first_byte_tells_where_the_name_does_not(tmp_path: Path, name: str) -> None:
    """Objects are JSON lines under any name, after blank lines and a byte order mark too."""
    path = made(tmp_path, '\ufeff\n {"x": 1, "y": "k"}\n', name)
    assert [(row.features, row.label) for row in table(path, "y")] == [({"x": 1.0}, "k")]
