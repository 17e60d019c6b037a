"""Somebody who is told of alerts: a web server that keeps what Alertmanager posts."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

from tests.kafka.ports import HOST


class Told(NamedTuple):
    """One alert of one post: to whom, whether it is `firing` or `resolved`, and what it says."""

    receiver: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Webhook:
    """Listens on a free port of the loopback until closed."""

    def __init__(self) -> None:
        self.heard: list[Told] = []
        self._server = _server(self.heard)
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, name="webhook", daemon=True)
        self._thread.start()

    def of(self, alert: str, status: str) -> list[Told]:
        """Return what was told of an alert, in the order in which it came."""
        return [
            told
            for told in self.heard.copy()
            if (told.labels["alertname"], told.status) == (alert, status)
        ]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _server(heard: list[Told]) -> ThreadingHTTPServer:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.extend(_told(self.path.strip("/"), json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer((HOST, 0), Answer)


def _told(receiver: str, post: dict[str, Any]) -> list[Told]:
    return [
        Told(receiver, alert["status"], alert["labels"], alert["annotations"])
        for alert in post["alerts"]
    ]
