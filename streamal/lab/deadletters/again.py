"""Sending dead letters again, each once for ever."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from streamal.brokers.port import Broker
from streamal.core.log import Outgoing
from streamal.errors import Fenced
from streamal.lab.deadletters.choice import Choice
from streamal.lab.deadletters.letter import Letter
from streamal.lab.deadletters.marks import gone, mark, marks
from streamal.lab.deadletters.reading import among, letters
from streamal.wire.topics import CANDIDATES, LABELS, SAMPLES, Topics

REPLAYER = "replay"
"""The one writer of all replays, after the prefix of the groups."""

MAX_BATCH = 500
MAX_BYTES = 8 * 1024 * 1024
"""Bytes after which a transaction is committed, however few its records are."""


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


def refusal(letter: Letter, topics: Topics, partitions: Mapping[str, int]) -> str | None:
    """Return why a dead letter is never sent again; None where it may be."""
    if letter.said is None:
        return "its headers do not say where it came from"
    topic = letter.said.topic
    if topic == topics[CANDIDATES]:
        return f"it came from {topic}, which scorers alone write"
    if topic not in {topics[SAMPLES], topics[LABELS]}:
        return f"it came from {topic}, which is neither {topics[SAMPLES]} nor {topics[LABELS]}"
    if not 0 <= letter.said.partition < partitions.get(topic, 0):
        return f"it came from {topic}/{letter.said.partition}, which is not there any more"
    return None


def resent(letter: Letter) -> Outgoing:
    """Return the record that a dead letter was, for the partition that it was read from."""
    said, record = letter.said, letter.record
    assert said is not None
    return Outgoing(said.topic, record.key, record.value, letter.own_headers, said.partition)


def preview(broker: Broker, topics: Topics, choice: Choice) -> Replayed:
    """Return what `send_again` would do just now; write nothing."""
    done = Replayed()
    for _ in _due(letters(broker, topics, choice), topics, broker.partitions(), done):
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
        Another replay has begun meanwhile; what it was not asked for is left.
    """
    writer = broker.writer(prefix + REPLAYER)
    done = Replayed()
    try:
        known = marks(broker, topics)
        dropped = gone(broker, topics, known)
        chosen = among(broker, topics, choice, known)
        for batch in _batches(_due(chosen, topics, broker.partitions(), done), size):
            rows = [mark(topics, letter.place, now()) for letter in batch]
            writer.commit([*map(resent, batch), *rows, *dropped])
            dropped = []
    except Fenced as error:
        why = "another `dlq replay` has begun; run this again when it has ended"
        raise Fenced(why) from error
    finally:
        writer.close()
    return done


def _due(
    found: Iterable[Letter], topics: Topics, partitions: Mapping[str, int], done: Replayed
) -> Iterator[Letter]:
    """Yield what is to be sent, and count all of them."""
    for letter in found:
        why = refusal(letter, topics, partitions)
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
