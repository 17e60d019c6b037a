"""The book of requests, and the memory of answers that nobody asked for."""

import msgspec
import pytest

from streamal.core.records import NO_PAYLOAD, Request
from streamal.core.requests import AnswerMemory, RequestBook, RequestRow
from tests.core.made import Desk

DAY = 86_400_000


@pytest.fixture
def asked() -> list[Request]:
    """Three requests: two of one sample id, then one of another."""
    desk = Desk()
    ids = ["twin", "twin", "other"]
    made = [desk.ask(i, sample_id=sample_id) for i, sample_id in enumerate(ids)]
    return [msgspec.structs.replace(one, expires_at=100 + i) for i, one in enumerate(made)]


@pytest.fixture
def book(asked: list[Request]) -> RequestBook:
    """A book that remembers for a day, with the three requests open."""
    book = RequestBook(remember_ms=DAY)
    for one in asked:
        book.add(_row(one))
    return book


def _row(asked: Request) -> RequestRow:
    return RequestRow(asked=asked, charges={}, bin=0, guess=0.8, n=1)


def _id(row: RequestRow | None) -> str | None:
    return None if row is None else row.asked.request_id


def test_a_request_is_found_by_its_id(book: RequestBook) -> None:
    """The id counts, whatever sample id stands beside it; an unknown one finds nothing."""
    assert _id(book.find("samples/0/1", "other")) == "samples/0/1"
    assert book.find("samples/0/9", "twin") is None


def test_a_sample_id_finds_its_oldest_open_request(book: RequestBook) -> None:
    """Of two open requests the first is meant; when all are closed, the newest."""
    first, second = book.rows["samples/0/0"], book.rows["samples/0/1"]
    assert book.find(None, "twin") is first
    book.close(first, "skipped", 0)
    assert book.find(None, "twin") is second
    book.close(second, "skipped", 0)
    assert book.find(None, "twin") is second


def test_no_name_finds_no_request() -> None:
    """An answer that names nothing is not taken for one about a sample with an empty id."""
    book = RequestBook(remember_ms=DAY)
    book.add(_row(Desk().ask(0, sample_id="")))
    assert book.find(None, None) is None
    assert _id(book.find(None, "")) == "samples/0/0"


def test_what_is_due_ends_in_the_order_of_its_time(book: RequestBook) -> None:
    """Only open requests end, once, and none before its time is over."""
    book.close(book.rows["samples/0/1"], "labelled", 0)
    assert (book.next_due(), book.due(100)) == (100, [])
    assert [_id(row) for row in book.due(500)] == ["samples/0/0", "samples/0/2"]
    assert (book.due(500), book.next_due()) == ([], None)


def test_the_oldest_is_the_one_that_was_made_first(book: RequestBook) -> None:
    """Closed requests are not waited for."""
    assert _id(book.oldest()) == "samples/0/0"
    book.close(book.rows["samples/0/0"], "labelled", 0)
    assert (_id(book.oldest()), book.outstanding) == ("samples/0/1", 2)


def test_closing_drops_what_only_asking_needed(book: RequestBook) -> None:
    """Features stay for a correction; payload and probabilities go."""
    row = book.rows["samples/0/0"]
    book.close(row, "skipped", 5)
    assert (row.asked.payload, row.asked.probabilities) == (NO_PAYLOAD, {})
    assert (row.asked.features, row.closed_at) == ({"x": 0.0}, 5)


def test_a_closed_request_is_forgotten_in_time(book: RequestBook) -> None:
    """It is remembered so long after it closed, not after it closed again, then removed."""
    row = book.rows["samples/0/0"]
    book.close(row, "skipped", 10)
    book.close(row, "labelled", DAY)
    book.take_changed()
    book.forget(10 + DAY)
    assert "samples/0/0" in book.rows
    book.forget(11 + DAY)
    assert book.take_changed() == {"samples/0/0": None}
    assert _id(book.find(None, "twin")) == "samples/0/1"


def test_an_open_request_is_never_forgotten(book: RequestBook) -> None:
    """However long it takes, what is open stays."""
    book.forget(10**15)
    assert book.outstanding == 3


def test_only_changed_rows_are_saved(book: RequestBook) -> None:
    """Each change is handed out once."""
    assert set(book.take_changed()) == {f"samples/0/{i}" for i in range(3)}
    book.close(book.rows["samples/0/2"], "rejected", 1)
    assert list(book.take_changed()) == ["samples/0/2"]
    assert book.take_changed() == {}


def test_an_answer_is_remembered_for_its_time() -> None:
    """A repeat is refused while it is remembered, and saved and removed like a row."""
    memory = AnswerMemory(remember_ms=DAY)
    assert memory.add("a", 0)
    assert memory.add("b", 10)
    assert not memory.add("a", 20)
    assert memory.take_changed() == {"a": 0, "b": 10}
    memory.forget(DAY + 1)
    assert memory.take_changed() == {"a": None}
    assert memory.add("a", DAY + 1)
    assert not memory.add("b", DAY + 1)


def test_a_restored_memory_refuses_what_it_saved() -> None:
    """After a restart a repeated answer is still known for one."""
    memory = AnswerMemory(remember_ms=DAY)
    memory.restore("a", 5)
    assert not memory.add("a", 6)
    assert memory.take_changed() == {}
