"""Kinds of features, what they are read as, and hashes that every process shares."""

from zlib import crc32

import pytest

from streamal.learners.kinds import CATEGORY, NUMBER, TEXT, Kinds, category, number, words
from streamal.learners.plain import PlainEncoder
from streamal.learners.port import Features
from streamal.learners.trees import ALWAYS, PLACES, TreeEncoder
from streamal.learners.unsalted import Unsalted

DECLARED = {"zip": CATEGORY, "subject": TEXT, "age": NUMBER}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("x", 1.0, NUMBER),
        ("x", True, NUMBER),
        ("x", "one", CATEGORY),
        ("text", "one", TEXT),
        ("text", 1.0, NUMBER),
        ("zip", 8001, CATEGORY),
        ("subject", "hello", TEXT),
        ("age", 41, NUMBER),
        ("age", "old", CATEGORY),
    ],
)
def test_the_kind_is_declared_or_seen(name: str, value: float | str, kind: str) -> None:
    """Declarations come first, then the name `text`, then the type of the value."""
    assert Kinds(DECLARED).of(name, value) == kind


def test_numbers_have_finite_squares() -> None:
    """Whatever number comes, its square is finite, and NaN is none."""
    for value in (1e308, -1e308, float("inf"), 10**400, float("nan")):
        assert abs(number(value)) ** 2 < float("inf")


def test_categories_of_numbers_are_canonical() -> None:
    """3, 3.0 and '3' are one category."""
    assert {category(3), category(3.0), category("3")} == {"3"}


def test_words_know_many_scripts() -> None:
    """Letters and digits of any script make words; the rest parts them."""
    assert words("Größe: 10 km — 東京!") == ["größe", "10", "km", "東京"]
    assert words("?! …") == []


def test_a_plain_encoding_changes_only_types() -> None:
    """Numbers are floats, declared categories strings, all under their own names."""
    row: Features = {"zip": 8001, "age": 41, "is_new": True, "subject": "hello", "job": "it"}
    expected = {"zip": "8001", "age": 41.0, "is_new": 1.0, "subject": "hello", "job": "it"}
    encoded = PlainEncoder(DECLARED).encode(row)
    assert encoded == expected
    assert [type(value) for value in encoded.values()] == [str, float, float, str, str]


def test_a_trees_text_has_a_fixed_number_of_places() -> None:
    """Any text becomes as many zeros and ones, the ones where its words fall."""
    encoded = TreeEncoder({}).encode({"text": "Hello hello"})
    assert len(encoded) == PLACES + 1
    ones = {name for name, value in encoded.items() if value == 1.0}
    assert ones == {ALWAYS, f"text:{crc32(b'hello') % PLACES}"}


def test_a_trees_categories_hash_alike_everywhere() -> None:
    """Their hash is not the salted one of strings, and they equal their value."""
    value = TreeEncoder({}).encode({"colour": "red"})["colour="]
    assert isinstance(value, Unsalted)
    assert value == "red"
    assert hash(value) == crc32(b"red")
    assert hash(Unsalted("\ud800")) == crc32(b"\xed\xa0\x80")
