"""Acts for processes of their own: ``python -m tests.kafka.child ACT ARGUMENT…``."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack

from streamal.brokers.kafka import KafkaBroker, KafkaOptions
from streamal.core.log import Outgoing
from streamal.errors import StreamalError
from tests.brokers.child import ROOT, Child, say
from tests.contracts.site import after, join

BATCH = 10


def start(act: str, *arguments: object) -> Child:
    """Start a process that does `act`; its output and errors are to be read."""
    command = [sys.executable, "-m", "tests.kafka.child", act]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def copy(servers: str, source: str, sink: str) -> None:
    """Copy `source` to `sink` for ever, as the one instance; begin anew after what may pass."""
    broker = KafkaBroker(_options(servers))
    while True:
        try:
            _copy(broker, source, sink)
        except StreamalError as error:
            say(f"{type(error).__name__}: {error}")
            if not error.retriable:
                sys.exit(error.exit_code)


def _copy(broker: KafkaBroker, source: str, sink: str) -> None:
    with ExitStack() as stack:
        consumer = broker.subscribe(source, source, "copier")
        stack.callback(consumer.close, leave=False)
        writer = broker.writer(f"{source}-copier")
        stack.callback(writer.close)
        while True:
            if records := consumer.poll(BATCH, 0.1):
                copies = [Outgoing(sink, r.key, r.value, (), r.partition) for r in records]
                writer.commit(copies, consumer, after(records))


def hang(servers: str, point: str, topic: str) -> None:
    """Come to a point where the parent lets the broker stand still, and go on from there."""
    points: list[str] = []

    def stop(at: str) -> None:
        points.append(at)
        if at == point and points.count(at) == 2:
            say(at)
            sys.stdin.readline()

    broker = KafkaBroker(_options(servers, call_timeout_s=2.0), probe=stop)
    consumer = broker.subscribe(topic, topic, "member")
    join(consumer)
    try:
        for _ in range(2):
            writer = broker.writer("hanging")
            writer.commit([Outgoing(topic, b"k", b"v")], consumer, {0: 0})
            writer.close()
            stop("between")
        broker.writer("hanging")
    except StreamalError as error:
        say(f"{type(error).__name__}: {error}")
        os._exit(error.retriable)  # closing would wait for the broker


def _options(servers: str, call_timeout_s: float = 20.0) -> KafkaOptions:
    return KafkaOptions(servers=tuple(servers.split(",")), call_timeout_s=call_timeout_s)


ACTS: dict[str, Callable[..., None]] = {act.__name__: act for act in (copy, hang)}

if __name__ == "__main__":
    ACTS[sys.argv[1]](*sys.argv[2:])
