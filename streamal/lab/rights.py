"""The permissions that each program needs at a Kafka broker with an authorizer, no more."""

from collections.abc import Iterator

import msgspec

from streamal.lab.annotator import GROUP
from streamal.lab.deadletters import REPLAYER
from streamal.lab.send import SENDER
from streamal.runtime.plan import ARBITERS, SCORERS
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    LOGICAL,
    REQUESTS,
    SAMPLES,
    STATE,
    UPDATES,
    Topics,
)


class Right(msgspec.Struct, frozen=True):
    """One entry of an access control list, in Kafka's words.

    Parameters
    ----------
    who
        The program: ``run``, ``send``, ``annotate``, ``topics``, ``replay`` (`dlq replay`) or
        ``look`` (`status`, `tail`, `verify`, `explain`, `export`, `dlq list`, `dlq show`).
    """

    who: str
    resource: str
    pattern: str
    name: str
    operations: tuple[str, ...]


# Each of them implies DESCRIBE (Kafka's `AclEntry`, "implied operations").
_READ = ("READ",)
_WRITE = ("WRITE",)
_BOTH = ("READ", "WRITE")

_RUN = {
    SAMPLES: _READ,
    LABELS: _READ,
    CANDIDATES: _BOTH,
    UPDATES: _BOTH,
    STATE: _BOTH,
    REQUESTS: _WRITE,
    AUTO_LABELS: _WRITE,
    ABSTAINED: _WRITE,
    DEAD_LETTERS: _WRITE,
}


def rights(topics: Topics, prefix: str = "") -> list[Right]:
    """Return the least that is needed, program by program.

    Examples
    --------
    >>> [right.name for right in rights(Topics(), "shop.") if right.resource == "group"][:2]
    ['shop.streamal-scorer', 'shop.streamal-arbiter']
    """
    asked = f"{GROUP}-{topics[REQUESTS]}"
    return [
        *(Right("run", "topic", "literal", topics[name], ops) for name, ops in _RUN.items()),
        Right("run", "group", "literal", prefix + SCORERS, ("READ",)),
        Right("run", "group", "literal", prefix + ARBITERS, ("READ",)),
        Right("run", "transactional-id", "literal", f"{prefix}arbiter", _WRITE),
        Right("run", "transactional-id", "prefixed", f"{prefix}scorer-", _WRITE),
        Right("send", "topic", "literal", topics[SAMPLES], _WRITE),
        Right("send", "transactional-id", "prefixed", f"{SENDER}-", _WRITE),
        Right("annotate", "topic", "literal", topics[REQUESTS], _READ),
        Right("annotate", "topic", "literal", topics[LABELS], _WRITE),
        Right("annotate", "group", "literal", asked, ("READ",)),
        Right("annotate", "transactional-id", "literal", asked, _WRITE),
        *_replaying(topics, prefix),
        *_looking(topics, prefix),
    ]


def _replaying(topics: Topics, prefix: str) -> Iterator[Right]:
    needed = {DEAD_LETTERS: _READ, STATE: _BOTH, SAMPLES: _WRITE, LABELS: _WRITE}
    for name, operations in needed.items():
        yield Right("replay", "topic", "literal", topics[name], operations)
    yield Right("replay", "transactional-id", "literal", prefix + REPLAYER, _WRITE)


def _looking(topics: Topics, prefix: str) -> Iterator[Right]:
    for name in LOGICAL:
        made = ("CREATE", "DESCRIBE", "DESCRIBE_CONFIGS")
        yield Right("topics", "topic", "literal", topics[name], made)
    for name in LOGICAL:
        yield Right("look", "topic", "literal", topics[name], _READ)
    for group in (SCORERS, ARBITERS):
        yield Right("look", "group", "literal", prefix + group, ("DESCRIBE",))
