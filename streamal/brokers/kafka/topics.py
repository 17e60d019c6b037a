"""What a topic needs from a broker, in Kafka's words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from streamal.brokers.kafka.options import KafkaOptions
from streamal.core.log import TopicSpec

LARGEST = 1024 * 1024 + 12
"""Kafka's default for `max.message.bytes`."""

_TEN_MINUTES = str(10 * 60 * 1000)

COMPACTED = {
    "cleanup.policy": "compact",
    # The newest segment is never compacted, and a restore reads all of it.
    "segment.bytes": str(16 * 1024 * 1024),
    "segment.ms": _TEN_MINUTES,
    "max.compaction.lag.ms": _TEN_MINUTES,
    "min.cleanable.dirty.ratio": "0.1",
}


def configuration(spec: TopicSpec, options: KafkaOptions) -> dict[str, str]:
    """Return the configuration with which a topic is made.

    The ledger's clock is the time at which the broker appended a record, hence
    ``LogAppendTime``.

    Examples
    --------
    >>> options = KafkaOptions(servers=("localhost:9092",))
    >>> configuration(TopicSpec("updates"), options)["retention.ms"]
    '-1'
    """
    retention = "-1" if spec.retention_ms is None else str(spec.retention_ms)
    config = {
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(LARGEST + spec.headroom),
        "retention.bytes": "-1",
        **(
            COMPACTED if spec.compacted else {"cleanup.policy": "delete", "retention.ms": retention}
        ),
    }
    in_sync = options.min_insync_replicas
    if in_sync is None and (options.replication_factor or 0) >= 3:
        in_sync = 2
    return config if in_sync is None else {**config, "min.insync.replicas": str(in_sync)}


def creation(spec: TopicSpec, options: KafkaOptions) -> dict[str, Any]:
    """Return what the admin client makes a topic of; -1 is the broker's own default."""
    return {
        "num_partitions": spec.partitions,
        "replication_factor": options.replication_factor or -1,
        "configs": configuration(spec, options),
    }


CHECKED = ("cleanup.policy", "message.timestamp.type", "retention.ms", "retention.bytes")


def differing(spec: TopicSpec, options: KafkaOptions, found: Mapping[str, str]) -> Iterator[str]:
    """Yield what of a topic's configuration is not as the laws need it."""
    wanted = configuration(spec, options)
    for key in CHECKED:
        if key in wanted and _short(key, found.get(key), wanted[key]):
            yield f"topic {spec.name} has {key}={found.get(key)}, {wanted[key]} is needed"
    if "min.insync.replicas" in wanted:
        there, needed = int(found.get("min.insync.replicas", 1)), wanted["min.insync.replicas"]
        if there < int(needed):
            yield f"topic {spec.name} has min.insync.replicas={there}, {needed} is needed"


def cramped(specs: Iterable[TopicSpec], found: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield each topic that takes no records larger than others do by its headroom.

    A dead letter is what it was and more; one that does not fit would end the service.
    """
    largest = {
        spec: int(found[spec.name].get("max.message.bytes", LARGEST))
        for spec in specs
        if spec.name in found
    }
    needed = max((size for spec, size in largest.items() if not spec.headroom), default=0)
    for spec, size in largest.items():
        if spec.headroom and size < needed + spec.headroom:
            yield (
                f"topic {spec.name} has max.message.bytes={size}, {needed + spec.headroom} is "
                f"needed: {spec.headroom} more than the largest of the others"
            )


def _short(key: str, found: str | None, wanted: str) -> bool:
    """Is less there than wanted? Records may be kept longer."""
    if key.startswith("retention") and found is not None:
        return _kept(found) < _kept(wanted)
    return found != wanted


def _kept(value: str) -> float:
    return float("inf") if value == "-1" else float(value)
