"""The service as a subject: `streamal run`, with a model that was trained before."""

import time
from collections.abc import Iterator
from datetime import datetime

import msgspec
import yaml

from benchmarks.kafka.bare import Template
from benchmarks.kafka.program import PATIENCE, Broken, Program
from benchmarks.kafka.site import Site
from benchmarks.kafka.stream import CLASSES, answer, rows
from benchmarks.kafka.subject import Ended, run_through
from streamal.app import create_topics, topics_of
from streamal.brokers.kafka.options import Client
from streamal.core.log import Outgoing, Record
from streamal.core.updates import Example
from streamal.runtime.plan import ARBITERS, SCORERS, Role
from streamal.settings import load
from streamal.wire.records import decode_decision, decode_update
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    LABELS,
    REQUESTS,
    SAMPLES,
    UPDATES,
)

LEARNED = 1_500
WARM_UP = (1_000, 1_000, 1_000)
"""Samples before; at the first of them nobody knows yet how few may be asked."""

RUN = ("-c", "from streamal.cli import main; main()", "run")


class Service:
    """A scorer with the arbiter beside it, or both in one process.

    Parameters
    ----------
    role
        Of the process that decides: ``scorer``, or ``all``.
    rate
        The budget, in labels a sample; nobody answers in the time that is measured.
    """

    def __init__(
        self, site: Site, client: Client, role: Role, rate: float, partitions: int = 1
    ) -> None:
        self.name = f"service, --role {role}, {rate:.0%} asked"
        self.client: Client = client
        self._site = site
        self._role = role
        prefix = f"{client}-{role}-{rate}-{partitions}-"
        self._word = prefix
        self._config = site.folder / f"{prefix}streamal.yaml"
        self._config.write_text(yaml.safe_dump(self._settings(prefix, rate, partitions)), "utf-8")
        self._loaded = load(self._config, {})
        self._topics = topics_of(self._loaded)
        self.samples = self._topics[SAMPLES]
        self.group = prefix + SCORERS
        self.outputs: tuple[str, ...] = (self._topics[AUTO_LABELS], self._topics[ABSTAINED])
        self.requests: tuple[str, ...] = (self._topics[REQUESTS],)
        self._programs: list[Program] = []

    def _settings(self, prefix: str, rate: float, partitions: int) -> dict[str, object]:
        servers = list(self._site.servers)
        return {
            "broker": {"kind": "kafka", "client": self.client, "bootstrap_servers": servers},
            "topics": {"prefix": prefix, "partitions": partitions},
            "model": {"preset": "linear", "classes": list(CLASSES)},
            "auto_label": {"threshold": 0.95},
            "budget": [{"rate": rate}],
            "labels": {"unsolicited": True},
            "http": {"port": 0},
        }

    def prepare(self) -> None:
        """Give it labels that nobody asked for, and samples to know the usual utilities by."""
        create_topics(self._loaded)
        made = enumerate(rows(LEARNED, seed=7))
        topic = self._topics[LABELS]
        answers = [Outgoing(topic, None, answer(f"labelled-{i}", row)) for i, row in made]
        self._site.broker.writer(f"{self._word}teacher").commit(answers)
        try:
            self.start_beside()
            self.start().wait_ready()
            self._wait_learned()
        finally:
            self.stop()
        run_through(self._site, self, *WARM_UP)

    def _wait_learned(self) -> None:
        reader = self._site.broker.reader({(self._topics[UPDATES], 0): 0})
        deadline, learned = time.monotonic() + PATIENCE, 0
        while learned < LEARNED:
            learned += sum(_is_example(record) for record in reader.poll(500, 0.2))
            if time.monotonic() > deadline:
                raise Broken(f"{self.name}: {learned} of {LEARNED} labels were learned")
        reader.close()

    def start_beside(self) -> Program | None:
        if self._role == "all":
            return None
        arbiter = self._start("arbiter", "a1")
        arbiter.wait_ready()
        return arbiter

    def start(self) -> Program:
        return self._start(self._role, "s1")

    def _start(self, role: Role, instance: str) -> Program:
        words = [*RUN, "--config", str(self._config), "--role", role, "--instance", instance]
        log = self._site.folder / f"{self._word}{role}.log"
        program = Program(words, log, '"event": "started"')
        self._programs.append(program)
        return program

    def settle(self) -> None:
        """Wait until the arbiter has taken in the last candidate; behind it is one marker."""
        candidates, group = self._topics[CANDIDATES], self._word + ARBITERS
        (end,) = self._site.ends(candidates).values()
        taken = self._site.counter(group, candidates)
        self._programs[0].wait(lambda: taken() >= end - 1, "end of the candidates")

    def stop(self) -> Ended:
        programs, self._programs = self._programs, []
        for program in reversed(programs):
            program.end()
        return _ended(programs[-1]) if programs else Ended(0.0, {})

    def template(self) -> Template:
        """Return a decision of the preparation: of the scorer's own the one of middling size."""
        decisions = sorted(self._decisions(), key=lambda record: len(record.value or b""))
        middle = decisions[len(decisions) // 2]
        headers = [(name, value.decode()) for name, value in middle.headers]
        return Template((middle.value or b"").decode(), headers)

    def _decisions(self) -> Iterator[Record]:
        for topic in self.outputs:
            for record in self._site.read(topic, {}):
                if decode_decision(record.value or b"").ledger is msgspec.UNSET:
                    yield record


def _is_example(record: Record) -> bool:
    return isinstance(decode_update(record.value or b""), Example)


def _ended(program: Program) -> Ended:
    began, ended = (program.event(name) for name in ("started", "stopped"))
    moments = [datetime.fromisoformat(event["timestamp"]) for event in (began, ended)]
    return Ended((moments[1] - moments[0]).total_seconds(), dict(ended["seconds"]))
