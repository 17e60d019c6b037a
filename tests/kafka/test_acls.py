"""With the rights that `topics check --acls` prints each program works, and with one less not."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.lab.status import status
from streamal.runtime.replay import replay
from streamal.wire.topics import LABELS, LOGICAL, REQUESTS, Topics
from tests.cli import conftest
from tests.cli.shell import Ran, Shell, csv, ended
from tests.kafka.access import CLIENTS, access
from tests.kafka.cluster import Cluster
from tests.kafka.process import killed, started
from tests.kafka.secure import USERS

shell = conftest.shell

# A client that is closed while it connects drops the socket (`Task.close` in net/selector.py
# of kafka-python 3.0.12), and Python closes it then; here are a hundred short-lived clients.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:unclosed <socket\.socket .*raddr=\('127:ResourceWarning"
)

WHO = "User:app"
PASSWORD = "STREAMAL_BROKER__SECURITY__PASSWORD"
PATIENCE = 60.0
PAUSE = 0.1

Right = tuple[str, str, str]
"""An operation, on what, and its name at the broker; a star ends a prefix."""


class Stage:
    """A service with topics of its own, and the user `app` who may do what a test grants."""

    def __init__(self, shell: Shell, cluster: Cluster, client: str) -> None:
        self.shell = shell
        self._cluster = cluster
        self._prefix = f"acl-{uuid4().hex[:8]}."
        self._topics = Topics({name: self._prefix + name for name in LOGICAL})
        self._view = KafkaBroker(KafkaOptions(servers=tuple(cluster.bootstrap)))
        way = access(cluster, "SECURE SCRAM-SHA-512", shell.folder).but(password=None)
        shell.configured(
            broker=way.section(client=client),
            topics={"prefix": self._prefix},
            auto_label={"threshold": 0.6},
            budget=[{"rate": 0.2, "burst": 20}],
        )
        self._acls = shell.good("topics", "check", "--acls", "--json").document["acls"]

    def close(self) -> None:
        """Take all rights back."""
        self._view.close()
        self._cluster.revoke(WHO)

    def rights(self, who: str) -> list[Right]:
        """Return the rights of a program, one operation each."""
        return [
            (operation, acl["resource"].upper().replace("-", "_"), acl["name"] + _star(acl))
            for acl in self._acls
            if acl["who"] == who
            for operation in acl["operations"]
        ]

    def grant(self, rights: Sequence[Right]) -> None:
        """Let `app` do this, and nothing else."""
        self._cluster.revoke(WHO)
        self._cluster.grant(WHO, *(" ".join(right) for right in rights))

    def do(self, who: str, *words: object) -> Ran:
        """Let a program do its work with its rights."""
        self.grant(self.rights(who))
        return self.shell.good(*words)

    def lacking(self, who: str, right: Right, *words: object) -> Ran:
        """Let it try with one right less."""
        self.grant([one for one in self.rights(who) if one != right])
        return self.shell(*words)

    def work(self, who: str, words: Sequence[object], is_done: Callable[[], bool]) -> None:
        """Let a program work until that is done, and end it with SIGTERM."""
        self.grant(self.rights(who))
        child = started(self.shell.folder, *words, **{PASSWORD: USERS["app"]})
        try:
            deadline = time.monotonic() + PATIENCE
            while not is_done():
                assert child.poll() is None, ended(child)
                assert time.monotonic() < deadline, self.seen()
                time.sleep(PAUSE)
            child.send_signal(signal.SIGTERM)
            ran = ended(child)
        finally:
            killed({who: child})
        assert ran.code == 0, ran

    def serve(self, samples: int, outstanding: int | None = None) -> None:
        """Let the service decide so many samples, and learn until so few requests are open."""

        def is_done() -> bool:
            seen = self.seen()
            is_open = seen["requests"]["outstanding"]
            return seen["samples"] == samples and outstanding in (None, is_open)

        self.work("run", ["run"], is_done)

    def answer(self) -> None:
        """Let somebody answer all that is asked."""
        words = ("annotate", "--truth", "t.csv", "--label-column", "label")
        self.work("annotate", words, lambda: self._count(LABELS) == self._count(REQUESTS) > 0)

    def send(self) -> None:
        """Send sixty samples."""
        self.do("send", "send", "t.csv", "--label-column", "label")

    def seen(self) -> dict[str, Any]:
        """Return what the administrator sees of the service."""
        return status(self._view, self._topics, self._prefix)

    def _count(self, topic: str) -> int:
        name = self._topics[topic]
        return sum(1 for _ in replay(self._view, name, self._view.ends(name)))


def _star(acl: dict[str, Any]) -> str:
    return "*" if acl["pattern"] == "prefixed" else ""


@pytest.fixture(params=CLIENTS)
def stage(
    secure_cluster: Cluster,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Stage]:
    """SCRAM over TLS with one of the clients, no topics yet, and no rights."""
    monkeypatch.setenv(PASSWORD, USERS["app"])
    shell.made("t.csv", csv(60))
    stage = Stage(shell, secure_cluster, request.param)
    yield stage
    stage.close()


python_only = pytest.mark.parametrize("stage", CLIENTS[:1], indirect=True)


def test_each_program_works_with_its_rights(stage: Stage) -> None:
    """Topics are made, samples sent, asked about, answered and learned, and looked at."""
    stage.do("topics", "topics", "create")
    stage.do("topics", "topics", "check")
    stage.do("run", "validate")
    stage.send()
    stage.serve(60)
    stage.answer()
    stage.serve(60, outstanding=0)
    found = stage.do("look", "status", "--json").document
    assert found["samples"] == 60
    assert found["labels"]["learned"] > 0
    assert stage.shell.good("verify", "--json").document["held"]
    assert stage.shell.good("export", "o.jsonl", "--auto-labels", "--json").document["rows"] > 0
    for topic in LOGICAL:
        stage.shell.good("tail", topic, "-n", 1)


def _faults(ran: Ran, right: Right, code: int = 78) -> list[str]:
    """What of a refusal is not clear: its exit code, and that it names what is lacking."""
    name = right[2].rstrip("*")
    clear = name in ran.err and ("--acls" in ran.err or "no right to see it" in ran.err)
    return [] if (ran.code, clear) == (code, True) else [f"{right}: exit {ran.code}, {ran.err}"]


@python_only
def test_the_service_needs_each_of_its_rights(stage: Stage) -> None:
    """With one right less `run` exits 78 and names it; nothing is lost, and with all it goes on."""
    stage.do("topics", "topics", "create")
    stage.send()
    words = ("run", "--until-idle", 30)
    faults: list[str] = []
    for right in sorted(stage.rights("run"), key=_soon):
        faults += _faults(stage.lacking("run", right, *words), right)
    assert faults == []
    stage.send()
    stage.serve(120)


def _soon(right: Right) -> int:
    """What the arbiter writes first comes first; then what scorers do, then all else."""
    order = ("WRITE updates", "WRITE state", "WRITE candidates")
    word = f"{right[0]} {right[2].partition('.')[2]}"
    return order.index(word) if word in order else len(order)


@python_only
def test_validate_names_what_is_not_granted(stage: Stage) -> None:
    """Before the first run `validate` exits 1 and names each lacking right on topics and groups."""
    stage.do("topics", "topics", "create")
    for right in stage.rights("run"):
        if right[1] != "TRANSACTIONAL_ID":
            ran = stage.lacking("run", right, "validate")
            assert (ran.code, right[2] in ran.err) == (1, True), (right, ran)


@python_only
def test_send_and_annotate_need_each_of_their_rights(stage: Stage) -> None:
    """With one right less `send` and `annotate` exit 78 and name it."""
    stage.do("topics", "topics", "create")
    send = ("send", "t.csv", "--label-column", "label")
    faults = [
        fault
        for right in stage.rights("send")
        for fault in _faults(stage.lacking("send", right, *send), right)
    ]
    stage.send()
    stage.serve(60)
    answer = ("annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle", 30)
    for right in stage.rights("annotate"):
        faults += _faults(stage.lacking("annotate", right, *answer), right)
    assert faults == []


@python_only
def test_topics_need_each_of_their_rights(stage: Stage) -> None:
    """With one right less the topics are not made or not checked, and a message says why."""
    faults: list[str] = []
    rights = stage.rights("topics")
    for right in [right for right in rights if right[0] == "CREATE"]:
        faults += _faults(stage.lacking("topics", right, "topics", "create"), right)
    stage.do("topics", "topics", "create")
    for right in [right for right in rights if right[0] != "CREATE"]:
        code = 1 if right[0] == "DESCRIBE" else 78
        faults += _faults(stage.lacking("topics", right, "topics", "check"), right, code)
    assert faults == []


@python_only
def test_looking_needs_each_of_its_rights(stage: Stage) -> None:
    """With one right less a topic cannot be looked at, or the lag not be told."""
    stage.do("topics", "topics", "create")
    faults: list[str] = []
    for right in stage.rights("look"):
        is_topic = right[1] == "TOPIC"
        words = ("tail", right[2], "-n", 1) if is_topic else ("status",)
        faults += _faults(stage.lacking("look", right, *words), right)
    assert faults == []
