"""A dead letter: the record, what is said of it, and whether it was sent again."""

import msgspec

from streamal.core.log import Headers, Record
from streamal.wire.dead import PREFIX, DeadLetter, about


class Letter(msgspec.Struct, frozen=True):
    """One dead letter.

    Parameters
    ----------
    record
        As it lies in `dead-letters`.
    said
        What its headers say; None where they are not those of a dead letter.
    replayed_at
        When it was sent again, in milliseconds; None if it was not.
    """

    record: Record
    said: DeadLetter | None
    replayed_at: int | None = None

    @property
    def place(self) -> str:
        """``<topic>/<partition>/<offset>`` of the dead letter itself."""
        return self.record.source

    @property
    def original(self) -> str | None:
        """The place of the record that it was."""
        said = self.said
        return None if said is None else f"{said.topic}/{said.partition}/{said.offset}"

    @property
    def time(self) -> int:
        """When it died, in milliseconds; when it was written where it does not say so."""
        return self.record.timestamp if self.said is None else self.said.time

    @property
    def own_headers(self) -> Headers:
        """The headers that the original came with."""
        return tuple(one for one in self.record.headers if not one[0].startswith(PREFIX))


def said_of(record: Record) -> DeadLetter | None:
    """Return what the headers of a dead letter say, None where they say nothing."""
    try:
        return about(record)
    except msgspec.ValidationError:
        return None
