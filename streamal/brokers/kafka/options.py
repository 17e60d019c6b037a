"""What a connection to Kafka is configured with, whichever client makes it."""

from typing import Literal

import msgspec

Client = Literal["kafka-python", "confluent"]


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """How to prove who we are, and that the broker is who it says.

    Parameters
    ----------
    protocol
        Kafka's name: ``PLAINTEXT``, ``SSL``, ``SASL_PLAINTEXT`` or ``SASL_SSL``.
    mechanism
        With SASL: ``PLAIN``, ``SCRAM-SHA-256``, ``SCRAM-SHA-512`` or ``OAUTHBEARER``.
    token_file, token_endpoint
        Where OAUTHBEARER gets its tokens: a file that is read anew each time, or an
        endpoint that takes `client_id` and `client_secret`.
    """

    protocol: str = "PLAINTEXT"
    mechanism: str | None = None
    username: str | None = None
    password: str | None = None
    token_file: str | None = None
    token_endpoint: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    key_password: str | None = None
    check_hostname: bool = True

    def __repr__(self) -> str:
        return f"Security({self.protocol}, {self.mechanism}, username={self.username!r})"


class KafkaOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a cluster, and how long to wait for it.

    Parameters
    ----------
    servers
        ``host:port`` of some brokers; they name the others.
    patience_s
        Seconds that a connection may take to come about before `BrokerUnavailable`.
    call_timeout_s
        Seconds that a transactional call may take; a longer one has hung for ever.
    is_static
        Whether a member's name is its static membership (KIP-345).
    """

    servers: tuple[str, ...]
    client: Client = "kafka-python"
    security: Security = Security()
    replication_factor: int | None = None
    min_insync_replicas: int | None = None
    compression: str | None = "lz4"
    session_timeout_ms: int = 10_000
    transaction_timeout_ms: int = 15_000
    call_timeout_s: float = 20.0
    patience_s: float = 3.0
    is_static: bool = True

    @property
    def name(self) -> str:
        """The cluster, as people know it."""
        return ", ".join(self.servers)
