"""A real Apache Kafka on this machine, for as long as a test or a benchmark needs it."""

import base64
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka.errors import KafkaError

from tests.kafka import properties, rights, secure
from tests.kafka.client import admin
from tests.kafka.jars import jars
from tests.kafka.node import Node, NodeFailed
from tests.kafka.ports import Port
from tests.kafka.secure import Certificates

PATIENCE = 90.0
"""Seconds until ready: 3 with nothing else to do, 13 after kill -9 of a single node."""

PAUSE = 0.05

CONTROLLER = "CONTROLLER"
"""The listener of the quorum."""

DROPPED = "Couldn't find leader endpoint for partitions"
"""In a coordinator's log (kafka.coordinator.transaction.TransactionMarkerChannelManager)."""


class Cluster:
    """One node or three, in a folder of their own; node 0 is the first.

    Parameters
    ----------
    folder
        Becomes the home of data, certificates and logs; new or empty.
    nodes
        How many. With three, each topic has three copies, and a commit needs two.
    secure
        Open the listeners of `tests.kafka.secure` too.
    session_ms
        How long the controller waits for a silent broker (9,000 if not given). A restart
        after `kill` of a single node waits for it; `freeze` beyond it breaks promises of
        Kafka itself (`dropped`), so tests that freeze give 180,000.
    apart
        Let the controller be a process of its own, which nobody kills. Only so does a
        single node that dies keep its transactions: start it again once it `is_given_up`.

    Attributes
    ----------
    bootstrap
        Addresses of the listener without any security, one a node.
    secure_bootstrap
        Addresses of the listener for TLS with passwords or tokens; empty if not secure.
    certificates
        The files for TLS; they exist if secure.
    """

    def __init__(
        self,
        folder: Path,
        nodes: int = 1,
        secure: bool = False,
        session_ms: int | None = None,
        apart: bool = False,
    ) -> None:
        found = jars()
        self._folder = folder.resolve()
        self._is_secure = secure
        self._session_ms = session_ms
        self._is_apart = apart
        self._nodes = [Node(self._folder / name, found) for name in _names(nodes)]
        self._controllers = [Node(self._folder / "controller", found)] if apart else self._nodes
        self._ports = {name: [Port() for _ in self._nodes] for name in _listeners(secure)}
        self._ports[CONTROLLER] = [Port() for _ in self._controllers]
        self._heard: dict[int, list[int]] = {}
        self.bootstrap = self.addresses("PLAINTEXT")
        self.secure_bootstrap = self.addresses("SECURE") if secure else []
        self.certificates = Certificates(self._folder)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def ca_file(self) -> Path:
        """The authority that a client of the secure listeners trusts."""
        return self.certificates.ca_file

    def addresses(self, listener: str) -> list[str]:
        """Return where a listener is: PLAINTEXT, or one of `tests.kafka.secure.PROTOCOLS`."""
        return [port.address for port in self._ports[listener]]

    def start(self) -> None:
        """Format, start, and wait until every node is ready."""
        try:
            self._format()
            for node in self._all():
                node.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def _format(self) -> None:
        if self._is_secure:
            self.certificates.issue()
        for index, node in enumerate(self._nodes):
            node.write(self._properties(index))
        if self._is_apart:
            self._controllers[0].write(self._apart())
        words = ["-t", _cluster_id(), *(secure.users() if self._is_secure else ())]
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.format(words), self._all()))

    def _all(self) -> list[Node]:
        """Return all processes, the controller's first."""
        return [*self._controllers, *self._nodes] if self._is_apart else self._nodes

    def _properties(self, index: int) -> str:
        role = properties.BROKER if self._is_apart else properties.BOTH
        names = [name for name in self._ports if name != CONTROLLER or not self._is_apart]
        places = {name: self._ports[name][index].address for name in names}
        return self._written(self._nodes[index], index + 1, role, places)

    def _apart(self) -> str:
        (address,) = self.addresses(CONTROLLER)
        place = {CONTROLLER: address}
        return self._written(self._controllers[0], self._first(), properties.CONTROLLER, place)

    def _first(self) -> int:
        """Return the id of the first controller."""
        return len(self._nodes) + 1 if self._is_apart else 1

    def _written(
        self, node: Node, number: int, role: Mapping[str, str], places: Mapping[str, str]
    ) -> str:
        own = {"node.id": str(number), "log.dirs": str(node.folder / "data")}
        if self._session_ms is not None:
            own["broker.session.timeout.ms"] = str(self._session_ms)
        return properties.written(
            properties.COMMON,
            role,
            properties.voters(self.addresses(CONTROLLER), self._first()),
            properties.replication(len(self._nodes)),
            properties.listeners(places, self._ports),
            secure.settings(self.certificates) if self._is_secure else {},
            own,
        )

    def stop(self) -> None:
        """Kill every node and give the ports back, for good; the folder stays."""
        for node in self._all():
            node.kill()
        for ports in self._ports.values():
            for port in ports:
                port.close()

    def kill(self, node: int = 0) -> None:
        """End a node with SIGKILL."""
        self._heard[node] = [controller.told() for controller in self._controllers]
        self._nodes[node].kill()

    def is_given_up(self, node: int = 0) -> bool:
        """Return whether a controller that lives knows that a killed node is gone.

        A node that is started again before that believes to be the leader still of all that
        it led, and begins to end the transactions that its death has left. Then it is given
        up in the midst of that, and drops their markers (Kafka 4.3.1: see `dropped`).
        """
        fenced = f"Fencing broker {node + 1} "
        pairs = zip(self._controllers, self._heard[node], strict=True)
        return any(controller.tells(fenced, since) for controller, since in pairs)

    def dropped(self) -> list[str]:
        """Return what nodes tell of transactions that they took for ended, and did not end.

        A coordinator of Kafka 4.3 and 4.4 takes a partition without a leader for deleted, and
        never writes a marker there (KAFKA-20734). When the leader is back, what was written
        there is neither committed nor aborted, for ever: the transaction hangs.
        """
        return [line for node in self._nodes for line in node.telling(DROPPED)]

    def freeze(self, node: int = 0) -> None:
        """Stop a node with SIGSTOP; its connections stay open and silent."""
        self._nodes[node].freeze()

    def thaw(self, node: int = 0) -> None:
        """Let a frozen node run on, with SIGCONT."""
        self._nodes[node].thaw()

    def restart(self, node: int = 0) -> None:
        """Start a killed node again, and do not wait for it."""
        self._nodes[node].start()

    def pid(self, node: int = 0) -> int:
        """Return the process of a node."""
        return self._nodes[node].pid

    def grant(self, principal: str, *allowed: str) -> None:
        """Allow `User:app` what tests.kafka.rights.grant describes: `READ TOPIC samples`."""
        rights.grant(self.bootstrap, principal, allowed)

    def revoke(self, principal: str) -> None:
        """Take back all that was granted."""
        rights.revoke(self.bootstrap, principal)

    def wait_ready(self, timeout: float = PATIENCE) -> None:
        """Wait until every node answers, and knows all others.

        Raises
        ------
        NodeFailed
            A process is gone, or the time is over; with the last lines of its log.
        """
        deadline = time.monotonic() + timeout
        for node, port in zip(self._nodes, self._ports["PLAINTEXT"], strict=True):
            while not (port.is_open() and self._knows_all(port.address, deadline)):
                node.check()
                if time.monotonic() > deadline:
                    raise NodeFailed(f"not ready after {timeout:.0f} s; {node.last_lines()}")
                time.sleep(PAUSE)

    def _knows_all(self, address: str, deadline: float) -> bool:
        """Ask one node, and it alone, who is there."""
        left = max(1.0, deadline - time.monotonic())
        try:
            with closing(admin([address], bootstrap_timeout_ms=int(left * 1000))) as client:
                brokers = client.describe_cluster()["brokers"]
        except KafkaError:
            return False
        return sum(not broker["is_fenced"] for broker in brokers) == len(self._nodes)


def _names(nodes: int) -> list[str]:
    return [f"node-{number}" for number in range(1, nodes + 1)]


def _listeners(is_secure: bool) -> list[str]:
    return ["PLAINTEXT", *(secure.PROTOCOLS if is_secure else ())]


def _cluster_id() -> str:
    """A new name; it never begins with a dash, which would be an option."""
    return "s" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
