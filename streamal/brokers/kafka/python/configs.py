"""What kafka-python is told; every default of it that is unsafe here is overridden."""

from typing import Any

from streamal.brokers.kafka.options import KafkaOptions, Security
from streamal.brokers.kafka.tokens import Tokens

Config = dict[str, Any]

LARGEST = 64 * 1024 * 1024
"""Bytes of a request: whether a record is too large is the broker's to say."""


def connection(options: KafkaOptions) -> Config:
    """Return what every client of kafka-python needs to reach the cluster."""
    return {
        "bootstrap_servers": list(options.servers),
        "client_id": "streamal",
        "bootstrap_timeout_ms": int(options.patience_s * 1000),
        "request_timeout_ms": 30_000,
        "reconnect_backoff_max_ms": 1_000,
        "metrics_enabled": False,
        **_security(options.security),
    }


def admin(options: KafkaOptions) -> Config:
    """Return what an admin client is told."""
    config = connection(options)
    del config["metrics_enabled"]
    return {**config, "request_timeout_ms": 10_000}


def reader(options: KafkaOptions) -> Config:
    """Return what a reader is told: committed records only, nothing by itself."""
    return {
        **connection(options),
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "auto_offset_reset": "none",
        "allow_auto_create_topics": False,
        "fetch_max_wait_ms": 100,
        # Ahead of what is at work at most so much is fetched: memory stays bounded in a backlog.
        "fetch_max_bytes": 8 * 1024 * 1024,
        "max_partition_fetch_bytes": 2 * 1024 * 1024,
    }


def consumer(options: KafkaOptions, group: str, member: str | None) -> Config:
    """Return what a member of a group is told."""
    from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

    return {
        **reader(options),
        "group_id": group,
        "group_instance_id": member,
        "session_timeout_ms": options.session_timeout_ms,
        # The others hear of a rebalance with their next heartbeat, and all wait for the last.
        "heartbeat_interval_ms": options.session_timeout_ms // 30,
        "partition_assignment_strategy": (CooperativeStickyAssignor,),
    }


def producer(options: KafkaOptions, transactional_id: str) -> Config:
    """Return what a transactional producer is told.

    A pause of 100 ms between tries, the default, is what back-to-back transactions then
    take: p99 220 ms; with 5 ms it is 20.
    """
    return {
        **connection(options),
        "transactional_id": transactional_id,
        "transaction_timeout_ms": options.transaction_timeout_ms,
        "delivery_timeout_ms": 120_000,
        "max_block_ms": int(options.call_timeout_s * 750),
        "retry_backoff_ms": 5,
        "linger_ms": 5,
        "batch_size": 256 * 1024,
        "max_request_size": LARGEST,
        "compression_type": options.compression,
        "allow_auto_create_topics": False,
    }


def _security(security: Security) -> Config:
    config: Config = {"security_protocol": security.protocol}
    if security.protocol.endswith("SSL"):
        config |= {
            "ssl_cafile": security.ca_file,
            "ssl_certfile": security.certificate_file,
            "ssl_keyfile": security.key_file,
            "ssl_password": security.key_password,
            "ssl_check_hostname": security.check_hostname,
        }
    if security.protocol.startswith("SASL"):
        config |= _sasl(security)
    return config


def _sasl(security: Security) -> Config:
    if security.mechanism == "OAUTHBEARER":
        from streamal.brokers.kafka.python.oauth import provider

        return {
            "sasl_mechanism": security.mechanism,
            "sasl_oauth_token_provider": provider(Tokens(security)),
        }
    return {
        "sasl_mechanism": security.mechanism,
        "sasl_plain_username": security.username,
        "sasl_plain_password": security.password,
    }
