"""The judge: counts what became of every sample and every label, from the topics alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tests.chaos.facts import Facts
from tests.chaos.ledger import Recount
from tests.crash.count import answered_once, learned_once, numbered, stepping
from tests.crash.facts import Fact, place


class Count(NamedTuple):
    """What the topics say; `findings` is all that is wrong, a line each."""

    samples: int
    requests: int
    labels: int
    learned: int
    lost: int
    twice: int
    overspent: int
    learned_twice: int
    findings: list[str]
    gap_seconds: float
    gap_until: str
    spent: list[tuple[int, int, float]]


def count(facts: Facts, budget: list[dict[str, Any]]) -> Count:
    """Return the count of a run at rest."""
    times = Counter(_decided(facts))
    lost = [at for at in facts.samples if times[at] == 0]
    twice = [at for at in facts.samples if times[at] > 1]
    recount = Recount(facts, budget)
    again = list(learned_once(facts))  # type: ignore[arg-type]  # the same attributes
    findings = [
        *(f"sample {at} has no decision" for at in lost),
        *(f"sample {at} has {times[at]} decisions" for at in twice),
        *_strange(facts, times),
        *recount.overspent,
        *recount.odd,
        *again,
        *answered_once(facts),  # type: ignore[arg-type]  # the same attributes
        *numbered(facts),  # type: ignore[arg-type]  # the same attributes
        *_at_rest(facts),
    ]
    return Count(
        len(facts.samples),
        len(facts.requests),
        len(facts.labels),
        sum(fact.said["kind"] == "example" for fact in facts.updates),
        len(lost),
        len(twice),
        len(recount.overspent),
        len(again),
        findings,
        *longest_gap(facts.decided_at()),
        recount.spent,
    )


def _decided(facts: Facts) -> Iterator[str]:
    """Yield the sample of each decision; one that is asked about again was decided before."""
    first = [fact for fact in facts.requests if "#" not in fact.said["request_id"]]
    yield from (place(fact.said["source"]) for fact in (*first, *facts.decisions))
    yield from (at for at, _ in facts.buried if at.startswith("samples/"))


def _strange(facts: Facts, times: Counter[str]) -> Iterator[str]:
    """Yield what is there and should not be."""
    for at in times.keys() - set(facts.samples):
        yield f"a decision names {at}, which does not exist"
    yield from _repeated("request id", (fact.said["request_id"] for fact in facts.requests))
    keys = [(entry.key or b"").decode() for entry in facts.entries["samples"]]
    if Counter(keys) != Counter(f"s-{number}" for number in range(len(keys))):
        yield f"the feeder did not send {len(keys)} samples once each: this run proves nothing"


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, number in Counter(names).items():
        if number > 1:
            yield f"{what} {name} is there {number} times"


def _at_rest(facts: Facts) -> Iterator[str]:
    """Yield where the saved rows are not those of the last records."""
    ledger = facts.state[0, "ledger"]
    for what, row, there in (
        ("version", ledger["version"], len(facts.updates)),
        ("step", ledger["ledger"]["step"], len(stepping(facts))),  # type: ignore[arg-type]
        ("candidates", ledger["candidates"], _last(facts, "candidates")),
        ("labels", ledger["labels"].get("0", -1), _last(facts, "labels")),
        ("n", ledger["n"], sum(lived for _, lived in facts.lived())),
    ):
        if row != there:
            yield f"the ledger row's {what} is {row}, the topics say {there}"
    for partition, lived in facts.lived():
        row = facts.state.get((partition + 1, "partition"), {"seen": 0})
        if row["seen"] != lived:
            yield f"the row of partition {partition} has seen {row['seen']}, it had {lived} samples"
    if odd := _open(facts) ^ (_ids(facts.requests) - _ids(facts.updates)):
        yield f"requests open in the topics or in the rows, not in both: {sorted(odd)[:5]}"


def _open(facts: Facts) -> set[str]:
    rows = [row for (_, key), row in facts.state.items() if key.startswith("request/")]
    return {row["asked"]["request_id"] for row in rows if row and row.get("outcome") is None}


def _ids(found: list[Fact]) -> set[str]:
    return {fact.said["request_id"] for fact in found if fact.said.get("request_id")}


def _last(facts: Facts, topic: str) -> int:
    return max((entry.offset for entry in facts.entries[topic]), default=-1)


def longest_gap(times: list[int]) -> tuple[float, str]:
    """Return the longest pause between two times, in seconds, and when it was over.

    Examples
    --------
    >>> longest_gap([1000, 1500, 4500])
    (3.0, '00:00:04')
    """
    pauses = ((later - earlier, later) for earlier, later in pairwise(times))
    pause, over = max(pauses, default=(0, 0))
    return pause / 1000, datetime.fromtimestamp(over / 1000, UTC).strftime("%H:%M:%S")
