"""An endpoint that gives tokens for the client credentials grant (RFC 6749, §4.4)."""

import base64
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from tests.kafka.ports import HOST
from tests.kafka.secure import token


class Endpoint:
    """Gives a token of `app` to one client that knows its secret, and counts.

    Attributes
    ----------
    given, refused
        How often it did which.
    """

    def __init__(self, client: str, secret: str, scope: str) -> None:
        pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
        self._basic = f"Basic {pair}"
        self._form = {"grant_type": ["client_credentials"], "scope": [scope]}
        self.given = self.refused = 0
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self.url = f"http://{HOST}:{self._server.server_port}/token"

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, args=[0.05])
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, authorization: str | None, form: str) -> tuple[int, dict[str, object]]:
        """Return the status and the document of an answer."""
        if authorization != self._basic or parse_qs(form) != self._form:
            self.refused += 1
            return 401, {"error": "invalid_client"}
        self.given += 1
        return 200, {"access_token": token("app"), "token_type": "bearer", "expires_in": 3600}


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, document = endpoint.answer(self.headers["Authorization"], form)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's
            pass

    return Handler
