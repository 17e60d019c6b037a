"""What do metrics and scrapes cost? µs a sample, throughput under scrapes, size of the page.

    make bench BENCH=watched

The scoring role alone, as in `scorer`. With and without take turns of 2,000 samples, of which
the best count; windows with and without a process that scrapes every second take turns, and
the median of their ratios counts. Time is the CPU's, of all threads of the service: what others
do on the machine counts for nothing.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import median
from time import perf_counter

from msgspec.structs import replace

from benchmarks.report import machine
from benchmarks.scorer import SETTINGS, decide_all, learned, sample_values
from streamal.app import metrics_of, plan_of
from streamal.core.arbiter import Arbiter
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.serve.metrics import Metrics
from streamal.serve.pages import pages
from streamal.serve.server import Server
from streamal.settings import load

TURNS = 100
WINDOWS, WINDOW_S = 20, 2.5
BATCH = 500
CLASSES, PARTITIONS = 10, 12
SCRAPES = 50
SCRAPER = """
import sys, time, urllib.request
while True:
    urllib.request.urlopen(sys.argv[1]).read()
    print("scraped", flush=True)
    time.sleep(1.0)
"""


@contextmanager
def _served(metrics: Metrics) -> Iterator[str]:
    """Serve the pages; yield the address."""
    told: list[str] = []
    server = Server(
        pages(metrics), "127.0.0.1", 0, lambda _, about: told.append(str(about["address"]))
    )
    server.start()
    try:
        yield told[0]
    finally:
        server.stop()


@contextmanager
def _scraper(address: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that scrapes every second while it is not stopped."""
    url = f"http://{address}/metrics"
    with subprocess.Popen([sys.executable, "-c", SCRAPER, url], stdout=subprocess.PIPE) as scraper:
        assert scraper.stdout is not None
        scraper.stdout.readline()  # its start is not a scrape's cost
        try:
            yield scraper
        finally:
            scraper.kill()


def _added() -> tuple[float, float]:
    """Return µs of CPU a sample without metrics, and with them: the best of many short turns."""
    settings = load(None, {}, SETTINGS)
    plain = plan_of(settings, {}, role="scorer")
    counted = replace(plain, observer=metrics_of(settings, "scorer", "bench"))
    replica, values = learned(plain), sample_values()
    took = [
        [decide_all(plan, replica, values, BATCH)["turns"] for plan in (plain, counted)]
        for _ in range(TURNS)
    ]
    without, with_them = (min(each) / len(values) * 1e6 for each in zip(*took, strict=True))
    return without, with_them


def _under_scrapes() -> float:
    """Return the throughput under scrapes, as a part of that without any."""
    settings = load(None, {}, SETTINGS)
    metrics = metrics_of(settings, "scorer", "bench")
    plan = plan_of(settings, {}, role="scorer", observer=metrics)
    replica, values = learned(plan), sample_values()

    def rate() -> float:
        count, spent, began = 0, 0.0, perf_counter()
        while perf_counter() - began < WINDOW_S:
            spent += decide_all(plan, replica, values, BATCH)["turns"]
            count += len(values)
        return count / spent

    ratios = []
    with _served(metrics) as address, _scraper(address) as scraper:
        for _ in range(WINDOWS):
            scraper.send_signal(signal.SIGSTOP)
            quiet = rate()
            scraper.send_signal(signal.SIGCONT)
            ratios.append(rate() / quiet)
    return median(ratios)


def _page() -> tuple[int, float, float]:
    """Return series, and median and greatest milliseconds, of a page with many classes."""
    settings = load(None, {}, {**SETTINGS, "topics.partitions": PARTITIONS})
    metrics = metrics_of(settings, "all", "bench")
    for number in range(CLASSES):
        metrics.board.add("predictions_total", (f"class-{number}",), 1)
    metrics.holds("samples", PARTITIONS)
    metrics.holds("candidates", 1)
    lag = {("samples", partition): 1 for partition in range(PARTITIONS)}
    metrics.behind({**lag, ("candidates", 0): 1, ("labels", 0): 1})
    for name in ("query_threshold", "query_utility", "restore_seconds"):
        metrics.board.set(name, (), 1.0)
    arbiter = Arbiter(ArbiterSpec([LimitSpec("rate", 0.1), LimitSpec("count", 500, over=9_000)]))
    arbiter.start(0)
    arbiter.auditor.estimate.ask(5, 0.5, True)
    arbiter.auditor.estimate.answer(5, 0.5, 0.5, True)
    metrics.presides(arbiter)
    took, text = [], ""
    with _served(metrics) as address:
        host, _, port = address.rpartition(":")
        connection = HTTPConnection(host, int(port))
        for _ in range(SCRAPES):
            began = perf_counter()
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
            took.append((perf_counter() - began) * 1e3)
        connection.close()
    series = sum(not line.startswith("#") for line in text.splitlines())
    return series, median(took), max(took)


def main() -> None:
    """Print the figures."""
    print(machine())
    without, with_them = _added()
    print(
        f"{without:.2f} µs a sample without metrics, {with_them:.2f} with them: "
        f"{with_them - without:.2f} more"
    )
    print(f"scraped every second: {_under_scrapes():.3f} of the throughput without")
    series, usual, worst = _page()
    print(
        f"{series} series with {CLASSES} classes and {PARTITIONS} partitions; /metrics takes "
        f"{usual:.1f} ms (median of {SCRAPES}), {worst:.1f} ms at worst"
    )


if __name__ == "__main__":
    main()
