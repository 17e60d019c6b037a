"""Dead letters: the record as it came, and what was wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal import __version__
from streamal.core.log import Headers, Outgoing, Record
from streamal.errors import Poison
from streamal.wire.dead import DeadLetter, about, dead_letter
from streamal.wire.topics import Topics

TOPICS = Topics({"dead-letters": "team.dead"})
NAMES = ["topic", "partition", "offset", "stage", "reason", "message", "time", "version"]
HEADERS = st.lists(st.tuples(st.text(max_size=8), st.binary(max_size=8)), max_size=3).map(tuple)


def _record(key: bytes | None, value: bytes | None, headers: Headers = ()) -> Record:
    return Record("samples", 3, 17, 5000, key, value, headers)


def _sent(out: Outgoing) -> Record:
    """The dead letter as a reader gets it."""
    return Record(out.topic, 0, 0, 9000, out.key, out.value, out.headers)


@given(st.none() | st.binary(max_size=20), st.none() | st.binary(max_size=20), HEADERS)
def test_a_dead_letter_is_the_record_as_it_came(
    key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    """Key, value and headers are untouched; what was wrong stands after them."""
    record = _record(key, value, headers)
    out = dead_letter(TOPICS, record, "decode", Poison("empty", "nothing there"), 77)
    assert (out.topic, out.key, out.value) == ("team.dead", key, value)
    assert out.headers[: len(headers)] == headers
    assert [name for name, _ in out.headers[len(headers) :]] == [
        f"streamal-error-{name}" for name in NAMES
    ]


def test_a_dead_letter_says_what_was_wrong_where_and_when() -> None:
    """Topic, partition and offset find the record; stage, reason and message explain it."""
    out = dead_letter(TOPICS, _record(b"k", b"v"), "features", Poison("wrong_type", "x: é"), 77)
    assert about(_sent(out)) == DeadLetter(
        "samples", 3, 17, "features", "wrong_type", "x: é", 77, __version__
    )


def test_a_dead_letter_that_fails_again_says_both() -> None:
    """Sent again and buried again it has the history of both, and the last one counts."""
    first = dead_letter(TOPICS, _record(b"k", b"v"), "decode", Poison("empty", "first"), 1)
    again = Record("samples", 0, 99, 6000, first.key, first.value, first.headers)
    out = dead_letter(TOPICS, again, "decode", Poison("too_large", "second"), 2)
    assert (out.key, out.value) == (b"k", b"v")
    assert len(out.headers) == 2 * len(NAMES)
    told = about(_sent(out))
    assert (told.offset, told.reason, told.message, told.time) == (99, "too_large", "second", 2)
    assert ("streamal-error-message", b"first") in out.headers


@pytest.mark.parametrize("message", ["x" * 5000, "half \ud800 a pair", "\x00\n", ""])
def test_any_message_can_be_written(message: str) -> None:
    """A message is cut to 1,000 characters, and what is no text is replaced."""
    out = dead_letter(TOPICS, _record(None, None), "label", Poison("invalid", message), 1)
    assert len(about(_sent(out)).message) == min(len(message), 1000)
