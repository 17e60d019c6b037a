"""Which request is about a sample that is handed in again, by its features."""

from collections.abc import Sequence
from hashlib import blake2b

from streamal.core.records import Features, Request
from streamal.core.requests import RequestBook
from streamal.core.updates import Example, Update

MANY = 1000
"""New requests that are held before they are looked at."""


def fingerprint(features: Features) -> bytes:
    """Return 16 bytes that are equal for equal features; one that is None is absent.

    Examples
    --------
    >>> fingerprint({"a": 1.0, "b": "x"}) == fingerprint({"b": "x", "c": None, "a": 1.0})
    True
    """
    present = sorted((name, value) for name, value in features.items() if value is not None)
    return blake2b(repr(present).encode(), digest_size=16).digest()


class Lookup:
    """Finds requests and examples by features; looks at new ones only when it is asked.

    Parameters
    ----------
    book
        All requests; those in it are known from the start.
    updates
        The log of examples, which grows.
    """

    def __init__(self, book: RequestBook, updates: Sequence[Update]) -> None:
        self._book = book
        self._updates = updates
        self._fresh = [row.asked for row in book.rows.values()]
        self._asked: dict[bytes, list[str]] = {}
        self._learned: set[bytes] = set()
        self._read = 0

    def add(self, request: Request) -> None:
        """Take in a request."""
        self._fresh.append(request)
        if len(self._fresh) > MANY:  # nobody may ever ask, and the book forgets
            self._catch_up()

    def open_request(self, features: Features, sample_id: str | None = None) -> str | None:
        """Return the id of the oldest open request about a sample; None without one.

        One about a sample of that id comes before those about equal features.
        """
        row = self._book.find(None, sample_id)
        if row is not None and row.outcome is None:
            return row.asked.request_id
        self._catch_up()
        rows = self._book.rows
        ids = self._asked.get(fingerprint(features), ())
        return next((i for i in ids if i in rows and rows[i].outcome is None), None)

    def is_known(self, features: Features) -> bool:
        """Was it asked about, and is it open or answered; or was it learned?"""
        self._catch_up()
        self._read_examples()
        mark, rows = fingerprint(features), self._book.rows
        if mark in self._learned:
            return True
        return any(i in rows and rows[i].outcome != "expired" for i in self._asked.get(mark, ()))

    def _catch_up(self) -> None:
        for request in self._fresh:
            self._asked.setdefault(fingerprint(request.features), []).append(request.request_id)
        self._fresh.clear()
        if len(self._asked) > 2 * len(self._book.rows) + 1000:
            self._forget()

    def _forget(self) -> None:
        """Drop the requests that the book has forgotten."""
        self._asked.clear()
        for row in self._book.rows.values():
            self._asked.setdefault(fingerprint(row.asked.features), []).append(row.asked.request_id)

    def _read_examples(self) -> None:
        for update in self._updates[self._read :]:
            if isinstance(update, Example):
                self._learned.add(fingerprint(update.features))
        self._read = len(self._updates)
