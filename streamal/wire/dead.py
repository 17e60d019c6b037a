"""Dead letters: the original record untouched, and headers that say what was wrong."""

import msgspec

from streamal import __version__
from streamal.core.log import Outgoing, Record
from streamal.errors import Poison
from streamal.wire.topics import DEAD_LETTERS, Topics

PREFIX = "streamal-error-"


class DeadLetter(msgspec.Struct, frozen=True):
    """What the headers of a dead letter say."""

    topic: str
    partition: int
    offset: int
    stage: str
    reason: str
    message: str
    time: int
    version: str


def dead_letter(topics: Topics, record: Record, stage: str, poison: Poison, time: int) -> Outgoing:
    """Return the dead letter of a record that failed at a stage."""
    about = DeadLetter(
        record.topic,
        record.partition,
        record.offset,
        stage,
        poison.reason,
        str(poison)[:1000],
        time,
        __version__,
    )
    said = tuple(
        (PREFIX + name, str(value).encode(errors="replace"))
        for name, value in msgspec.structs.asdict(about).items()
    )
    headers = (*record.headers, *said)
    return Outgoing(topics[DEAD_LETTERS], record.key, record.value, headers)


def about(record: Record) -> DeadLetter:
    """Return what the headers of a dead letter say.

    A dead letter that was sent again and failed again says it twice: the last counts.
    """
    said = {
        name.removeprefix(PREFIX): value.decode(errors="replace")
        for name, value in record.headers
        if name.startswith(PREFIX)
    }
    return msgspec.convert(said, DeadLetter, strict=False)
