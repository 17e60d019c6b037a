"""kafka-python's errors as ours: what may pass, what needs a person, who was fenced."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors as kafka

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
    if isinstance(error, _DENIED):
        return NotAllowed(
            f"{text}; `streamal topics check --acls` prints every permission that is needed"
        )
    if isinstance(error, _UNKNOWN):
        return TopicMissing(f"{text}; `streamal topics create` makes the topics")
    if isinstance(error, kafka.RetriableError):
        return BrokerUnavailable(text)
    return CommitFailed(text)


def is_fenced(error: BaseException | None) -> bool:
    """Return whether an error, or one that it carries, says that we were fenced."""
    if error is None:
        return False
    if isinstance(error, FENCED):
        return True
    if isinstance(error, kafka.KafkaError):
        carried = [part for part in error.args if isinstance(part, BaseException)]
        words = any(word in str(error) for word in _FENCED_WORDS)
        return words or any(is_fenced(part) for part in carried)
    return False
