"""What is compared: something that turns samples into decisions, and can be measured."""

from typing import NamedTuple, Protocol

from benchmarks.kafka.program import Program
from benchmarks.kafka.site import Site, done
from streamal.brokers.kafka.options import Client


class Ended(NamedTuple):
    """What a life of the service tells of itself: its seconds, and those of each stage."""

    seconds: float
    stages: dict[str, float]


class Subject(Protocol):
    """One process that decides, and maybe one beside it.

    It reads the topic `samples` as `group` and writes to `outputs` and `requests`.
    """

    name: str
    client: Client
    samples: str
    group: str
    outputs: tuple[str, ...]
    requests: tuple[str, ...]

    def prepare(self) -> None:
        """Make the topics and train the model; nothing runs afterwards."""

    def start_beside(self) -> Program | None:
        """Start what runs beside the one that decides, and wait until it works."""

    def start(self) -> Program:
        """Start the one that decides."""

    def settle(self) -> None:
        """Wait until nothing is left to do for anybody."""

    def stop(self) -> Ended:
        """End all that was started."""


def run_through(site: Site, subject: Subject, *counts: int) -> None:
    """Let a subject decide some samples, and again when everything is settled."""
    try:
        subject.start_beside()
        program = subject.start()
        for count in counts:
            pass_through(site, subject, program, count)
    finally:
        subject.stop()


def pass_through(
    site: Site, subject: Subject, program: Program, count: int, rate: float = 0.0
) -> None:
    """Feed so many samples at a rate, or at once, and wait until everything is settled."""
    goal = sum(site.ends(subject.samples).values()) + count
    done(site.feed(subject.samples, count, rate))
    decided = site.counter(subject.group, subject.samples)
    program.wait(lambda: decided() >= goal, "decisions")
    subject.settle()
