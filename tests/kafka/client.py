"""A client for what is not read or written: topics, groups, rights and who is there."""

from collections.abc import Sequence

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient


def admin(bootstrap: Sequence[str], **settings: object) -> KafkaAdminClient:
    """Return a client that looks for its broker often; close it.

    One that finds no broker raises KafkaTimeoutError after `bootstrap_timeout_ms`.
    """
    connections: list[KafkaNetClient] = []

    def connect(**given: object) -> KafkaNetClient:
        connections.append(KafkaNetClient(**given))
        return connections[0]

    try:
        return KafkaAdminClient(
            bootstrap_servers=list(bootstrap),
            reconnect_backoff_max_ms=200,
            kafka_client=connect,
            **settings,
        )
    except KafkaError:
        for connection in connections:
            _close(connection)
        raise


def _close(connection: KafkaNetClient) -> None:
    """End what a constructor that raises leaves behind: sockets and a thread (3.0.12)."""
    connection.close()
    connection._manager._net.stop()
