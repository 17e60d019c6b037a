"""How long a killed service takes to decide again: from its start to its first decision.

    make bench BENCH=restart                 # 10,000 labels, and none for comparison
    python -m benchmarks.restart 100000      # other numbers of labels

Each log is made by the service itself, asked about every sample of Shuttle; then a cold
process is started on it with one sample waiting, watched until that is decided, and
killed with SIGKILL; and again.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks.report import machine, table
from streamal.app import broker_of, plan_of, topics_of
from streamal.brokers.port import Broker
from streamal.lab.annotator import Annotator, Habits
from streamal.lab.row import Row
from streamal.lab.send import row_record
from streamal.lab.streams import BundledTable
from streamal.runtime.plan import SCORERS
from streamal.runtime.worker import Worker
from streamal.settings import Settings, load
from streamal.wire.topics import SAMPLES, UPDATES

LABELS = (0, 10_000)
STARTS = 5
BATCH = 500
SETTINGS = "model: {preset: linear}\nbudget: [{rate: 1.0}]\n"
COMMAND = (sys.executable, "-c", "from streamal.cli import main; main()", "run")
HEAD = ("labels", "records of `updates`", "file", "median", "slowest", "processor")


def learn(settings: Settings, labels: int, rows: Iterator[Row]) -> None:
    """Let the service ask about rows and learn until it has so many labels."""
    topics = topics_of(settings)
    with closing(broker_of(settings, make=True)) as broker:
        truth: dict[str, str] = {}
        annotator = Annotator(
            broker, topics, lambda request: truth.get(request.sample_id), lambda _: 0, Habits()
        )
        worker = Worker(broker, plan_of(settings, {}))
        worker.start()
        while worker.follower.replica.examples < labels:
            batch = list(islice(rows, BATCH))
            truth.update((row.id, row.label or "") for row in batch)
            _send(broker, settings, batch)
            _work(worker, annotator)
        _work(worker, annotator)
        worker.close()
        annotator.close()


def _work(worker: Worker, annotator: Annotator) -> None:
    while worker.turn(0) + annotator.take() + annotator.answer(0):
        pass


def _send(broker: Broker, settings: Settings, rows: Sequence[Row]) -> None:
    topic = topics_of(settings)[SAMPLES]
    with closing(broker.writer("sender")) as writer:
        writer.commit([row_record(topic, 0, row) for row in rows])


def restart(folder: Path, settings: Settings, row: Row) -> tuple[float, float]:
    """Return the seconds from a cold start to the decision of a sample that waits.

    The second number is how many of them the processor worked on it, which says more
    where others use the machine too.
    """
    samples = topics_of(settings)[SAMPLES]
    with closing(broker_of(settings, make=True)) as broker:
        _send(broker, settings, [row])
        (_, goal), *_ = broker.ends(samples).values()
        watch = broker.reader({(samples, 0): goal})
        began, used = monotonic(), _used()
        with subprocess.Popen(COMMAND, cwd=folder, stderr=subprocess.DEVNULL) as service:
            while broker.committed(SCORERS, samples).get(0, 0) < goal:
                watch.poll(1, 0.005)
            seconds = monotonic() - began
            service.kill()
    return seconds, _used() - used


def _used() -> float:
    """Return the processor time of all children that have ended."""
    spent = getrusage(RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def line(labels: int) -> Sequence[str]:
    """Return a row of the table for a log with so many labels."""
    rows = iter(BundledTable("Shuttle"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "streamal.yaml").write_text(SETTINGS, encoding="utf-8")
        file = folder / "streamal.db"
        settings = load(folder / "streamal.yaml", {}, {"broker.path": str(file)})
        learn(settings, labels, rows)
        starts = [restart(folder, settings, next(rows)) for _ in range(STARTS)]
        with closing(broker_of(settings, make=True)) as broker:
            (_, updates), *_ = broker.ends(topics_of(settings)[UPDATES]).values()
        size = f"{file.stat().st_size / 1e6:.0f} MB"
    took, used = zip(*starts, strict=True)
    times = (median(took), max(took), median(used))
    return (f"{labels:,}", f"{updates:,}", size, *(f"{seconds:.1f} s" for seconds in times))


def main(arguments: Sequence[str]) -> None:
    """Print the table, for the numbers of labels that are given."""
    counts = [int(argument) for argument in arguments] or LABELS
    print(machine())
    print(table(HEAD, [line(labels) for labels in counts]))


if __name__ == "__main__":
    main(sys.argv[1:])
