"""What two workers on a real Kafka tell of themselves."""

from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from json import loads
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from tests.cli import conftest
from tests.cli.shell import Shell, csv
from tests.contracts.site import unique
from tests.kafka.crew import wait
from tests.kafka.process import Service

shell = conftest.shell

Values = dict[tuple[str, ...], float]


def _get(service: Service, page: str) -> tuple[int, str]:
    (listening,) = service.wait("listening")
    host, _, port = listening["address"].rpartition(":")
    with closing(HTTPConnection(host, int(port), timeout=20)) as connection:
        connection.request("GET", page)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def _status(service: Service) -> Any:  # noqa: ANN401 - JSON
    return loads(_get(service, "/status")[1])


def _values(service: Service, name: str) -> Values:
    """Return the values of a family, by the values of its labels in the order of their names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in families(_get(service, "/metrics")[1])
        for sample in family.samples
        if sample.name == name
    }


@pytest.fixture
def topics(shell: Shell, bootstrap: list[str]) -> None:
    """A configuration with topics of its own, one partition of samples."""
    shell.configured(
        broker={"kind": "kafka", "bootstrap_servers": bootstrap, "replication_factor": 1},
        topics={"prefix": unique("watched") + "-"},
        budget=[{"rate": 0.1}],
    )
    shell.good("topics", "create")


@pytest.fixture
def start(shell: Shell) -> Iterator[Callable[[str], Service]]:
    """Starts a worker of a name; what a failed test left running is ended."""
    started: list[Service] = []

    def start(name: str) -> Service:
        started.append(Service(shell.folder, "--instance", name))
        return started[-1]

    yield start
    for service in started:
        service.close()


@pytest.mark.usefixtures("topics")
def test_workers_tell_how_they_stand(shell: Shell, start: Callable[[str], Service]) -> None:
    """The second of two is ready without a partition; the arbiter alone shows the ledger.

    Once all is decided no record waits: the markers of transactions, which have offsets of
    their own, are none. When the arbiter goes the other one takes over what it showed.
    """
    one = start("one")
    wait(lambda: _get(one, "/readyz")[0] == 200, "the first is ready")
    two = start("two")
    wait(lambda: _get(two, "/readyz")[0] == 200, "the second is ready")
    shell.made("t.csv", csv(300))
    shell.good("send", "t.csv")
    both = (one, two)
    decided = "streamal_decisions_total"
    wait(lambda: sum(sum(_values(s, decided).values()) for s in both) == 300, "all is decided")
    shell.good("annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle", 1)
    held = [_status(service)["partitions"] for service in both]
    assert [sum(each.get(name, 0) for each in held) for name in ("samples", "candidates")] == [1, 1]
    shows = [bool(_values(service, "streamal_budget_remaining")) for service in both]
    presides = [bool(each.get("candidates")) for each in held]
    assert shows == presides == [_status(service)["arbiter"] is not None for service in both]
    lag = "streamal_consumer_lag_records"
    wait(lambda: {v for s in both for v in _values(s, lag).values()} == {0.0}, "nothing waits")
    told = {name for service in both for name in _values(service, lag)}
    assert told == {("0", "samples"), ("0", "candidates"), ("0", "labels")}
    arbiter, other = both if presides[0] else (two, one)
    spent = _values(arbiter, "streamal_budget_remaining")
    assert arbiter.end(20) == 0
    wait(lambda: _values(other, "streamal_budget_remaining") == spent, "the other has taken over")
    assert other.end(20) == 0
