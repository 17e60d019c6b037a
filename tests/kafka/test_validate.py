"""`validate` names each permission that `run` would lack."""

import pytest

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.wire.topics import LOGICAL, Topics
from tests.cli import conftest
from tests.cli.shell import Shell
from tests.kafka.access import access
from tests.kafka.cluster import Cluster
from tests.kafka.secure import USERS

shell = conftest.shell


def test_validate_names_what_is_not_granted(
    secure_cluster: Cluster, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all rights of `run` it exits 0; without one on a topic or a group it exits 1."""
    monkeypatch.setenv("STREAMAL_BROKER__SECURITY__PASSWORD", USERS["app"])
    prefix = "validate."
    way = access(secure_cluster, "SECURE SCRAM-SHA-512", shell.folder).but(password=None)
    shell.configured(broker=way.section(), topics={"prefix": prefix})
    acls = shell.good("topics", "check", "--acls", "--json").document["acls"]
    _make(secure_cluster, [acl["name"] for acl in acls if acl["who"] == "topics"])
    needed = [
        (operation, acl["resource"].upper().replace("-", "_"), acl["name"])
        for acl in acls
        if acl["who"] == "run" and acl["pattern"] == "literal"
        for operation in acl["operations"]
    ]
    try:
        _grant(secure_cluster, needed)
        ran = shell.good("validate")
        assert "how the topics are kept was not checked" in ran.err
        lost = ("WRITE", "TOPIC", f"{prefix}updates")
        _grant(secure_cluster, [one for one in needed if one != lost])
        assert f"WRITE is not granted on topic {prefix}updates" in _refused(shell)
        _grant(secure_cluster, [one for one in needed if one[1] != "GROUP"])
        assert f"group {prefix}streamal-arbiter" in _refused(shell)
    finally:
        secure_cluster.revoke("User:app")


def _refused(shell: Shell) -> str:
    ran = shell("validate")
    assert ran.code == 1, ran
    return ran.err


def _make(cluster: Cluster, names: list[str]) -> None:
    topics = Topics({name: f"validate.{name}" for name in LOGICAL})
    assert {spec.name for spec in topics.specs()} == set(names)
    broker = KafkaBroker(KafkaOptions(servers=tuple(cluster.bootstrap)))
    broker.create(topics.specs())
    broker.close()


def _grant(cluster: Cluster, rights: list[tuple[str, str, str]]) -> None:
    cluster.revoke("User:app")
    cluster.grant("User:app", *(" ".join(right) for right in rights))
