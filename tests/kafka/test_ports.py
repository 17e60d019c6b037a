"""A port of a broker stays ours, and takes no one else in."""

import socket
from collections.abc import Iterator

import pytest

from tests.kafka.ports import HOST, Port


@pytest.fixture
def port() -> Iterator[Port]:
    """A port that nobody listens on."""
    made = Port()
    yield made
    made.close()


def _server(port: Port, reuses: bool) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuses)
    try:
        server.bind((HOST, port.number))
        server.listen()
    except OSError:
        server.close()
        raise
    return server


def test_a_broker_listens_again_and_again(port: Port) -> None:
    """A server that reuses addresses, as Java's do, gets the port each time it starts."""
    for _ in range(3):
        with _server(port, reuses=True):
            assert port.is_open()
        assert not port.is_open()


def test_nobody_else_gets_it(port: Port) -> None:
    """A server that takes only what is free does not get the port while the broker is down."""
    with pytest.raises(OSError, match="in use"):
        _server(port, reuses=False)


def test_it_is_free_when_it_is_given_back(port: Port) -> None:
    """A port that was closed is everybody's."""
    port.close()
    with _server(port, reuses=False):
        assert port.is_open()
