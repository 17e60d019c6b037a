"""Bundled streams in place of files."""

import pytest

from streamal.errors import UsageError
from streamal.lab.tables import Table, open_table
from streamal.learners import bundled


def _opened(path: str, label: str | None = "label", own_id: str | None = None) -> Table:
    return open_table(path, label_column=label, id_column=own_id)


@pytest.mark.parametrize("name", bundled.NAMES)
def test_a_bundled_stream_is_a_table(name: str) -> None:
    """Its rows have ids of name and number, features, and labels; all of them come."""
    found = list(table := _opened(f"bundled:{name}"))
    assert [row.id for row in found] == [f"{name}-{number}" for number in range(len(found))]
    assert len(found) == table.count() == bundled.size(name)
    assert all(row.features for row in found)
    assert all(row.label is not None and "label" not in row.features for row in found)


def test_the_sender_and_the_annotator_see_the_same_rows() -> None:
    """Whether the label column is named or not changes no row."""
    assert list(_opened("bundled:Phishing", None)) == list(_opened("bundled:Phishing"))


@pytest.mark.parametrize(
    ("path", "label", "own_id", "message"),
    [
        (
            "bundled:nothing",
            "label",
            None,
            "bundled:nothing: no such stream; there are Bananas, ImageSegments, Phishing, Shuttle",
        ),
        ("bundled:", "label", None, "there are Bananas"),
        ("bundled:Shuttle", "f1", None, "no column f1; its label column is label"),
        ("bundled:Shuttle", None, "f1", "has no id column; its ids are Shuttle-0, Shuttle-1"),
    ],
)
def test_what_is_not_bundled_is_told(
    path: str, label: str | None, own_id: str | None, message: str
) -> None:
    """An unknown stream or column is an error that says what there is."""
    with pytest.raises(UsageError, match=message):
        _opened(path, label, own_id)
