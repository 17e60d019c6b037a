"""The configured broker, opened; and its topics, made and checked."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from streamal.brokers.clock import wall_clock
from streamal.brokers.kafka import KafkaBroker, KafkaOptions, Security
from streamal.brokers.kafka.client import Gap
from streamal.brokers.kafka.watchdog import Bite, die
from streamal.brokers.port import Broker
from streamal.brokers.port import Clock as WallClock
from streamal.brokers.sqlite import SqliteBroker
from streamal.errors import ConfigError, NotAllowed, UsageError
from streamal.lab.rights import rights
from streamal.runtime.faults import NO_FAULTS
from streamal.settings import Settings
from streamal.settings.broker import SqliteBroker as SqliteSettings
from streamal.settings.kafka import KafkaBroker as KafkaSettings
from streamal.settings.security import Security as SecuritySettings
from streamal.wire.topics import LOGICAL, SAMPLES, Topics, lacking

MEMORY = ":memory:"

ONE_SHOT_S = 30.0
"""Seconds that a command which does one thing waits for a broker."""


def pass_over(topic: str, partition: int, first: int, oldest: int) -> None:
    """Say nothing of records that are gone: whoever only looks reads what there is."""


def topics_of(settings: Settings) -> Topics:
    """Return the topics as they are named and kept."""
    kept = {name: settings.topics.retention_ms(name) for name in LOGICAL}
    return Topics(
        settings.topics.names(),
        settings.topics.partitions,
        {name: ms for name, ms in kept.items() if ms is not None},
    )


def broker_of(
    settings: Settings,
    make: bool,
    faults: Callable[[str], None] = NO_FAULTS,
    clock: WallClock = wall_clock,
    *,
    patience_s: float = ONE_SHOT_S,
    bite: Bite = die,
    gap: Gap = pass_over,
) -> Broker:
    """Open the configured broker.

    Parameters
    ----------
    make
        Whether a file that is not there is made, and missing topics with it. A cluster's
        topics are made by `streamal topics create` alone.
    faults
        Told where a commit is.
    patience_s, bite, gap
        For Kafka: how long a connection may take to come about, what to do when a call
        hangs, and whom to tell of records that retention dropped unread.

    Raises
    ------
    UsageError
        There is no such file, and none is to be made.
    ConfigError
        It is memory, which no other process can reach.
    """
    found = settings.broker
    if isinstance(found, KafkaSettings):
        return KafkaBroker(kafka_options(found, patience_s), faults, bite, gap)
    path = _path(found)
    if not make and not Path(path).exists():
        raise UsageError(f"{path} is not there; `streamal run` or `streamal send` makes it")
    broker = SqliteBroker(path, clock, faults)
    if make:
        broker.create(topics_of(settings).specs())
    return broker


def kafka_options(found: KafkaSettings, patience_s: float = ONE_SHOT_S) -> KafkaOptions:
    """Return how to reach the cluster."""
    return KafkaOptions(
        servers=found.bootstrap_servers,
        client=found.client,
        security=_security(found.security),
        replication_factor=found.replication_factor,
        min_insync_replicas=found.min_insync_replicas,
        compression=None if found.compression == "none" else found.compression,
        session_timeout_ms=found.session_timeout.milliseconds,
        transaction_timeout_ms=found.transaction_timeout.milliseconds,
        call_timeout_s=found.call_timeout.seconds,
        patience_s=patience_s,
        # librdkafka cannot be made to ask for the rebalance that a static member which comes
        # back owes to its group (ADR 0012, rule 15).
        is_static=found.static_membership and found.client == "kafka-python",
    )


def _security(found: SecuritySettings) -> Security:
    secrets = {
        name: None if secret is None else secret.get_secret_value()
        for name in ("password", "client_secret", "key_password")
        for secret in [getattr(found, name)]
    }
    return Security(
        protocol=found.protocol.upper(),
        mechanism=found.mechanism,
        username=found.username,
        token_file=found.token_file,
        token_endpoint=found.token_endpoint,
        client_id=found.client_id,
        scope=found.scope,
        ca_file=found.ca_file,
        certificate_file=found.certificate_file,
        key_file=found.key_file,
        check_hostname=found.check_hostname,
        **secrets,
    )


def is_there(settings: Settings) -> bool:
    """Return whether the broker has anything yet: the embedded one makes its file."""
    found = settings.broker
    return isinstance(found, KafkaSettings) or Path(_path(found)).exists()


def _path(found: SqliteSettings) -> str:
    """Return the broker's file. Raises `ConfigError`: memory would be each command's own."""
    if found.path == MEMORY:
        raise ConfigError(
            f"broker.path is {MEMORY}, which no other command can read or write; name a file, "
            "such as streamal.db"
        )
    return found.path


def create_topics(settings: Settings) -> tuple[list[str], list[str]]:
    """Create the missing topics; return the names of those made, and of all there are."""
    before = topics_there(settings)
    with closing(broker_of(settings, make=True)) as broker:
        broker.create(topics_of(settings).specs())
        there = broker.partitions()
    return [name for name in there if name not in before], sorted(there)


def topics_there(settings: Settings) -> dict[str, int]:
    """Return the partitions of the topics that are there; none without a file."""
    if not is_there(settings):
        return {}
    with closing(broker_of(settings, make=False)) as broker:
        return broker.partitions()


def topic_problems(settings: Settings) -> list[str]:
    """Return what is wrong with the topics: missing, partitions, how they are kept.

    Raises
    ------
    NotAllowed
        Nothing else is wrong, but how they are kept is not ours to see.
    """
    topics = topics_of(settings)
    with closing(broker_of(settings, make=False)) as broker:
        there = broker.partitions()
        problems = lacking(topics, there)
        if isinstance(broker, KafkaBroker):
            try:
                seen = (spec for spec in topics.specs() if spec.name in there)
                problems += broker.misconfigured(seen)
            except NotAllowed:
                if not problems:
                    raise
    return problems


def right_problems(settings: Settings) -> list[str]:
    """Return which permissions `run` lacks on its topics and groups.

    About the ids of its writers a broker cannot be asked: `run` itself finds out.
    """
    topics, prefix = topics_of(settings), settings.topics.prefix
    needed = [right for right in rights(topics, prefix) if right.who == "run"]
    with closing(broker_of(settings, make=False)) as broker:
        if not isinstance(broker, KafkaBroker):
            return []
        on_topics = [right for right in needed if right.resource == "topic"]
        permitted = broker.permitted(right.name for right in on_topics)
        problems = [
            f"{operation} is not granted on topic {right.name}"
            for right in on_topics
            for operation in right.operations
            if operation not in permitted.get(right.name, ())
        ]
        groups = [right.name for right in needed if right.resource == "group"]
        return [*problems, *_refused(broker, groups, topics[SAMPLES])]


def _refused(broker: Broker, groups: Iterable[str], topic: str) -> Iterator[str]:
    for group in groups:
        try:
            broker.committed(group, topic)
        except NotAllowed as error:
            yield str(error)
