"""What a node is told: server.properties."""

from collections.abc import Iterable, Mapping, Sequence

from tests.kafka.secure import PROTOCOLS

BOTH = {"process.roles": "broker,controller", "inter.broker.listener.name": "PLAINTEXT"}
BROKER = {**BOTH, "process.roles": "broker"}
CONTROLLER = {"process.roles": "controller"}
"""A controller alone has no listener for brokers."""

COMMON = {
    "controller.listener.names": "CONTROLLER",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
}


def voters(controllers: Sequence[str], first: int) -> dict[str, str]:
    """Name every controller; their ids are consecutive."""
    named = (f"{number}@{address}" for number, address in enumerate(controllers, start=first))
    return {"controller.quorum.voters": ",".join(named)}


def replication(nodes: int) -> dict[str, str]:
    """Three copies, of which two must be there, where there are three nodes."""
    copies, needed = str(min(nodes, 3)), str(min(nodes, 2))
    return {
        "default.replication.factor": copies,
        "min.insync.replicas": needed,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": needed,
    }


def listeners(addresses: Mapping[str, str], everywhere: Iterable[str]) -> dict[str, str]:
    """Give each listener of a node its address, and those of all nodes their protocols."""
    protocols = (f"{name}:{PROTOCOLS.get(name, 'PLAINTEXT')}" for name in everywhere)
    return {
        "listeners": ",".join(f"{name}://{address}" for name, address in addresses.items()),
        "listener.security.protocol.map": ",".join(protocols),
    }


def written(*parts: Mapping[str, str]) -> str:
    """Return the text of the file."""
    return "".join(f"{key}={value}\n" for part in parts for key, value in part.items())
