"""What is asked of the cluster itself: topics, offsets, groups. Used with either client."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from kafka import KafkaConsumer
from kafka.admin import (
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    MemberToRemove,
    OffsetSpec,
)
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
    TopicAlreadyExistsError,
)
from kafka.structs import TopicPartition

from streamal.brokers.kafka.options import KafkaOptions
from streamal.brokers.kafka.python import configs
from streamal.brokers.kafka.python.consumer import COMMITTED_MS
from streamal.brokers.kafka.python.failures import denied, translated
from streamal.brokers.kafka.python.opening import opened
from streamal.brokers.kafka.python.reason import LastReason
from streamal.errors import BrokerUnavailable

TopicConfigs = Mapping[str, Mapping[str, str]]

_UNSETTLED = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)
_SETTLING_S = 10.0
_PAUSE_S = 0.1

_CAUSES = (
    "it is not running or not to be reached, or the user name, password or token is wrong, "
    "a certificate is not trusted (ca_file, certificate_file) or not for that host "
    "(check_hostname), or security.protocol or mechanism is not the listener's"
)


class Admin:
    """Connects when it is first asked; a connection that broke is made anew."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._made: Any = None

    def topics(self) -> dict[str, int]:
        """Return every topic that we may see, with its number of partitions."""
        found = self._ask("listing topics", lambda client: client.describe_topics())
        return {
            topic["name"]: len(topic["partitions"])
            for topic in found
            if not topic["is_internal"] and not topic["error_code"]
        }

    def permitted(self, topics: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return what we may do with each of the topics that we may see."""
        found = self._ask(
            "asking for permissions", lambda client: client.describe_topics(list(topics))
        )
        return {
            topic["name"]: frozenset(topic["authorized_operations"] or ())
            for topic in found
            if not topic["error_code"]
        }

    def create(self, topics: Mapping[str, Mapping[str, Any]]) -> None:
        """Create topics and wait until each has its leaders; one that is there is left."""

        def make(client: Any) -> None:
            for name, spec in topics.items():
                with suppress(TopicAlreadyExistsError):
                    client.create_topics({name: spec}, wait_for_metadata=True)

        self._ask(f"creating {', '.join(topics)}", make)

    def ends(self, topic: str, count: int) -> dict[int, tuple[int, int]]:
        """Return per partition the oldest offset and the one after the newest record."""
        places = [TopicPartition(topic, partition) for partition in range(count)]
        oldest, newest = (
            self._ask(f"asking for the offsets of {topic}", _offsets(places, spec))
            for spec in (OffsetSpec.EARLIEST, OffsetSpec.LATEST)
        )
        return {tp.partition: (oldest[tp].offset, newest[tp].offset) for tp in places}

    def committed(self, group: str, topic: str, count: int) -> dict[int, int]:
        """Return the offsets that a group has committed, once none of them is pending.

        Through a consumer that never joins: the admin client of 3.0 cannot ask so (KIP-447)
        and is given the offsets of before a transaction whose commit has just returned.
        """
        settings = configs.consumer(self._options, group, None)
        with translated(f"asking for the offsets of group {group} at {self._options.name}"):
            asking = opened(KafkaConsumer, settings)
            try:
                found = {
                    part: asking.committed(TopicPartition(topic, part), timeout_ms=COMMITTED_MS)
                    for part in range(count)
                }
            finally:
                asking.close(autocommit=False)
        return {part: at for part, at in found.items() if at is not None and at >= 0}

    def configs(self, topics: Iterable[str]) -> TopicConfigs:
        """Return what the topics are configured with, defaults of the broker included."""
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
        if not wanted:
            return {}
        doing = "reading the configuration of topics"
        found = self._ask(
            doing, lambda client: client.describe_configs(wanted, config_filter="all")
        )["topic"]
        # 3.0 does not look at the errors of an answer; no topic is without configuration.
        if hidden := sorted(name for name, entries in found.items() if not entries):
            raise denied(f"{doing}: DESCRIBE_CONFIGS is not granted on {', '.join(hidden)}")
        return {
            name: {key: entry["value"] for key, entry in entries.items()}
            for name, entries in found.items()
        }

    def leave(self, group: str, member: str, instance: str) -> None:
        """Remove a static member that has closed; one that has a successor stays.

        The broker compares the member's id with the one that now has the name, if given.
        """
        leaving = [MemberToRemove(member or None, instance, "shut down")]
        self._ask(
            f"leaving group {group}", lambda client: client.remove_group_members(group, leaving)
        )

    def close(self) -> None:
        """Close the connection; a second close does nothing."""
        if self._made is not None:
            self._made.close()
            self._made = None

    def _ask(self, doing: str, question: Callable[[Any], Any]) -> Any:
        with translated(f"{doing} at {self._options.name}"):
            try:
                return _settled(lambda: question(self._client()))
            except KafkaError:
                self.close()
                raise

    def _client(self) -> Any:
        if self._made is None:
            self._made = _connected(self._options)
        return self._made


def _settled(question: Callable[[], Any]) -> Any:
    """Ask again while the cluster elects who answers, as a new one does at the first question."""
    deadline = time.monotonic() + _SETTLING_S
    while True:
        try:
            return question()
        except _UNSETTLED:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)


def _offsets(places: list[TopicPartition], spec: OffsetSpec) -> Callable[[Any], Any]:
    return lambda client: client.list_partition_offsets(dict.fromkeys(places, spec))


def _connected(options: KafkaOptions) -> Any:
    began = time.monotonic()
    with LastReason() as reason:
        try:
            return opened(KafkaAdminClient, configs.admin(options))
        except (KafkaError, OSError) as error:
            raise BrokerUnavailable(
                f"no Kafka broker answers at {options.name} "
                f"({time.monotonic() - began:.0f} s): {_CAUSES}; "
                f"the client says {reason.told(error)}"
            ) from error
