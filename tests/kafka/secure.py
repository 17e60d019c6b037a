"""Listeners behind TLS, passwords, tokens and certificates, and who may use them.

| listener  | protocol       | who comes in                                               |
|-----------|----------------|------------------------------------------------------------|
| PLAINTEXT | PLAINTEXT      | everybody, as ANONYMOUS, who may do everything             |
| SECURE    | SASL_SSL       | USERS with their passwords; OAUTHBEARER takes any name     |
| PASSWORD  | SASL_PLAINTEXT | USERS with their passwords                                 |
| TLS       | SSL            | everybody, as ANONYMOUS                                    |
| MUTUAL    | SSL            | holders of a certificate, as the user its common name says |
"""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.kafka.ports import HOST

USERS = {"app": "app-secret", "admin": "admin-secret"}
"""`app` may do nothing until a test grants it; `admin` may do everything."""

PROTOCOLS = {"SECURE": "SASL_SSL", "PASSWORD": "SASL_PLAINTEXT", "TLS": "SSL", "MUTUAL": "SSL"}
SCRAM = ("SCRAM-SHA-512", "SCRAM-SHA-256")
MECHANISMS = {"SECURE": (*SCRAM, "PLAIN", "OAUTHBEARER"), "PASSWORD": (*SCRAM, "PLAIN")}

SECURITY = "org.apache.kafka.common.security"
LOGIN = {
    "SCRAM-SHA-512": f"{SECURITY}.scram.ScramLoginModule required;",
    "SCRAM-SHA-256": f"{SECURITY}.scram.ScramLoginModule required;",
    "PLAIN": " ".join(
        (
            f"{SECURITY}.plain.PlainLoginModule required",
            *(f'user_{name}="{password}"' for name, password in USERS.items()),
        )
    )
    + ";",
    "OAUTHBEARER": f"{SECURITY}.oauthbearer.OAuthBearerLoginModule required;",
}
UNSIGNED = (
    f"{SECURITY}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"
)


class Certificates:
    """Files of PEM: an authority, a server and a client of it, and a stranger.

    Attributes
    ----------
    ca_file
        The authority that signed the rest.
    client_file, client_key_file
        The certificate and key of the user `app`.
    stranger_file, stranger_key_file
        The same, signed by another authority.
    other_ca_file
        That authority: a client that trusts only it refuses the server.
    """

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / "ca.pem"
        self.server_file = folder / "server.pem"
        self.client_file, self.client_key_file = folder / "app.pem", folder / "app.key"
        self.other_ca_file = folder / "other-ca.pem"
        self.stranger_file = folder / "stranger.pem"
        self.stranger_key_file = folder / "stranger.key"

    def issue(self) -> None:
        """Write all of them."""
        ours, other = trustme.CA(), trustme.CA()
        self.ca_file.parent.mkdir(parents=True, exist_ok=True)
        self.ca_file.write_bytes(ours.cert_pem.bytes())
        self.other_ca_file.write_bytes(other.cert_pem.bytes())
        self.server_file.write_bytes(_store(ours.issue_cert(HOST, "localhost"), ours))
        _write(ours.issue_cert(HOST, common_name="app"), self.client_file, self.client_key_file)
        _write(
            other.issue_cert(HOST, common_name="app"), self.stranger_file, self.stranger_key_file
        )


def _write(leaf: trustme.LeafCert, certificate: Path, key: Path) -> None:
    certificate.write_bytes(leaf.cert_chain_pems[0].bytes())
    key.write_bytes(leaf.private_key_pem.bytes())


def _store(leaf: trustme.LeafCert, authority: trustme.CA) -> bytes:
    """A key store as Kafka reads it: the key in PKCS 8, the certificate, the authority."""
    key = load_pem_private_key(leaf.private_key_pem.bytes(), password=None)
    words = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return words + leaf.cert_chain_pems[0].bytes() + authority.cert_pem.bytes()


def settings(certificates: Certificates) -> dict[str, str]:
    """Return the lines of server.properties that make the listeners secure."""
    lines = dict(_authorizer())
    for listener, protocol in PROTOCOLS.items():
        prefix = f"listener.name.{listener.lower()}"
        if protocol.endswith("SSL"):
            lines |= dict(_tls(prefix, certificates))
        if protocol.startswith("SASL"):
            lines |= dict(_sasl(prefix, MECHANISMS[listener]))
    lines["listener.name.mutual.ssl.client.auth"] = "required"
    lines["listener.name.mutual.ssl.principal.mapping.rules"] = r"RULE:^.*CN=(\\w+).*$/$1/"
    return lines


def _authorizer() -> Iterator[tuple[str, str]]:
    yield "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    yield "super.users", "User:ANONYMOUS;User:admin"


def _tls(prefix: str, certificates: Certificates) -> Iterator[tuple[str, str]]:
    for store, path in (("key", certificates.server_file), ("trust", certificates.ca_file)):
        yield f"{prefix}.ssl.{store}store.type", "PEM"
        yield f"{prefix}.ssl.{store}store.location", str(path)


def _sasl(prefix: str, mechanisms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield f"{prefix}.sasl.enabled.mechanisms", ",".join(mechanisms)
    for mechanism in mechanisms:
        yield f"{prefix}.{mechanism.lower()}.sasl.jaas.config", LOGIN[mechanism]
    if "OAUTHBEARER" in mechanisms:
        yield f"{prefix}.oauthbearer.sasl.server.callback.handler.class", UNSIGNED


def users() -> Iterator[str]:
    """Yield the words with which a fresh log directory learns the users."""
    for name, password in USERS.items():
        for mechanism in SCRAM:
            yield from ("--add-scram", f"{mechanism}=[name={name},password={password}]")


def token(name: str, seconds: float = 3600.0) -> str:
    """Return an unsigned token for OAUTHBEARER, which the broker takes at its word."""
    now = time.time()
    # A second ago: the broker rounds it to milliseconds, and refuses what is of the future.
    claims = {"sub": name, "iat": now - 1.0, "exp": now + seconds}
    return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
