"""A broker that is killed, frozen or not there yet; and leaders of three that are killed."""

from pathlib import Path
from zlib import crc32

from confluent_kafka.admin import AdminClient

from tests.chaos.asked import Asked
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, judged

SESSION_MS = 12_000
"""Longer than a freeze and what a busy machine adds: one beyond it is as good as a kill."""

KILL_ROUND_S = 30.0
"""Seconds of a kill: 12 until the controller gives the broker up, and 3 until it is ready."""

AFTER_S = 16.0
FROZEN_S = (5.0, 20.0)
THAWED_S = 20.0
ENOUGH_MS = 180_000
"""A frozen broker must not be taken for dead: it would break promises of its own."""

LEADER_ROUND_S = 60.0
BACK_S = 25.0
"""Seconds without a node: a failover takes 14 of them."""

TRANSACTION_PARTITIONS = 4


def broker(folder: Path, asked: Asked) -> Verdict:
    """Kill the only broker, later freeze it; it is away when the workers start, too."""
    seconds = (KILL_ROUND_S + THAWED_S) * asked.rounds
    with Stage(folder, asked, seconds, session_ms=SESSION_MS, apart=True) as stage:
        stage.cluster.kill()
        stage.begin_workers()
        back(stage)
        stage.begin()
        for number in stage.rounds(THAWED_S):
            stage.tell(f"kill {number + 1} of the broker")
            stage.cluster.kill()
            back(stage)
            stage.play(AFTER_S)
            _freeze(stage, FROZEN_S[0])
        return judged(stage, "broker", 2 * asked.rounds + 1)


def back(stage: Stage) -> None:
    """Start the broker again that was killed, once the controller has given it up.

    Before that Kafka 4.3.1 breaks its own promise (`Cluster.is_given_up`): of a transaction
    that was being committed at the kill nothing is seen, for ever.
    """
    stage.until(stage.cluster.is_given_up, "the controller gives the broker up")
    stage.cluster.restart()


def freeze(folder: Path, asked: Asked) -> Verdict:
    """Let the only broker stand still for 5 s and for 20 s in turn."""
    with Stage(folder, asked, (THAWED_S + 12.5) * asked.rounds, session_ms=ENOUGH_MS) as stage:
        stage.begin()
        for number in stage.rounds(THAWED_S):
            _freeze(stage, FROZEN_S[number % 2])
        return judged(stage, "freeze", asked.rounds)


def _freeze(stage: Stage, seconds: float) -> None:
    stage.tell(f"freeze for {seconds:.0f} s")
    stage.cluster.freeze()
    stage.play(seconds)
    stage.cluster.thaw()


def leader(folder: Path, asked: Asked) -> Verdict:
    """Of three nodes kill one: candidates' leader, the arbiter's coordinator, each in turn."""
    with Stage(folder, asked, LEADER_ROUND_S * asked.rounds, nodes=3) as stage:
        stage.begin()
        for number in stage.rounds(LEADER_ROUND_S - BACK_S):
            node = _chosen(stage, number)
            stage.tell(f"kill {number + 1}: node {node + 1}")
            stage.cluster.kill(node)
            stage.play(BACK_S)
            stage.cluster.restart(node)
        return judged(stage, "leader", asked.rounds)


def _chosen(stage: Stage, number: int) -> int:
    """Return the index of the node to kill."""
    if number % 3 == 0:
        return _leader(stage, f"{stage.prefix}candidates", 0)
    if number % 3 == 1:
        place = _java_hash(f"{stage.prefix}arbiter") % TRANSACTION_PARTITIONS
        return _leader(stage, "__transaction_state", place)
    return crc32(f"{stage.asked.seed}/{number}".encode()) % 3


def _leader(stage: Stage, topic: str, partition: int) -> int:
    client = AdminClient({"bootstrap.servers": ",".join(stage.cluster.bootstrap)})
    found = client.list_topics(timeout=30).topics[topic]
    return int(found.partitions[partition].leader) - 1


def _java_hash(text: str) -> int:
    """Return what decides on a transactional id's coordinator (Utils.abs(hashCode)).

    Examples
    --------
    >>> _java_hash("hello"), _java_hash("polygenelubricants")
    (99162322, 0)
    """
    found = 0
    for letter in text:
        found = (31 * found + ord(letter)) & 0xFFFFFFFF
    return found & 0x7FFFFFFF
