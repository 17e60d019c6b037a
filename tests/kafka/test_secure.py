"""The listeners of a secure cluster let in whom they say, and no one else."""

from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
from kafka.errors import KafkaTimeoutError
from kafka.net.sasl.oauth import AbstractTokenProvider

from tests.kafka.client import admin
from tests.kafka.cluster import Cluster
from tests.kafka.secure import MECHANISMS, PROTOCOLS, USERS, token

TOPIC = "guarded"
SHORT_MS = 1500
"""A refused client tries until then; a welcome one needs a tenth."""


class Tokens(AbstractTokenProvider):  # type: ignore[misc]  # a library without types
    """Says that it is `app`."""

    def token(self) -> str:
        return token("app")

    def extensions(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="module", autouse=True)
def topic(secure_cluster: Cluster) -> None:
    """A topic that users may see only when they are granted it."""
    with closing(admin(secure_cluster.bootstrap)) as client:
        client.create_topics([TOPIC], wait_for_metadata=True)


@pytest.fixture(autouse=True)
def rights(secure_cluster: Cluster) -> Iterator[None]:
    """Each test begins and ends without any."""
    yield
    secure_cluster.revoke("User:app")


def _seen(cluster: Cluster, listener: str, settings: Mapping[str, object]) -> list[str]:
    """The topics that a user of the listener sees; raises KafkaTimeoutError if refused."""
    client = admin(
        cluster.addresses(listener),
        bootstrap_timeout_ms=SHORT_MS,
        security_protocol=PROTOCOLS[listener],
        ssl_cafile=str(cluster.ca_file),
        **settings,
    )
    with closing(client):
        return list(client.list_topics())


def _login(mechanism: str, name: str, password: str) -> dict[str, object]:
    if mechanism == "OAUTHBEARER":
        return {"sasl_mechanism": mechanism, "sasl_oauth_token_provider": Tokens()}
    names = {"sasl_plain_username": name, "sasl_plain_password": password}
    return {"sasl_mechanism": mechanism, **names}


WAYS = [(listener, mechanism) for listener, names in MECHANISMS.items() for mechanism in names]


@pytest.mark.parametrize(("listener", "mechanism"), WAYS)
def test_a_user_sees_what_was_granted(
    secure_cluster: Cluster, listener: str, mechanism: str
) -> None:
    """Every mechanism lets `app` in as `app`, who sees a topic from the grant to its end."""
    login = _login(mechanism, "app", USERS["app"])
    assert _seen(secure_cluster, listener, login) == []
    secure_cluster.grant("User:app", f"DESCRIBE TOPIC {TOPIC}")
    assert _seen(secure_cluster, listener, login) == [TOPIC]
    secure_cluster.revoke("User:app")
    assert _seen(secure_cluster, listener, login) == []


@pytest.mark.parametrize("mechanism", MECHANISMS["PASSWORD"])
def test_the_administrator_sees_everything(secure_cluster: Cluster, mechanism: str) -> None:
    """The user `admin` needs no grant."""
    login = _login(mechanism, "admin", USERS["admin"])
    assert TOPIC in _seen(secure_cluster, "SECURE", login)


@pytest.mark.parametrize("mechanism", MECHANISMS["PASSWORD"])
def test_a_wrong_password_is_refused(secure_cluster: Cluster, mechanism: str) -> None:
    """Nobody comes in with a wrong password."""
    with pytest.raises(KafkaTimeoutError):
        _seen(secure_cluster, "SECURE", _login(mechanism, "app", "wrong"))


def test_a_prefix_is_granted(secure_cluster: Cluster) -> None:
    """A star at the end of a name grants every name that begins so."""
    login = _login("PLAIN", "app", USERS["app"])
    secure_cluster.grant("User:app", f"READ TOPIC {TOPIC[:3]}*", "READ GROUP *")
    assert _seen(secure_cluster, "SECURE", login) == [TOPIC]


def test_encryption_alone_asks_for_nobody(secure_cluster: Cluster) -> None:
    """The listener TLS lets everybody in who trusts its authority."""
    assert TOPIC in _seen(secure_cluster, "TLS", {})
    stranger = {"ssl_cafile": str(secure_cluster.certificates.other_ca_file)}
    with pytest.raises(KafkaTimeoutError):
        admin(
            secure_cluster.addresses("TLS"),
            bootstrap_timeout_ms=SHORT_MS,
            security_protocol="SSL",
            **stranger,
        )


def test_a_certificate_says_who_one_is(secure_cluster: Cluster) -> None:
    """The listener MUTUAL knows the holder of a certificate by its common name."""
    files = secure_cluster.certificates
    own = {"ssl_certfile": str(files.client_file), "ssl_keyfile": str(files.client_key_file)}
    assert _seen(secure_cluster, "MUTUAL", own) == []
    secure_cluster.grant("User:app", f"DESCRIBE TOPIC {TOPIC}")
    assert _seen(secure_cluster, "MUTUAL", own) == [TOPIC]


def test_a_strange_certificate_is_refused(secure_cluster: Cluster) -> None:
    """The listener MUTUAL refuses no certificate, and one of another authority."""
    files = secure_cluster.certificates
    other = {"ssl_certfile": str(files.stranger_file), "ssl_keyfile": str(files.stranger_key_file)}
    for own in ({}, other):
        with pytest.raises(KafkaTimeoutError):
            _seen(secure_cluster, "MUTUAL", own)
