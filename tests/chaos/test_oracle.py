"""The judge finds what is wrong, and nothing else: a tiny log, and each law of it broken."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.chaos.facts import Facts
from tests.chaos.log import Entry
from tests.chaos.oracle import Count, count, longest_gap
from tests.crash.facts import Said

PREFIX = "test."
BUDGET: list[Said] = [{"rate": 0.5, "burst": 1}, {"window": {"count": 2, "every": "1s"}}]


@dataclass
class Told:
    """Entries by topic, as `Log` gives them."""

    topics: dict[str, list[Entry]] = field(default_factory=dict)

    def add(self, topic: str, said: Said | None, key: str = "", partition: int = 0) -> None:
        """Append a record; offsets have holes, as those of a log with markers have."""
        entries = self.topics.setdefault(topic, [])
        value = None if said is None else json.dumps(said).encode()
        offset = 2 * len(entries)
        entries.append(Entry(topic, partition, offset, 1000, key.encode(), value, {}))

    def whole(self) -> Iterator[Entry]:
        """Yield them all."""
        for entries in self.topics.values():
            yield from entries

    def change(self, topic: str, index: int, **said: object) -> None:
        """Let a record say something else."""
        entry = self.topics[topic][index]
        value = json.dumps({**json.loads(entry.value or b""), **said}).encode()
        self.topics[topic][index] = entry._replace(value=value)


def _source(offset: int, topic: str = "samples") -> Said:
    return {"topic": PREFIX + topic, "partition": 0, "offset": offset}


def _stamp(step: int, labels: int = -1) -> Said:
    return {
        "step": step,
        "candidates": 2,
        "labels": {"0": labels} if labels >= 0 else {},
        "n": 2,
        "time": 1000,
        "limits": [{"charged": 1.0, "allowed": 2.0}, {"charged": 1.0, "allowed": 2.0}],
    }


@pytest.fixture
def told() -> Told:
    """Two samples: one asked about, answered and learned; one abstained from."""
    log = Told()
    log.add("samples", {"features": {}}, "s-0")
    log.add("samples", {"features": {}}, "s-1")
    log.add("candidates", {"kind": "candidate", "seen": {"0": 1}})
    log.add("candidates", {"kind": "progress", "seen": {"0": 2}})
    asked = {"request_id": "r", "source": _source(0), "ledger": _stamp(1)}
    log.add("label-requests", asked)
    log.add("abstained", {"source": _source(2)})
    log.add("labels", {"request_id": "r", "label": "up"})
    learned = {"request_id": "r", "label": "up", "answer": _source(0, "labels")}
    stamped = {"version": 1, "kind": "example", "ledger": _stamp(2, 0)}
    log.add("updates", {**learned, **stamped})
    row = {"version": 1, "candidates": 2, "labels": {"0": 0}, "n": 2, "ledger": {"step": 2}}
    log.add("state", row, "ledger")
    log.add("state", {"seen": 2}, "partition", 1)
    return log


def _counted(told: Told) -> Count:
    return count(Facts(told, PREFIX), BUDGET)


def test_a_whole_log_is_found_whole(told: Told) -> None:
    """Where nothing is wrong nothing is found."""
    assert _counted(told).findings == []


def _repeat(topic: str) -> Callable[[Told], None]:
    return lambda told: told.add(topic, json.loads(told.topics[topic][0].value or b""))


BROKEN: dict[str, tuple[Callable[[Told], object], str]] = {
    "lost": (lambda told: told.topics["abstained"].clear(), "samples/0/2 has no decision"),
    "twice": (_repeat("abstained"), "samples/0/2 has 2 decisions"),
    "strange": (
        lambda told: told.add("abstained", {"source": _source(8)}),
        "names samples/0/8, which does not exist",
    ),
    "asked twice": (_repeat("label-requests"), "request id r is there 2 times"),
    "learned twice": (_repeat("updates"), "had the label 'up' already"),
    "unanswered": (
        lambda told: told.add("labels", {"request_id": "r", "label": "up"}),
        "answer labels/0/2 is there 0 times",
    ),
    "versions": (lambda told: told.change("updates", 0, version=2), "versions of updates"),
    "steps": (lambda told: told.change("updates", 0, ledger=_stamp(3, 0)), "ledger steps"),
    "rows": (lambda told: told.change("state", 1, seen=1), "has seen 1, it had 2 samples"),
    "ledger row": (lambda told: told.change("state", 0, n=1), "row's n is 1"),
    "not fed once": (
        lambda told: told.add("samples", {"features": {}}, "s-1"),
        "this run proves nothing",
    ),
}


@pytest.mark.parametrize("law", BROKEN)
def test_what_is_wrong_is_found(told: Told, law: str) -> None:
    """A log that breaks one law is found to break it."""
    broken, finding = BROKEN[law]
    broken(told)
    assert any(finding in line for line in _counted(told).findings), _counted(told).findings


def test_overspending_is_found_by_the_recount(told: Told) -> None:
    """More requests than the samples afford are found, whatever their stamps say."""
    for number in range(2):
        again = {"request_id": f"r#{number + 2}", "source": _source(0), "ledger": _stamp(3)}
        told.add("label-requests", again)
    assert _counted(told).overspent == 1


def test_overspending_is_found_by_the_stamps(told: Told) -> None:
    """A stamp that admits it is found, and that it differs from the recount."""
    limits = [{"charged": 3.0, "allowed": 2.0}, {"charged": 1.0, "allowed": 2.0}]
    told.change("label-requests", 0, ledger={**_stamp(1), "limits": limits})
    found = _counted(told)
    assert found.overspent == 1
    assert any("says otherwise" in line for line in found.findings)


def test_the_longest_pause_is_measured() -> None:
    """A gap is the time between two decisions; where there are none there is no gap."""
    assert longest_gap([1000, 1500, 4500]) == (3.0, "00:00:04")
    assert longest_gap([])[0] == 0.0
