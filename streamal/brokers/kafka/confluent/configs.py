"""What librdkafka is told; every default of it that is unsafe here is overridden."""

from typing import Any

from streamal.brokers.kafka.options import KafkaOptions, Security
from streamal.brokers.kafka.tokens import Tokens

Config = dict[str, Any]

LARGEST = 64 * 1024 * 1024
"""Bytes of a request: whether a record is too large is the broker's to say."""

NO_LIMIT_KB = 2**31 - 1

NO_GROUP = "streamal-reader"
"""librdkafka wants a group of every consumer; one that never subscribes does not join it."""


def connection(options: KafkaOptions) -> Config:
    """Return what every client of librdkafka needs to reach the cluster."""
    return {
        "bootstrap.servers": ",".join(options.servers),
        "client.id": "streamal",
        "reconnect.backoff.max.ms": 1_000,
        "socket.nagle.disable": True,
        **_security(options.security),
    }


def reader(options: KafkaOptions) -> Config:
    """Return what a reader is told: committed records only, nothing by itself."""
    return {
        **connection(options),
        "group.id": NO_GROUP,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "allow.auto.create.topics": False,
        # A position passes what is no record, markers at the end, by the event of the end.
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 100,
        "max.partition.fetch.bytes": 4 * 1024 * 1024,
        # A seek throws away what was fetched ahead; with these, tens of megabytes at most.
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": 32 * 1024,
        # A full queue is looked at again after this; the default is a second.
        "fetch.queue.backoff.ms": 20,
    }


def consumer(options: KafkaOptions, group: str, member: str | None) -> Config:
    """Return what a member of a group is told."""
    static = {"group.instance.id": member} if member else {}
    return {
        **reader(options),
        **static,
        "group.id": group,
        "group.protocol": "classic",
        "session.timeout.ms": options.session_timeout_ms,
        "heartbeat.interval.ms": options.session_timeout_ms // 30,
        "partition.assignment.strategy": "cooperative-sticky",
    }


def producer(options: KafkaOptions, transactional_id: str) -> Config:
    """Return what a transactional producer is told.

    librdkafka wants a record delivered before the transaction's time-out is over. A batch
    is always queued whole: the one who made it has it in memory anyway.
    """
    return {
        **connection(options),
        "transactional.id": transactional_id,
        "transaction.timeout.ms": options.transaction_timeout_ms,
        "message.timeout.ms": options.transaction_timeout_ms,
        "acks": "all",
        "enable.idempotence": True,
        "retry.backoff.ms": 5,
        "linger.ms": 5,
        "batch.size": 256 * 1024,
        "message.max.bytes": LARGEST,
        "queue.buffering.max.messages": 0,
        "queue.buffering.max.kbytes": NO_LIMIT_KB,
        "compression.type": options.compression or "none",
        "delivery.report.only.error": True,
    }


def _security(security: Security) -> Config:
    config: Config = {"security.protocol": security.protocol}
    if security.protocol.endswith("SSL"):
        config |= {
            "ssl.ca.location": security.ca_file,
            "ssl.certificate.location": security.certificate_file,
            "ssl.key.location": security.key_file,
            "ssl.key.password": security.key_password,
            "ssl.endpoint.identification.algorithm": "https" if security.check_hostname else "none",
        }
    if security.protocol.startswith("SASL"):
        config |= _sasl(security)
    return {key: value for key, value in config.items() if value is not None}


def _sasl(security: Security) -> Config:
    if security.mechanism == "OAUTHBEARER":
        tokens = Tokens(security)
        # Asked from a thread of librdkafka, at the start and when four fifths are over.
        return {
            "sasl.mechanism": security.mechanism,
            "oauth_cb": lambda _: tokens.token_and_end(),
        }
    return {
        "sasl.mechanism": security.mechanism,
        "sasl.username": security.username,
        "sasl.password": security.password,
    }
