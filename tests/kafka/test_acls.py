"""With the rights that `topics check --acls` prints each program works, and with one less not."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest

from tests.cli import conftest
from tests.cli.shell import Ran, Shell, csv
from tests.kafka.access import CLIENTS, access
from tests.kafka.cluster import Cluster
from tests.kafka.secure import USERS

shell = conftest.shell

WHO = "User:app"
Right = tuple[str, str, str]
"""An operation, on what, and its name at the broker; a star ends a prefix."""


class Stage:
    """A service with topics of its own, and the user `app` who may do what a test grants."""

    def __init__(self, shell: Shell, cluster: Cluster, prefix: str) -> None:
        self.shell = shell
        self._cluster = cluster
        self.prefix = prefix
        acls = shell.good("topics", "check", "--acls", "--json").document["acls"]
        self._rights = {who: _rights(acls, who) for who in {acl["who"] for acl in acls}}

    def of(self, who: str) -> list[Right]:
        """Return the rights of a program, one operation each."""
        return self._rights[who]

    def grant(self, rights: Sequence[Right]) -> None:
        """Let `app` do this, and nothing else."""
        self._cluster.revoke(WHO)
        self._cluster.grant(WHO, *(" ".join(right) for right in rights))

    def become(self, who: str) -> None:
        """Give `app` the rights of a program."""
        self.grant(self.of(who))

    def do(self, who: str, *words: object) -> Ran:
        """Let a program do its work with its rights."""
        self.become(who)
        return self.shell.good(*words)

    def lacking(self, who: str, right: Right, *words: object) -> Ran:
        """Let it try with one right less."""
        self.grant([one for one in self.of(who) if one != right])
        return self.shell(*words)


def _rights(acls: Sequence[dict[str, Any]], who: str) -> list[Right]:
    return [
        (operation, acl["resource"].upper().replace("-", "_"), acl["name"] + _star(acl))
        for acl in acls
        if acl["who"] == who
        for operation in acl["operations"]
    ]


def _star(acl: dict[str, Any]) -> str:
    return "*" if acl["pattern"] == "prefixed" else ""


@pytest.fixture
def stage(
    secure_cluster: Cluster, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """A configuration of SCRAM over TLS, without topics and rights."""
    yield from _stages(secure_cluster, shell, monkeypatch, "kafka-python")


def _stages(
    cluster: Cluster, shell: Shell, monkeypatch: pytest.MonkeyPatch, client: str
) -> Iterator[Stage]:
    prefix = f"acl-{uuid4().hex[:8]}."
    way = access(cluster, "SECURE SCRAM-SHA-512", shell.folder).but(password=None)
    monkeypatch.setenv("STREAMAL_BROKER__SECURITY__PASSWORD", USERS["app"])
    shell.configured(
        broker=way.section(client=client),
        topics={"prefix": prefix},
        auto_label={"threshold": 0.6},
        budget=[{"rate": 0.2, "burst": 20}],
    )
    yield Stage(shell, cluster, prefix)
    cluster.revoke(WHO)


def _answer(stage: Stage) -> Ran:
    words = ("--truth", "t.csv", "--label-column", "label", "--until-idle", 1)
    return stage.do("annotate", "annotate", *words)


def _send(stage: Stage, *words: object) -> Ran:
    return stage.do("send", "send", "t.csv", "--label-column", "label", *words)


def _serve(stage: Stage) -> Ran:
    return stage.do("run", "run", "--until-idle", 1)


@pytest.mark.parametrize("client", CLIENTS)
def test_each_program_works_with_its_rights(
    secure_cluster: Cluster, shell: Shell, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    """Topics are made, samples sent, asked about, answered and learned, and looked at."""
    for stage in _stages(secure_cluster, shell, monkeypatch, client):
        shell.made("t.csv", csv(60))
        stage.do("topics", "topics", "create")
        stage.do("topics", "topics", "check")
        stage.do("topics", "validate")
        _send(stage)
        _serve(stage)
        _answer(stage)
        _serve(stage)
        _is_whole(stage)


def _is_whole(stage: Stage) -> None:
    """All that looks finds what there must be."""
    found = stage.do("look", "status", "--json").document
    shell = stage.shell
    assert (found["samples"], found["requests"]["outstanding"]) == (60, 0)
    assert found["labels"]["learned"] > 0
    assert shell.good("verify", "--json").document["held"]
    assert shell.good("export", "o.jsonl", "--auto-labels", "--json").document["rows"] > 0
    for topic in ("samples", "updates", "dead-letters"):
        shell.good("tail", topic, "-n", 1)
