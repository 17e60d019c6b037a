"""The cluster of the tests: starts, dies, freezes and comes back as it says."""

from contextlib import closing
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.kafka.client import admin
from tests.kafka.cluster import Cluster
from tests.kafka.conftest import MakeCluster, made, named
from tests.kafka.node import NodeFailed


def _keep(bootstrap: list[str], value: bytes) -> str:
    """Write the value to a new topic, and return its name."""
    topic = f"kept-{uuid4().hex}"
    with closing(admin(bootstrap)) as client:
        client.create_topics([topic], wait_for_metadata=True)
    with closing(KafkaProducer(bootstrap_servers=bootstrap, acks="all")) as producer:
        producer.send(topic, value).get(30)
    return topic


def _kept(bootstrap: list[str], topic: str) -> list[bytes]:
    """All values of the topic."""
    place = TopicPartition(topic, 0)
    settings = {"bootstrap_servers": bootstrap, "auto_offset_reset": "earliest"}
    with closing(KafkaConsumer(**settings)) as consumer:
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        values: list[bytes] = []
        while len(values) < end:
            values += [record.value for record in consumer.poll(30_000).get(place, [])]
    return values


def _come_back(cluster: Cluster) -> None:
    cluster.restart()
    cluster.wait_ready()


def _state(pid: int) -> str:
    """The letter of a process: T is stopped (proc(5)); Z has ended."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]


def test_it_answers(bootstrap: list[str]) -> None:
    """A record that was written can be read."""
    topic = _keep(bootstrap, b"one")
    assert _kept(bootstrap, topic) == [b"one"]


def test_the_environment_names_a_cluster() -> None:
    """Addresses are separated by commas; none at all is no cluster."""
    assert named({"STREAMAL_TEST_BOOTSTRAP": "a:1, b:2"}) == ["a:1", "b:2"]
    assert named({"STREAMAL_TEST_BOOTSTRAP": ""}) == named({}) == []


def test_a_killed_node_comes_back(make_cluster: MakeCluster) -> None:
    """What was written before kill -9 is there when the node is; a thread may restart it.

    A process that dies with its parent dies with the *thread* that started it, unless
    that thread lives on.
    """
    cluster = make_cluster()
    topic = _keep(cluster.bootstrap, b"before")
    cluster.kill()
    with pytest.raises(NodeFailed, match="ended with code -9"):
        cluster.wait_ready(1)
    thread = Thread(target=_come_back, args=[cluster])
    thread.start()
    thread.join()
    cluster.wait_ready()
    assert _kept(cluster.bootstrap, topic) == [b"before"]


def test_a_frozen_node_stands_still_and_runs_on(make_cluster: MakeCluster) -> None:
    """Between freeze and thaw no thread of the node runs; afterwards it answers."""
    cluster = make_cluster(session_ms=180_000)
    cluster.freeze()
    assert _state(cluster.pid()) == "T"
    with pytest.raises(NodeFailed, match="not ready after 1 s"):
        cluster.wait_ready(1)
    cluster.thaw()
    cluster.wait_ready()


def test_three_nodes_outlive_one(make_cluster: MakeCluster) -> None:
    """What three nodes have written can be read while one of them is dead."""
    cluster = make_cluster(nodes=3)
    assert len(set(cluster.bootstrap)) == 3
    topic = _keep(cluster.bootstrap, b"thrice")
    cluster.kill(0)
    assert _kept(cluster.bootstrap, topic) == [b"thrice"]
    cluster.restart(0)
    cluster.wait_ready()


def test_two_starts_are_refused(cluster: Cluster) -> None:
    """A node that runs is not started again."""
    with pytest.raises(NodeFailed, match="node-1 runs already"):
        cluster.restart()


def test_a_failed_start_shows_the_log(tmp_path: Path) -> None:
    """The error of a start that fails holds what Kafka says, and nothing runs on."""
    (tmp_path / "node-1").mkdir()
    (tmp_path / "node-1" / "data").write_text("in the way")
    cluster = made(tmp_path)
    with pytest.raises(NodeFailed, match=r"could not format.*\n(.*\n)*.*Exception"):
        cluster.start()
