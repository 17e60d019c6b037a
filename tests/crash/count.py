"""An own count of what became of everything: it shares no code with `verify`.

Each function returns findings, one line each; none means that the law holds.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.crash.facts import Fact, Facts, Said, place


def findings(facts: Facts, poisoned: int) -> list[str]:
    """Return all that is wrong with a log at rest.

    Parameters
    ----------
    poisoned
        How many records of `samples` were sent that are none.
    """
    return [
        *decided_once(facts, poisoned),
        *answered_once(facts),
        *learned_once(facts),
        *numbered(facts),
        *at_rest(facts),
    ]


def decided_once(facts: Facts, poisoned: int) -> Iterator[str]:
    """Each sample has one decision or one dead letter; each request one id."""
    first = [fact for fact in facts.requests if "#" not in fact.said["request_id"]]
    buried = [at for at, _ in facts.buried if at.startswith("samples/")]
    places = [place(fact.said["source"]) for fact in (*first, *facts.decisions)]
    yield from _not_once("sample", facts.samples, (*places, *buried))
    ids = [fact.said["request_id"] for fact in facts.requests]
    yield from _not_once("request", set(ids), ids)
    if len(buried) != poisoned:
        yield f"{len(buried)} dead letters of samples, {poisoned} poisoned records were sent"


def _not_once(what: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    counts = Counter(found)
    for name in wanted:
        if (times := counts.pop(name, 0)) != 1:
            yield f"{what} {name} is there {times} times"
    for name in counts:
        yield f"{what} {name} does not exist"


def answered_once(facts: Facts) -> Iterator[str]:
    """Each record of `labels` was learned, ended a request, or was refused with reason."""
    used = [place(fact.said["answer"]) for fact in facts.updates if fact.said.get("answer")]
    refused = [at for at, _ in facts.buried if at.startswith("labels/")]
    yield from _not_once("answer", facts.labels, (*used, *refused))
    asked = {fact.said["request_id"] for fact in facts.requests}
    for at, reason in facts.buried:
        if reason == "unmatched" and json.loads(facts.labels[at]).get("request_id") in asked:
            yield f"answer {at} was refused as unmatched, but its request was made"


def learned_once(facts: Facts) -> Iterator[str]:
    """No answer is learned again: not for its request, nor one that nobody asked for."""
    known: dict[str, str | None] = {}
    for fact in facts.updates:
        said = fact.said
        if said["kind"] == "closed" and said["outcome"] == "retracted":
            known.pop(said["request_id"], None)
        elif said["kind"] == "example":
            name = said.get("request_id") or _own_name(facts, said)
            if known.get(name) == said["label"]:
                yield f"{fact.at}: {name} had the label {said['label']!r} already"
            if (name in known) > said.get("corrects", False):
                yield f"{fact.at}: {name} has a second label that is no correction"
            known[name] = said["label"]


def _own_name(facts: Facts, said: Said) -> str:
    return str(json.loads(facts.labels[place(said["answer"])])["answer_id"])


def numbered(facts: Facts) -> Iterator[str]:
    """Versions and ledger steps are 1, 2, 3 and so on, each once."""
    versions = [fact.said["version"] for fact in facts.updates]
    if versions != list(range(1, len(versions) + 1)):
        yield f"versions of updates have a gap or a repeat: {_first_odd(versions)}"
    steps = [step_of(fact) for fact in stepping(facts)]
    if steps != list(range(1, len(steps) + 1)):
        yield f"ledger steps have a gap or a repeat: {_first_odd(steps)}"


def stepping(facts: Facts) -> list[Fact]:
    """Return the records that are a step of the ledger, in its order."""
    found = [fact for fact in (*facts.requests, *facts.updates) if "ledger" in fact.said]
    return sorted(found, key=step_of)


def step_of(fact: Fact) -> int:
    """Return the ledger step of a record."""
    return int(fact.said["ledger"]["step"])


def _first_odd(numbers: list[int]) -> str:
    at = next(i for i, number in enumerate(numbers, start=1) if i != number)
    return f"number {at} is {numbers[at - 1]}"


def at_rest(facts: Facts) -> Iterator[str]:
    """The saved rows are those of the last records: of one moment, and of this one."""
    ledger = facts.state[0, "ledger"]
    for what, row, count in (
        ("version", ledger["version"], len(facts.updates)),
        ("step", ledger["ledger"]["step"], len(stepping(facts))),
        ("candidates", ledger["candidates"], len(facts.candidates) - 1),
        ("labels", ledger["labels"].get("0", -1), len(facts.labels) - 1),
        ("n", ledger["n"], sum(seen for _, seen in _seen(facts))),
    ):
        if row != count:
            yield f"the ledger row's {what} is {row}, the topics say {count}"
    if odd := _open(facts) ^ _unended(facts):
        yield f"requests open in the topics or in the rows, not in both: {sorted(odd)[:5]}"
    for partition, seen in _seen(facts):
        lived = _lived(facts, partition)
        if seen != lived:
            yield f"the row of partition {partition} has seen {seen}, it had {lived} samples"


def _open(facts: Facts) -> set[str]:
    rows = [row for (_, key), row in facts.state.items() if key.startswith("request/")]
    return {row["asked"]["request_id"] for row in rows if row.get("outcome") is None}


def _unended(facts: Facts) -> set[str]:
    asked = {fact.said["request_id"] for fact in facts.requests}
    return asked - {fact.said.get("request_id") for fact in facts.updates}


def _seen(facts: Facts) -> Iterator[tuple[int, int]]:
    for partition in range(facts.partitions["samples"]):
        row = facts.state.get((partition + 1, "partition"), {"seen": 0})
        yield partition, int(row["seen"])


def _lived(facts: Facts, partition: int) -> int:
    prefix = f"samples/{partition}/"
    buried = sum(at.startswith(prefix) for at, _ in facts.buried)
    return sum(at.startswith(prefix) for at in facts.samples) - buried
