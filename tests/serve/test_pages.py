"""The pages, over real HTTP: what they say, and that nothing holds the service up."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Event

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from streamal.serve import connection, server
from streamal.serve.catalog import CATALOG
from streamal.serve.health import STALE_S, Health
from streamal.serve.pages import pages
from streamal.serve.series import Histogram
from streamal.serve.server import Server
from tests.serve.made import Watched

HOST = "127.0.0.1"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@contextmanager
def _served(service: Watched, port: int = 0) -> Iterator[int]:
    """Serve a service's pages; yield the port."""
    told: list[dict[str, object]] = []
    it = Server(pages(service.metrics), HOST, port, lambda event, about: told.append(about))
    it.start()
    try:
        yield int(str(told[0]["address"]).rpartition(":")[2])
    finally:
        it.stop()


def _asked(port: int, path: str, method: str = "GET", accept: str = "") -> tuple[int, str, str]:
    """Return code, content type and text of a page."""
    with closing(HTTPConnection(HOST, port, timeout=20)) as client:
        client.request(method, path, headers={"Accept": accept})
        answer: HTTPResponse = client.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


@pytest.fixture(scope="module")
def service() -> Watched:
    """A service that has lived a little."""
    service = Watched()
    service.live(6, seed=1)
    return service


@pytest.fixture(scope="module")
def port(service: Watched) -> Iterator[int]:
    """Where its pages are."""
    with _served(service) as port:
        yield port


def test_both_formats_can_be_read(service: Watched, port: int) -> None:
    """Every family that has a value is on the page, in the scraper's format of choice."""
    _, kind, text = _asked(port, "/metrics")
    assert kind.startswith("text/plain; version=0.0.4")
    found = {family.name for family in plain(text)}
    for metric in CATALOG:
        numbers = service.metrics.board.numbers[metric.name]
        if isinstance(numbers, Histogram) or numbers.values():
            assert metric.full_name.removesuffix("_total") in found
    assert {"process_resident_memory_bytes", "python_gc_collections"} <= found
    _, kind, text = _asked(port, "/metrics", accept=OPENMETRICS)
    assert kind.startswith("application/openmetrics-text")
    families = openmetrics(text)  # type: ignore[no-untyped-call]
    samples = [one for family in families for one in family.samples]
    assert any(one.exemplar and "place" in one.exemplar.labels for one in samples)


def test_status_is_one_json_document(port: int) -> None:
    """It tells the worker's standing, with the ledger where this worker is the arbiter."""
    code, kind, text = _asked(port, "/status")
    found = json.loads(text)
    assert (code, kind) == (200, "application/json")
    assert (found["instance"], found["role"], found["live"]) == ("tests", "all", True)
    assert found["arbiter"]["budget"].keys() == {"rate", "cost"}
    assert found["partitions"] == {"samples": 2, "candidates": 1}


def test_other_words_are_refused(port: int) -> None:
    """What is no page is 404, what does not read is 405; the first page lists the others."""
    assert _asked(port, "/nothing")[0] == 404
    assert _asked(port, "/metrics", "POST")[0] == 405
    for path in ("/metrics", "/livez", "/readyz", "/status"):
        assert path in _asked(port, "/")[2]


def test_ready_and_live_are_two_things() -> None:
    """Ready follows the groups, live the loop; each is 503 where it does not hold."""
    service, seconds = Watched(), [0.0]
    service.metrics.health = Health(lambda: seconds[0])
    with _served(service) as port:
        assert (_asked(port, "/livez")[0], _asked(port, "/readyz")[0]) == (200, 503)
        service.metrics.ready(True, False)
        seconds[0] = STALE_S + 1
        assert (_asked(port, "/livez")[0], _asked(port, "/readyz")[0]) == (503, 200)
        assert "has not moved for 121 s" in _asked(port, "/livez")[2]
        service.metrics.beat()
        assert _asked(port, "/livez")[0] == 200


def test_a_taken_port_is_told_and_tried_again(
    service: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service goes on; once the port is free it has its pages."""
    monkeypatch.setattr(server, "TRY_EVERY_S", 0.05)
    told: list[tuple[str, dict[str, object]]] = []
    listens = Event()

    def tell(event: str, about: dict[str, object]) -> None:
        told.append((event, about))
        if event == "listening":
            listens.set()

    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        it = Server(pages(service.metrics), HOST, taken, tell)
        it.start()
        assert told[0][0] == "not_listening"
        assert "in use" in str(told[0][1]["error"])
    assert listens.wait(20)
    assert _asked(taken, "/livez")[0] == 200
    it.stop()
    assert [event for event, _ in told] == ["not_listening", "listening"]


def test_it_ends_though_nobody_has_the_port(service: Watched) -> None:
    """A server that still waits for its port stops at once."""
    with socket.create_server((HOST, 0)) as other:
        it = Server(pages(service.metrics), HOST, other.getsockname()[1], lambda *told: None)
        it.start()
        it.stop()
    assert not it.is_running


def test_a_client_that_hangs_holds_nothing_up(service: Watched) -> None:
    """Half a request, and an open connection, do not keep the server from ending."""
    told: list[dict[str, object]] = []
    it = Server(pages(service.metrics), HOST, 0, lambda event, about: told.append(about))
    it.start()
    port = int(str(told[0]["address"]).rpartition(":")[2])
    with (
        socket.create_connection((HOST, port)) as half,
        closing(HTTPConnection(HOST, port)) as idle,
    ):
        half.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        idle.request("GET", "/livez")
        idle.getresponse().read()
        it.stop()
        assert not it.is_running


def test_idle_connections_keep_nobody_out(
    service: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many connections say nothing: the oldest make room, and probes are answered."""
    monkeypatch.setattr(connection, "MOST", 3)
    with _served(service) as port, ExitStack() as stack:
        idle = [
            stack.enter_context(socket.create_connection((HOST, port), timeout=20))
            for _ in range(8)
        ]
        assert _asked(port, "/livez")[0] == 200
        assert _is_cut(idle[0])


def test_no_connection_lasts(service: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that is never finished is cut after a time."""
    monkeypatch.setattr(connection, "LONGEST_S", 0.1)
    with _served(service) as port, socket.create_connection((HOST, port), timeout=20) as half:
        half.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        assert _is_cut(half)


def _is_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("accept", ["application/openmetrics-text;version=zz", "\x01", "*/*;q=0"])
def test_any_accept_header_gets_a_page(port: int, accept: str) -> None:
    """What asks for a format that does not exist gets the plain one."""
    code, kind, _ = _asked(port, "/metrics", accept=accept)
    assert (code, kind.startswith("text/plain")) == (200, True)


@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_names_and_version_six_are_listened_on(service: Watched, host: str) -> None:
    """A host may be a name or an address of either version."""
    told: list[tuple[str, dict[str, object]]] = []
    it = Server(pages(service.metrics), host, 0, lambda *what: told.append(what))
    it.start()
    it.stop()
    assert told[0][0] == "listening", told
    assert host != "::1" or str(told[0][1]["address"]).startswith("[::1]:")


@pytest.mark.parametrize("host", ["nosuch.invalid", "a..b", "a\0b", "203.0.113.1"])
def test_a_host_that_is_not_ours_is_told(service: Watched, host: str) -> None:
    """The service goes on, and the log names the address and what would be right."""
    told: list[tuple[str, dict[str, object]]] = []
    it = Server(pages(service.metrics), host, 0, lambda *what: told.append(what))
    it.start()
    it.stop()
    ((event, about),) = told
    assert (event, "http.host" in str(about["hint"])) == ("not_listening", True)
