"""Bearer tokens: read anew from a file, or asked for and kept until they nearly end."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from streamal.brokers.kafka.options import Security
from streamal.brokers.kafka.tokens import DEFAULT_S, EARLY_S, Tokens
from streamal.errors import BrokerUnavailable

START = 1_000_000.0


class Endpoint:
    """A token endpoint on the loopback: gives what it is told to, writes down who asks."""

    def __init__(self) -> None:
        self.code = 200
        self.body: object = {"access_token": "one", "expires_in": 100}
        self.asked: list[tuple[Mapping[str, list[str]], str]] = []
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"

    def _handler(endpoint) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.asked.append((parse_qs(form), self.headers["Authorization"]))
                self.send_response(endpoint.code)
                self.end_headers()
                self.wfile.write(json.dumps(endpoint.body).encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Say nothing."""

        return Handler

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """One that gives a token for 100 s."""
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


@pytest.fixture
def clock() -> Clock:
    """It stands still."""
    return Clock()


def _asking(endpoint: Endpoint, clock: Callable[[], float], scope: str | None = None) -> Tokens:
    security = Security(
        token_endpoint=endpoint.url, client_id="app", client_secret="s3cret", scope=scope
    )
    return Tokens(security, clock)


def _signed(claims: object) -> str:
    """A JSON Web Token, as far as anybody but the broker looks at it."""
    parts = [{"alg": "none"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([*(part.rstrip("=") for part in coded), "signature"])


def test_a_token_is_asked_for_by_the_client_credentials_grant(
    endpoint: Endpoint, clock: Clock
) -> None:
    """The form says grant and scope; id and secret go in the header (RFC 6749, §4.4.2)."""
    assert _asking(endpoint, clock, "kafka read").token_and_end() == ("one", START + 100)
    ((form, header),) = endpoint.asked
    assert form == {"grant_type": ["client_credentials"], "scope": ["kafka read"]}
    assert header == "Basic " + base64.b64encode(b"app:s3cret").decode()


def test_without_a_scope_none_is_asked_for(endpoint: Endpoint, clock: Clock) -> None:
    """An empty scope would be refused."""
    _asking(endpoint, clock).token()
    assert set(endpoint.asked[0][0]) == {"grant_type"}


def test_a_token_is_kept_until_it_nearly_ends(endpoint: Endpoint, clock: Clock) -> None:
    """It is asked for once, and again half a minute before its end."""
    tokens = _asking(endpoint, clock)
    clock.now = START
    first = tokens.token()
    endpoint.body = {"access_token": "two", "expires_in": 100}
    clock.now = START + 100 - EARLY_S
    assert (first, tokens.token(), len(endpoint.asked)) == ("one", "one", 1)
    clock.now += 1
    assert (tokens.token(), len(endpoint.asked)) == ("two", 2)
    assert tokens.token_and_end()[1] == clock.now + 100


def test_a_token_without_an_end_is_kept_five_minutes(endpoint: Endpoint, clock: Clock) -> None:
    """An endpoint need not say how long a token is good."""
    endpoint.body = {"access_token": "one"}
    assert _asking(endpoint, clock).token_and_end() == ("one", START + DEFAULT_S)


BAD: list[tuple[int, object]] = [
    (401, {"error": "invalid_client"}),
    (500, {}),
    (200, {"token": "one"}),
    (200, "no object"),
    (200, ["one"]),
    (200, {"access_token": "one", "expires_in": None}),
    (200, {"access_token": "one", "expires_in": "soon"}),
]


@pytest.mark.parametrize(("code", "body"), BAD)
def test_an_endpoint_that_gives_none_is_named(
    endpoint: Endpoint, clock: Clock, code: int, body: object
) -> None:
    """Whatever else it says, the error is one that passes, names it, and hides the secret."""
    endpoint.code, endpoint.body = code, body
    with pytest.raises(BrokerUnavailable, match=endpoint.url) as refused:
        _asking(endpoint, clock).token()
    assert "s3cret" not in str(refused.value)


def test_an_endpoint_that_is_away_is_named(clock: Clock) -> None:
    """As one that answers nonsense."""
    endpoint = Endpoint()
    endpoint.close()
    with pytest.raises(BrokerUnavailable, match=endpoint.url):
        _asking(endpoint, clock).token()


def test_a_failure_is_not_remembered(endpoint: Endpoint, clock: Clock) -> None:
    """The next call asks again."""
    tokens = _asking(endpoint, clock)
    endpoint.code = 503
    with pytest.raises(BrokerUnavailable):
        tokens.token()
    endpoint.code = 200
    assert tokens.token() == "one"


def test_a_file_is_read_each_time(tmp_path: Path, clock: Clock) -> None:
    """Somebody else renews it; spaces around the token do not count."""
    path = tmp_path / "token"
    tokens = Tokens(Security(token_file=str(path)), clock)
    for token in ("one", "two"):
        path.write_text(f" {token}\n", encoding="utf-8")
        assert tokens.token_and_end() == (token, START + DEFAULT_S)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, clock: Clock) -> None:
    """It may still come."""
    path = tmp_path / "token"
    with pytest.raises(BrokerUnavailable, match=f"{path}: No such file"):
        Tokens(Security(token_file=str(path)), clock).token()


@pytest.mark.parametrize("end", [START + 5, int(START) + 77])
def test_a_token_of_a_file_may_say_its_end(tmp_path: Path, clock: Clock, end: float) -> None:
    """The claim `exp` of a JSON Web Token is its end."""
    path = tmp_path / "token"
    path.write_text(_signed({"exp": end, "sub": "app"}), encoding="utf-8")
    assert Tokens(Security(token_file=str(path)), clock).token_and_end()[1] == end


ENDLESS = ["opaque", "a.b.c", _signed({}), _signed({"exp": None}), _signed([1]), "a.é.c"]


@pytest.mark.parametrize("token", ENDLESS)
def test_a_token_that_does_not_say_its_end_is_good_for_a_while(
    tmp_path: Path, clock: Clock, token: str
) -> None:
    """Whatever it looks like."""
    path = tmp_path / "token"
    path.write_text(token, encoding="utf-8")
    security = Security(token_file=str(path))
    assert Tokens(security, clock).token_and_end() == (token, START + DEFAULT_S)
