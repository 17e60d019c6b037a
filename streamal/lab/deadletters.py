"""Dead letters: looked through, shown whole, and sent again, each at most once.

What was sent again is noted by a mark in `state`, in the transaction that sends it:

- The mark is there if and only if the record is, so a kill leaves neither or both.
- A replay first opens its writer, whose name is the same for everyone. That fences a replay
  which runs beside it and ends the transaction of one that died. Only then are marks read, up
  to the end of the partition; so nothing can be sent that is not seen here, or refused there.
- `state` is compacted: a mark stays as long as its dead letter, and is dropped with it. A
  header on the record that is sent would be gone as soon as retention drops that one, and
  `samples` are kept for less time than dead letters. A group's offset can not say which of
  them a filter left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from streamal.brokers.port import Broker
from streamal.core.log import Headers, Outgoing, Record
from streamal.errors import Fenced, UsageError
from streamal.runtime.replay import replay
from streamal.runtime.restore import read_state
from streamal.wire.dead import PREFIX, DeadLetter, about
from streamal.wire.topics import CANDIDATES, DEAD_LETTERS, LABELS, SAMPLES, STATE, Topics

REPLAYER = "replay"
"""The one writer of all replays, after the prefix of the groups."""

REPLAYED_KEY = b"replayed/"
"""Before the place of a dead letter: the key of its mark in partition 0 of `state`."""

MAX_BATCH = 500
MAX_BYTES = 8 * 1024 * 1024
"""Bytes after which a transaction is committed, however few its records are."""

Marks = Mapping[str, int]
"""When dead letters were sent again, in milliseconds, by their place."""


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
    def own_headers(self) -> Headers:
        """The headers that the original came with."""
        return tuple(one for one in self.record.headers if not one[0].startswith(PREFIX))


class Choice(msgspec.Struct, frozen=True):
    """Which dead letters are meant: those that fit all that is given.

    Examples
    --------
    >>> record = Record("dead-letters", 0, 7, 0, None, b"{")
    >>> said = DeadLetter("samples", 0, 3, "decode", "invalid_json", "not JSON", 0, "1.0")
    >>> Choice(stage="decode").takes(Letter(record, said))
    True
    >>> Choice(reason="empty").takes(Letter(record, said))
    False
    """

    stage: str | None = None
    reason: str | None = None
    places: frozenset[str] = frozenset()

    def takes(self, letter: Letter) -> bool:
        """Is this one meant?"""
        said = letter.said
        stage, reason = (None, None) if said is None else (said.stage, said.reason)
        return (
            self.stage in {None, stage}
            and self.reason in {None, reason}
            and (not self.places or letter.place in self.places)
        )


EVERY = Choice()


class Replayed(msgspec.Struct):
    """What came of a replay.

    Parameters
    ----------
    sent
        Records written, or that would be, for each topic.
    already
        Dead letters that were sent again before.
    refused
        Those that are never sent again, by why.
    """

    sent: dict[str, int] = {}
    already: int = 0
    refused: dict[str, int] = {}

    @property
    def selected(self) -> int:
        """How many dead letters were meant."""
        return sum(self.sent.values()) + self.already + sum(self.refused.values())


def letters(broker: Broker, topics: Topics, choice: Choice = EVERY) -> Iterator[Letter]:
    """Yield the dead letters that are meant, oldest first, as many as there are now."""
    yield from _among(broker, topics, choice, marks(broker, topics))


def _among(broker: Broker, topics: Topics, choice: Choice, known: Marks) -> Iterator[Letter]:
    topic = topics[DEAD_LETTERS]
    for record in replay(broker, topic, broker.ends(topic)):
        letter = Letter(record, _said(record), known.get(record.source))
        if choice.takes(letter):
            yield letter


def _said(record: Record) -> DeadLetter | None:
    try:
        return about(record)
    except msgspec.ValidationError:
        return None


def marks(broker: Broker, topics: Topics) -> dict[str, int]:
    """Return when each dead letter was sent again, by its place."""
    rows = read_state(broker, topics[STATE], [0])[0]
    return {
        key.removeprefix(REPLAYED_KEY).decode(): msgspec.json.decode(value, type=int)
        for key, value in rows.items()
        if key.startswith(REPLAYED_KEY)
    }


def find(broker: Broker, topics: Topics, place: str) -> Letter:
    """Return the dead letter at a place.

    Raises
    ------
    UsageError
        It is no place of a dead letter, or there is none.
    """
    topic, (partition, offset) = topics[DEAD_LETTERS], _parsed(topics, place)
    oldest, end = broker.ends(topic).get(partition, (0, 0))
    if oldest <= offset < end:
        for record in replay(broker, topic, {partition: (offset, offset + 1)}):
            return Letter(record, _said(record), marks(broker, topics).get(record.source))
    why = "never written, or dropped by retention; `streamal dlq list` shows the places"
    raise UsageError(f"no dead letter at {place}: {why}")


def _parsed(topics: Topics, place: str) -> tuple[int, int]:
    """Return partition and offset; the topic may be given by its logical name."""
    topic, partition, offset = (["", "", *place.rsplit("/", 2)])[-3:]
    is_ours = topic in {DEAD_LETTERS, topics[DEAD_LETTERS]}
    if not is_ours or not (_is_number(partition) and _is_number(offset)):
        raise UsageError(
            f"{place!r} is no place of a dead letter; one looks like {topics[DEAD_LETTERS]}/0/7"
        )
    return int(partition), int(offset)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def refusal(letter: Letter, topics: Topics) -> str | None:
    """Return why a dead letter is never sent again; None where it may be."""
    if letter.said is None:
        return "its headers do not say where it came from"
    topic = letter.said.topic
    if topic == topics[CANDIDATES]:
        return f"it came from {topic}, which scorers alone write"
    if topic not in {topics[SAMPLES], topics[LABELS]}:
        return f"it came from {topic}, which is neither {topics[SAMPLES]} nor {topics[LABELS]}"
    return None


def resent(letter: Letter) -> Outgoing:
    """Return the record that a dead letter was, for the partition that it was read from."""
    said, record = letter.said, letter.record
    assert said is not None
    return Outgoing(said.topic, record.key, record.value, letter.own_headers, said.partition)


def preview(broker: Broker, topics: Topics, choice: Choice) -> Replayed:
    """Return what `send_again` would do just now; write nothing."""
    done = Replayed()
    for _ in _due(letters(broker, topics, choice), topics, done):
        pass
    return done


def send_again(
    broker: Broker,
    topics: Topics,
    choice: Choice,
    now: Callable[[], int],
    prefix: str = "",
    size: int = MAX_BATCH,
) -> Replayed:
    """Write originals back to their topics, each once for ever; say what was done.

    Parameters
    ----------
    now
        Milliseconds since the epoch; marks carry them.
    prefix
        Of the names of groups and writers.
    size
        Records in a transaction, at most.

    Raises
    ------
    Fenced
        Another replay has begun meanwhile; it goes on with what is left.
    """
    writer = broker.writer(prefix + REPLAYER)
    done = Replayed()
    try:
        known = marks(broker, topics)
        gone = _gone(broker, topics, known)
        for batch in _batches(_due(_among(broker, topics, choice, known), topics, done), size):
            rows = [_mark(topics, letter.place, now()) for letter in batch]
            writer.commit([*map(resent, batch), *rows, *gone])
            gone = []
    except Fenced as error:
        raise Fenced(f"another `dlq replay` has begun and goes on with the rest: {error}") from None
    finally:
        writer.close()
    return done


def _due(found: Iterable[Letter], topics: Topics, done: Replayed) -> Iterator[Letter]:
    """Yield what is to be sent, and count all of them."""
    for letter in found:
        why = refusal(letter, topics)
        if letter.replayed_at is not None:
            done.already += 1
        elif why is not None:
            done.refused[why] = done.refused.get(why, 0) + 1
        else:
            topic = resent(letter).topic
            done.sent[topic] = done.sent.get(topic, 0) + 1
            yield letter


def _batches(due: Iterable[Letter], count: int) -> Iterator[list[Letter]]:
    batch: list[Letter] = []
    size = 0
    for letter in due:
        batch.append(letter)
        size += len(letter.record.value or b"")
        if len(batch) >= count or size >= MAX_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _mark(topics: Topics, place: str, time: int | None) -> Outgoing:
    """Return the mark of a dead letter; without a time, what removes it."""
    value = None if time is None else msgspec.json.encode(time)
    return Outgoing(topics[STATE], REPLAYED_KEY + place.encode(), value)


def _gone(broker: Broker, topics: Topics, known: Marks) -> list[Outgoing]:
    """Return what removes the marks of dead letters that retention has dropped."""
    oldest = {
        f"{topics[DEAD_LETTERS]}/{partition}": first
        for partition, (first, _) in broker.ends(topics[DEAD_LETTERS]).items()
    }
    placed = ((place, *place.rsplit("/", 1)) for place in known)
    return [
        _mark(topics, place, None) for place, lane, at in placed if int(at) < oldest.get(lane, 0)
    ]
