"""The part of the report on latency."""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.kafka.costs import ASKED
from benchmarks.kafka.latency import Latency, latency, percentile
from benchmarks.kafka.loop import BareLoop
from benchmarks.kafka.service import Service
from benchmarks.kafka.site import Site
from benchmarks.kafka.subject import Subject
from benchmarks.report import table
from streamal.brokers.kafka.options import Client

OF_BARE = 3.0
"""How many times the bare loop's p99 the service's may be."""

HEAD = ("client", "samples/s", "what", "records", "p50 ms", "p99 ms", "p99 of bare's")
WHO = (("scorer", "decided at once"), ("requests", "label requests"), ("arbiter", "not granted"))


class Timed(NamedTuple):
    """One subject at one rate."""

    subject: Subject
    rate: int
    found: Latency

    def lines(self, bare: "Timed") -> Iterator[Sequence[str]]:
        """Yield a row of the table for each who decides."""
        reference = percentile(bare.found.scorer, 0.99)
        for name, told in WHO:
            took: list[int] = getattr(self.found, name)
            if took:
                worst = percentile(took, 0.99)
                yield (
                    self.subject.client,
                    f"{self.rate:,}",
                    self.subject.name
                    if self.subject is bare.subject
                    else f"{self.subject.name}: {told}",
                    f"{len(took):,}",
                    str(percentile(took, 0.5)),
                    str(worst),
                    f"{worst / max(reference, 1):.1f}",
                )


def timed(site: Site, client: Client, rates: Sequence[int], seconds: float) -> list[list[Timed]]:
    """Time every subject at every rate; the bare loop is the first of each list."""
    subjects = _subjects(site, client)
    found = []
    for rate in rates:
        for subject in subjects:
            print(f"{client}, {rate:,} samples/s: {subject.name}", file=sys.stderr)
        found.append([Timed(one, rate, latency(site, one, rate, seconds)) for one in subjects])
    return found


def _subjects(site: Site, client: Client) -> list[Subject]:
    """Return subjects of their own topics, so that nothing of a backlog is left."""
    subjects: list[Subject] = [
        BareLoop(site, client),
        Service(site, client, "all", ASKED),
        Service(site, client, "scorer", ASKED),
    ]
    for subject in subjects:
        subject.prepare()
    return subjects


def latency_report(found: Sequence[Sequence[Timed]]) -> Iterator[str]:
    """Yield the table, and whether the gate holds."""
    yield table(HEAD, [line for runs in found for one in runs for line in one.lines(runs[0])])
    yield ""
    for runs in found:
        bare, *services = (percentile(one.found.scorer, 0.99) for one in runs)
        worst = max(services) / max(bare, 1)
        verdict = f"at most {OF_BARE:g}" + ("" if worst <= OF_BARE else ", **missed**")
        at = f"{runs[0].subject.client} at {runs[0].rate:,} samples/s"
        yield f"- {at}: the service's p99 is {worst:.1f} times the bare loop's ({verdict})"
