"""How a program gets into a secure cluster: the words of `broker.security` for each way."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from streamal.brokers.kafka.options import Client
from tests.kafka.cluster import Cluster
from tests.kafka.secure import PROTOCOLS, USERS, token

CLIENTS: tuple[Client, ...] = ("kafka-python", "confluent")

WAYS = (
    "TLS",
    "MUTUAL",
    "PASSWORD SCRAM-SHA-512",
    "SECURE PLAIN",
    "SECURE SCRAM-SHA-256",
    "SECURE SCRAM-SHA-512",
    "SECURE OAUTHBEARER",
)
"""A listener, and the mechanism where it asks who one is."""


class Access(NamedTuple):
    """Where to knock, and what to say."""

    servers: list[str]
    security: dict[str, object]

    def but(self, **words: object) -> "Access":
        """Return the same with other words; None takes one away."""
        changed = {**self.security, **words}
        return Access(
            self.servers, {key: word for key, word in changed.items() if word is not None}
        )

    def section(self, **more: object) -> dict[str, object]:
        """Return section `broker` of the settings."""
        reached = {"kind": "kafka", "bootstrap_servers": self.servers, "replication_factor": 1}
        return {**reached, "security": self.security, **more}


def access(cluster: Cluster, way: str, folder: Path) -> Access:
    """Return how `app` gets in; a token is written into the folder."""
    listener, _, mechanism = way.partition(" ")
    words: dict[str, object] = {"protocol": PROTOCOLS[listener], **_login(mechanism, folder)}
    if PROTOCOLS[listener].endswith("SSL"):
        words["ca_file"] = str(cluster.ca_file)
    if listener == "MUTUAL":
        words |= _certificate(cluster)
    if PROTOCOLS[listener] == "SASL_PLAINTEXT":
        words["allow_plaintext"] = True
    return Access(cluster.addresses(listener), words)


def _login(mechanism: str, folder: Path) -> Mapping[str, object]:
    if not mechanism:
        return {}
    if mechanism == "OAUTHBEARER":
        file = folder / "token"
        file.write_text(token("app"), encoding="ascii")
        return {"mechanism": mechanism, "token_file": str(file)}
    return {"mechanism": mechanism, "username": "app", "password": USERS["app"]}


def _certificate(cluster: Cluster) -> Mapping[str, object]:
    files = cluster.certificates
    return {
        "certificate_file": str(files.client_file),
        "key_file": str(files.client_key_file),
    }
