"""Which dead letters are meant."""

import msgspec

from streamal.lab.deadletters.letter import Letter


class Choice(msgspec.Struct, frozen=True):
    """Which dead letters are meant: those that fit all that is given.

    Parameters
    ----------
    places
        Of the dead letters themselves; none means any.
    since, until
        Milliseconds since the epoch: what died then or later, and before.

    Examples
    --------
    >>> from streamal.core.log import Record
    >>> from streamal.wire.dead import DeadLetter
    >>> record = Record("dead-letters", 0, 7, 0, None, b"{")
    >>> said = DeadLetter("samples", 0, 3, "decode", "invalid_json", "not JSON", 5000, "1.0")
    >>> letter = Letter(record, said)
    >>> Choice(stage="decode").takes(letter), Choice(reason="empty").takes(letter)
    (True, False)
    >>> Choice(since=5000).takes(letter), Choice(until=5000).takes(letter)
    (True, False)
    """

    stage: str | None = None
    reason: str | None = None
    places: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None

    def takes(self, letter: Letter) -> bool:
        """Is this one meant?"""
        said = letter.said
        stage, reason = (None, None) if said is None else (said.stage, said.reason)
        return (
            self.stage in {None, stage}
            and self.reason in {None, reason}
            and (not self.places or letter.place in self.places)
            and (self.since is None or letter.time >= self.since)
            and (self.until is None or letter.time < self.until)
        )


EVERY: Choice = Choice()
