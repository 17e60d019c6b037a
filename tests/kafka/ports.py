"""Ports of the loopback that stay ours while a broker is down."""

import socket

HOST = "127.0.0.1"


class Port:
    """A port that only a server which reuses addresses can listen on.

    A bound socket that never listens holds it. It was bound without SO_REUSEADDR, so the
    kernel gives the port to nobody who asks for any: neither to another run, nor to an
    outgoing connection, not even one to this very port, which would be connected to
    itself while the broker is dead (inet_csk_bind_conflict and __inet_hash_connect in
    Linux). SO_REUSEADDR, which Java sets on every server socket, then lets the broker in.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind((HOST, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.number = int(self._socket.getsockname()[1])
        self.address = f"{HOST}:{self.number}"

    def close(self) -> None:
        """Give it back."""
        self._socket.close()

    def is_open(self) -> bool:
        """Say whether somebody listens."""
        with socket.socket() as probe:
            probe.settimeout(1.0)
            return probe.connect_ex((HOST, self.number)) == 0
