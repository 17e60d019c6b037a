"""kafka-python's errors as ours: what may pass, what needs a person, who was fenced."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from kafka import errors as kafka

from streamal.core.log import Outgoing
from streamal.errors import (
    BrokerError,
    BrokerUnavailable,
    CommitFailed,
    Fenced,
    NotAllowed,
    StreamalError,
    TopicMissing,
)

FENCED = (
    kafka.ProducerFencedError,
    kafka.InvalidProducerEpochError,
    kafka.FencedInstanceIdError,
    kafka.TransactionCoordinatorFencedError,
)

# After the fence has fallen 3.0.12 also says it like this.
_FENCED_WORDS = (
    "ProducerFencedError",
    "InvalidProducerEpochError",
    "FencedInstanceIdError",
    "BUMPING_PRODUCER_EPOCH",
    "state READY",
)

_DENIED = (
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailedError,
)

_UNKNOWN = (kafka.UnknownTopicOrPartitionError, kafka.InvalidTopicError)

_TOO_LARGE = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise what kafka-python raises while `doing` something as an error of ours."""
    try:
        yield
    except StreamalError:
        raise
    except kafka.KafkaError as error:
        raise told(doing, error) from error
    except (OSError, socket.gaierror) as error:
        raise BrokerUnavailable(f"{doing}: {error}") from error


def told(doing: str, error: BaseException) -> BrokerError:
    """Return our error for one of kafka-python."""
    text = f"{doing}: {' '.join(str(error).split())}"
    if is_fenced(error):
        return Fenced(f"{text}; another instance has taken over")
    carried = list(_carried(error))
    if _any_is(_TOO_LARGE, carried):
        return NotAllowed(
            f"{text}; the topic's max.message.bytes, or message.max.bytes of the broker, is less"
        )
    if _any_is(_DENIED, carried):
        return denied(text)
    if _any_is(_UNKNOWN, carried):
        return TopicMissing(f"{text}; `streamal topics create` makes the topics")
    if isinstance(error, kafka.RetriableError):
        return BrokerUnavailable(text)
    return CommitFailed(text)


def denied(text: str) -> NotAllowed:
    """Return the error for what an access control list does not allow."""
    return NotAllowed(
        f"{text}; `streamal topics check --acls` prints every permission that is needed"
    )


def undelivered(record: Outgoing, error: BaseException) -> BrokerError:
    """Return our error for a record that was refused."""
    size = len(record.key or b"") + len(record.value or b"")
    return told(f"a record of {size} bytes for {record.topic}/{record.partition}", error)


def is_fenced(error: BaseException) -> bool:
    """Return whether an error, or one that it carries, says that we were fenced."""
    carried = list(_carried(error))
    words = any(word in str(part) for part in carried for word in _FENCED_WORDS)
    return words or _any_is(FENCED, carried)


def _carried(error: BaseException) -> Iterator[BaseException]:
    """Yield an error of kafka-python, and those that it was made of."""
    yield error
    if isinstance(error, kafka.KafkaError):
        for part in error.args:
            if isinstance(part, BaseException):
                yield from _carried(part)


def _any_is(kinds: tuple[type[BaseException], ...], errors: Iterable[BaseException]) -> bool:
    return any(isinstance(error, kinds) for error in errors)
