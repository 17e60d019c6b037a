"""The part of the report on cost: rounds of every subject in turn, tables, and gates."""

import sys
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.kafka.cost import Cost, cost
from benchmarks.kafka.loop import BareLoop
from benchmarks.kafka.service import Service
from benchmarks.kafka.site import Site
from benchmarks.kafka.subject import Subject
from benchmarks.report import table
from streamal.brokers.kafka.options import Client

ASKED, ASKED_MUCH = 0.02, 0.1
OF_BARE = 0.75
"""What part of the bare loop's rate a scorer must reach over kafka-python. librdkafka works
in threads of its own, beside which everything in Python is large."""

TIMES = 2.0
"""How many times as fast it must be over confluent-kafka."""

HEAD = (
    "client, partitions",
    "what",
    "samples/s: median (rounds)",
    "of bare",
    "of the same bytes",
    "µs a sample",
    "arbiter",
    "broker",
    "cores others used",
)


class Measured(NamedTuple):
    """A subject and its rounds."""

    subject: Subject
    rounds: list[Cost]

    def middle(self, name: str) -> float:
        """Return the median of a figure."""
        return float(median(getattr(one, name) for one in self.rounds))

    def of(self, other: "Measured") -> float:
        """Return the median of the rates' ratios, round by round."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(mine.rate / theirs.rate for mine, theirs in pairs)


class Group(NamedTuple):
    """What is compared with each other: one client, so many partitions."""

    client: Client
    partitions: int
    bare: Measured
    same: Measured
    scorer: Measured
    others: list[Measured]

    @property
    def all(self) -> list[Measured]:
        """In the order in which they run."""
        return [self.bare, self.scorer, self.same, *self.others]

    def lines(self) -> Iterator[Sequence[str]]:
        """Yield a row of the table for each."""
        for one in self.all:
            rates = " / ".join(f"{found.rate:,.0f}" for found in one.rounds)
            micros = (f"{one.middle(name):.1f}" for name in ("subject", "beside", "broker"))
            yield (
                f"{self.client}, {self.partitions}",
                one.subject.name,
                f"{one.middle('rate'):,.0f} ({rates})",
                f"{one.of(self.bare):.2f}",
                f"{one.of(self.same):.2f}",
                *micros,
                f"{one.middle('others'):.2f}",
            )


def measured(site: Site, client: Client, partitions: int, backlog: int, rounds: int) -> Group:
    """Prepare all subjects of a group, then let them run in turn, round by round."""
    group = _group(site, client, partitions)
    for number in range(rounds):
        for one in group.all:
            one.rounds.append(cost(site, one.subject, backlog))
            rate = f"{one.rounds[-1].rate:,.0f} samples/s"
            print(f"{client}, round {number + 1}: {one.subject.name}: {rate}", file=sys.stderr)
    return group


def _group(site: Site, client: Client, partitions: int) -> Group:
    scorer = Service(site, client, "scorer", ASKED, partitions)
    scorer.prepare()
    bare = BareLoop(site, client, partitions)
    same = BareLoop(site, client, partitions, scorer.template())
    rates = (ASKED, ASKED_MUCH) if partitions == 1 else ()
    others = [Service(site, client, "all", rate, partitions) for rate in rates]
    subjects: list[Subject] = [bare, same, *others]
    for subject in subjects:
        subject.prepare()
    return Group(
        client,
        partitions,
        bare=Measured(bare, []),
        same=Measured(same, []),
        scorer=Measured(scorer, []),
        others=[Measured(other, []) for other in others],
    )


def cost_report(groups: Sequence[Group]) -> Iterator[str]:
    """Yield the tables, and whether the gates hold."""
    yield table(HEAD, [line for group in groups for line in group.lines()])
    yield ""
    for group in groups:
        found, same = group.scorer.of(group.bare), group.scorer.of(group.same)
        what = f"{group.client}, {group.partitions} partition(s): the scorer reaches"
        verdict = f" ({_verdict(found, OF_BARE)})" if group.client == "kafka-python" else ""
        yield f"- {what} {found:.2f} of the bare loop{verdict}, {same:.2f} of the same bytes"
    yield from _between_clients(groups)
    for group in groups:
        if group.partitions == 1:
            yield from stages(group)


def _between_clients(groups: Sequence[Group]) -> Iterator[str]:
    rates = {g.client: g.scorer.middle("rate") for g in groups if g.partitions == 1}
    if len(rates) > 1:
        found = rates["confluent"] / rates["kafka-python"]
        yield f"- confluent's scorer is {found:.2f} times as fast ({_verdict(found, TIMES)})"


def _verdict(found: float, needed: float) -> str:
    return f"needed: {needed:g}" + ("" if found >= needed else ", **missed**")


def stages(group: Group) -> Iterator[str]:
    """Yield where a scorer's time went, from its start to its end, waiting included."""
    rounds = group.scorer.rounds
    count = sum(one.backlog for one in rounds)
    names = sorted({name for one in rounds for name in one.ended.stages})
    spent = {name: sum(one.ended.stages.get(name, 0.0) for one in rounds) for name in names}
    whole = sum(one.ended.seconds for one in rounds)
    spent["what is between the stages"] = whole - sum(spent.values())
    lines = [
        (name, f"{seconds / count * 1e6:.1f}", f"{seconds / whole:.0%}")
        for name, seconds in spent.items()
    ]
    yield f"\n{group.client}, {group.scorer.subject.name}:\n"
    yield table(("stage", "µs a sample", "of its life"), lines)
