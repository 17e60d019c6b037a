"""librdkafka's errors as ours: what may pass, what needs a person, who was fenced."""

# ruff: noqa: SLF001 - what librdkafka found itself, not a broker, has codes with a dash

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException

from streamal.errors import (
    BrokerError,
    BrokerUnavailable,
    CommitFailed,
    Fenced,
    NotAllowed,
    StreamalError,
    TopicMissing,
)

END = KafkaError._PARTITION_EOF
OUT_OF_RANGE = KafkaError._AUTO_OFFSET_RESET

FENCED = frozenset(
    {
        KafkaError._FENCED,
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError.TRANSACTION_COORDINATOR_FENCED,
    }
)

# A fatal error is told under a code of its own, with the text of the real one within.
_FENCED_WORDS = tuple(KafkaError(code).str() for code in FENCED)

DENIED = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    }
)

UNKNOWN = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
    }
)

AWAY = frozenset(
    {
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._AUTHENTICATION,
        KafkaError._MSG_TIMED_OUT,
        KafkaError._RESOLVE,
        KafkaError._SSL,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._TRANSPORT,
        KafkaError._WAIT_COORD,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNKNOWN_LEADER_EPOCH,
    }
)

UNSTABLE = AWAY | {KafkaError.UNSTABLE_OFFSET_COMMIT}
"""What may pass for one who asks for committed offsets."""

PASSING = (
    AWAY
    | UNKNOWN
    | {
        KafkaError._ASSIGNMENT_LOST,
        KafkaError._MAX_POLL_EXCEEDED,
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.MEMBER_ID_REQUIRED,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.UNKNOWN_MEMBER_ID,
    }
)
"""What a consumer says and goes on: it connects again, asks for the leaders again, joins
again. A topic may be unknown to a broker that has not heard of it yet; whether it is there
was asked before anybody read it."""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise what confluent-kafka raises while `doing` something as an error of ours."""
    try:
        yield
    except StreamalError:
        raise
    except KafkaException as error:
        raise told(doing, error.args[0]) from error
    except (RuntimeError, BufferError) as error:
        raise CommitFailed(f"{doing}: {error}") from error


def told(doing: str, error: KafkaError) -> BrokerError:
    """Return our error for one of librdkafka."""
    text = f"{doing}: {' '.join(error.str().split())} ({error.name()})"
    if is_fenced(error):
        return Fenced(f"{text}; another instance has taken over")
    if error.code() in DENIED:
        return NotAllowed(
            f"{text}; `streamal topics check --acls` prints every permission that is needed"
        )
    if error.code() in UNKNOWN:
        return TopicMissing(f"{text}; `streamal topics create` makes the topics")
    if error.retriable() or error.code() in AWAY:
        return BrokerUnavailable(text)
    return CommitFailed(text)


def is_fatal(error: KafkaError) -> bool:
    """Return whether the client that said this is of no more use."""
    return error.fatal() or error.code() == KafkaError._FATAL


def is_fenced(error: KafkaError) -> bool:
    """Return whether an error, or a fatal one behind it, says that we were fenced."""
    if error.code() in FENCED:
        return True
    return is_fatal(error) and any(word in error.str() for word in _FENCED_WORDS)
