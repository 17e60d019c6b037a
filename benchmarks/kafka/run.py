"""The run: a broker, every part of the report, and the page that it goes into."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.kafka.costs import Group, cost_report, measured
from benchmarks.kafka.latencies import Timed, latency_report, timed
from benchmarks.kafka.site import Site
from benchmarks.report import machine
from streamal.brokers.kafka.options import Client
from tests.kafka.cluster import Cluster
from tests.kafka.jars import VERSION

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kafka.md"
BEGIN, END = "<!-- cost:begin -->", "<!-- cost:end -->"
CLIENTS: tuple[Client, ...] = ("kafka-python", "confluent")
PARTITIONS = (1, 3)


class Size(NamedTuple):
    """How much is measured."""

    backlog: int
    rounds: int
    rates: tuple[int, ...]
    seconds: float


FULL = Size(100_000, 3, (500, 2_000), 20.0)
QUICK = Size(20_000, 1, (500, 2_000), 6.0)


def run(arguments: Sequence[str] | None = None) -> None:
    """Print the report; with `--write` put it into the page."""
    asked = _asked(arguments)
    size = QUICK if asked.quick else FULL
    clients = [asked.client] if asked.client else [name for name in CLIENTS if _is_there(name)]
    if asked.write:
        _around()  # what is missing there is told now, not in half an hour
    lines = []
    for line in _report(clients, asked.part, size):
        print(line, flush=True)
        lines.append(line)
    if asked.write:
        _write(lines)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kafka")
    parser.add_argument("--quick", action="store_true", help="small numbers, one round")
    parser.add_argument("--write", action="store_true", help="put it into docs/kafka.md")
    parser.add_argument("--client", choices=CLIENTS, help="one client only")
    parser.add_argument("--part", choices=("cost", "latency"), help="one part only")
    return parser.parse_args(arguments)


def _is_there(client: Client) -> bool:
    return find_spec("kafka" if client == "kafka-python" else "confluent_kafka") is not None


def _report(clients: Sequence[Client], part: str | None, size: Size) -> Iterator[str]:
    yield machine() + _versions(clients)
    if part != "latency":
        yield f"\n{size.backlog:,} samples that wait, {size.rounds} round(s):\n"
        yield from cost_report(_costs(clients, size))
    if part != "cost":
        yield f"\n{size.seconds:.0f} s at each rate, one partition:\n"
        yield from latency_report(_latencies(clients, size))


def _costs(clients: Sequence[Client], size: Size) -> list[Group]:
    with _site() as site:
        return [
            measured(site, client, partitions, size.backlog, size.rounds)
            for partitions in PARTITIONS
            for client in clients
        ]


def _latencies(clients: Sequence[Client], size: Size) -> list[list[Timed]]:
    with _site() as site:
        each = (timed(site, client, size.rates, size.seconds) for client in clients)
        return [runs for found in each for runs in found]


@contextmanager
def _site() -> Iterator[Site]:
    """A broker that knows nothing yet."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with Cluster(folder / "kafka") as cluster, Site(cluster, folder) as site:
            yield site


def _versions(clients: Sequence[Client]) -> str:
    names = {"kafka-python": "kafka-python", "confluent": "confluent-kafka"}
    libraries = (f"{names[client]} {version(names[client])}" for client in clients)
    return ", ".join((f"Apache Kafka {VERSION}, one node on the same machine", *libraries))


def _around() -> tuple[str, str]:
    """Return what stands before and after the report on the page."""
    head, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{PAGE.name} has no {BEGIN} with {END} after it")
    return head + begin, end + tail


def _write(lines: Sequence[str]) -> None:
    head, tail = _around()
    PAGE.write_text("\n".join([head, "", *lines, "", tail]), encoding="utf-8")
