"""What a user types to name samples: an id, a place, or a request's id."""

from collections.abc import Iterable
from itertools import takewhile
from operator import eq

import msgspec

from streamal.core.nearest import nearest
from streamal.core.records import Source
from streamal.lab.laws.facts import attempt
from streamal.lab.place import place_of
from streamal.wire.topics import Topics

NEAR = 100
"""How many of the ids that begin alike are compared more closely."""


class Named(msgspec.Struct):
    """The names in a record of any topic; the rest of it is not looked at."""

    sample_id: str | int | float | None = None
    source: Source | None = None
    request_id: str | None = None
    kind: str | None = None

    @property
    def id(self) -> str | None:
        """The sample's id as text."""
        return None if self.sample_id is None else str(self.sample_id)

    @property
    def place(self) -> str | None:
        """Where the sample lies, as far as the record says it."""
        if self.source is not None:
            return self.source.text
        return None if self.request_id is None else attempt(self.request_id)[0]


class Word:
    """Says which records are meant, and which ids look alike where none is.

    Parameters
    ----------
    text
        As it was typed.

    Examples
    --------
    >>> word = Word("samples/0/17#2", Topics())
    >>> word.place
    Source(topic='samples', partition=0, offset=17)
    >>> word.means("order-1", "samples/0/17"), word.means("order-1", "samples/0/18")
    (True, False)
    """

    def __init__(self, text: str, topics: Topics) -> None:
        self.text = text
        self.place = place_of(attempt(text)[0], topics)
        self._places = {self.place.text} if self.place else set()
        self._ids = {text}
        self._near: set[str] = set()

    def means(self, sample_id: str | None, place: str | None) -> bool:
        """Is a sample meant that has this id, or lies here?"""
        if sample_id in self._ids or place in self._places:
            return True
        if sample_id is not None:
            self._note(sample_id)
        return False

    def follow(self, places: Iterable[str], sample_id: str | None) -> None:
        """Mean what lies at these places or has this id, too: a record leads there."""
        self._places.update(places)
        if sample_id is not None:
            self._ids.add(sample_id)

    def _note(self, sample_id: str) -> None:
        """Keep the ids that begin as the word does; comparing all of them takes too long."""
        self._near.add(sample_id)
        if len(self._near) > 8 * NEAR:
            self._near = set(sorted(self._near, key=self._shared, reverse=True)[:NEAR])

    def _shared(self, sample_id: str) -> tuple[int, int]:
        alike = map(eq, self.text.casefold(), sample_id.casefold())
        shared = sum(1 for _ in takewhile(bool, alike))
        return shared, -abs(len(sample_id) - len(self.text))

    def hint(self) -> str:
        """Return a clause for an error: the nearest id, and how to find others."""
        near = nearest(self.text, sorted(self._near))
        guess = f"did you mean {near}? " if near else ""
        return f"{guess}`streamal tail abstained` (or label-requests, auto-labels) shows ids"
