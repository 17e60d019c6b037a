"""Dead letters as they lie in their topic: those that fit, or those at some places."""

from collections.abc import Iterable, Iterator

from streamal.brokers.port import Broker
from streamal.core.records import Source
from streamal.errors import UsageError
from streamal.lab.deadletters.choice import EVERY, Choice
from streamal.lab.deadletters.letter import Letter, said_of
from streamal.lab.deadletters.marks import Marks, marks
from streamal.lab.place import place_of
from streamal.runtime.replay import replay
from streamal.wire.topics import DEAD_LETTERS, Topics


def letters(broker: Broker, topics: Topics, choice: Choice = EVERY) -> Iterator[Letter]:
    """Yield the dead letters that are meant, oldest first, as many as there are now."""
    yield from among(broker, topics, choice, marks(broker, topics))


def among(broker: Broker, topics: Topics, choice: Choice, known: Marks) -> Iterator[Letter]:
    """Yield the same, where the marks were read already."""
    topic = topics[DEAD_LETTERS]
    for record in replay(broker, topic, broker.ends(topic)):
        letter = Letter(record, said_of(record), known.get(record.source))
        if choice.takes(letter):
            yield letter


def find(broker: Broker, topics: Topics, place: str) -> Letter:
    """Return the dead letter at a place, or of the record that lay there.

    Raises
    ------
    UsageError
        It is no place, or there is no dead letter there, nor of what was there.
    """
    at = _parsed(topics, place)
    if at.topic != topics[DEAD_LETTERS]:
        place = named(broker, topics, [place]).pop()
        at = _parsed(topics, place)
    oldest, end = broker.ends(at.topic).get(at.partition, (0, 0))
    if oldest <= at.offset < end:
        for record in replay(broker, at.topic, {at.partition: (at.offset, at.offset + 1)}):
            return Letter(record, said_of(record), marks(broker, topics).get(record.source))
    raise _missing(place)


def named(broker: Broker, topics: Topics, places: Iterable[str]) -> set[str]:
    """Return the dead letters' own places, given those or the places of the originals.

    The topic is read once, however many originals there are.

    Raises
    ------
    UsageError
        As `find` does.
    """
    given = {_parsed(topics, place).text: place for place in places}
    own, originals = set[str](), dict[str, str]()
    ends = broker.ends(topics[DEAD_LETTERS])
    for record in replay(broker, topics[DEAD_LETTERS], ends) if given else ():
        letter = Letter(record, said_of(record))
        if letter.place in given:
            own.add(letter.place)
        if letter.original in given:
            originals[letter.original] = letter.place
    for place in given.keys() - own - originals.keys():
        raise _missing(given[place])
    return own | set(originals.values())


def _missing(place: str) -> UsageError:
    why = "never written, or dropped by retention; `streamal dlq list` shows the places"
    return UsageError(f"no dead letter at {place}, nor of a record that lay there: {why}")


def _parsed(topics: Topics, place: str) -> Source:
    """Return a place; the topic may be given by its logical name."""
    found = place_of(place, topics)
    if found is None:
        raise UsageError(
            f"{place!r} is no place of a dead letter, nor of its original; they look like "
            f"{topics[DEAD_LETTERS]}/0/7 and {topics['samples']}/0/17"
        )
    return found
