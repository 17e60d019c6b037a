"""The HTTP server, in a thread beside the loop."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from errno import EACCES, EADDRINUSE
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

TRY_EVERY_S = 5.0
"""Seconds between two tries to get a port that another process has."""

END_S = 2
"""Seconds that requests under way have when the service ends."""

Tell = Callable[[str, dict[str, object]], None]
"""Told of an event and what belongs to it; must not raise."""


class Server:
    """Serves an application from `start` to `stop`.

    Where it cannot listen, because another process has the port, it tries again every few
    seconds: the service labels on without its pages, and a rolling restart hands the port over.

    Parameters
    ----------
    port
        0 takes any free one.
    tell
        Told ``listening`` with the address, or first ``not_listening`` with the reason.
    """

    def __init__(self, app: "Starlette", host: str, port: int, tell: Tell) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._tell = tell
        self._stopped = threading.Event()
        self._listening: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        try:
            self._listening = _bound(self._host, self._port)
        except (OSError, ValueError) as error:
            self._tell("not_listening", self._why(error))
        else:
            self._tell_address()
        self._thread.start()

    def stop(self) -> None:
        """End it, within some seconds whatever its clients do."""
        self._stopped.set()
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(2 * END_S + 1)

    @property
    def is_running(self) -> bool:
        """Whether it serves, or waits for its port."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while self._listening is None:
            if self._stopped.wait(TRY_EVERY_S):
                return
            with suppress(OSError, ValueError):
                self._listening = _bound(self._host, self._port)
                self._tell_address()
        with self._listening:
            self._serve(self._listening)

    def _tell_address(self) -> None:
        assert self._listening is not None
        host, port = self._listening.getsockname()[:2]
        self._tell("listening", {"address": address(host, port)})

    def _why(self, error: OSError | ValueError) -> dict[str, object]:
        hint = "set http.host to an address of this machine"
        if isinstance(error, OSError) and error.errno in (EADDRINUSE, EACCES):
            hint = "set http.port to another port, or to 0 for any free one"
        return {
            "address": address(self._host, self._port),
            "error": getattr(error, "strerror", None) or str(error),
            "hint": f"{hint}; the service goes on without its pages, and tries again",
        }

    def _serve(self, listening: socket.socket) -> None:
        import uvicorn

        from streamal.serve.connection import MOST, Connection

        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            http=Connection,
            backlog=MOST,  # asyncio accepts so many at once, however few descriptors are left
            timeout_keep_alive=5,
            timeout_graceful_shutdown=END_S,
        )
        self._server = uvicorn.Server(config)
        if self._stopped.is_set():
            return
        self._server.run(sockets=[listening])


def address(host: str, port: int) -> str:
    """Return how a host and a port are written.

    Examples
    --------
    >>> address("127.0.0.1", 80), address("::1", 80)
    ('127.0.0.1:80', '[::1]:80')
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    family, *_, place = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    # With its protocol named, asyncio switches Nagle's algorithm off, which holds pages for 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(place)
        found.listen()
    except OSError:
        found.close()
        raise
    return found
