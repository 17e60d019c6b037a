"""What could have been spent is counted by the broker's clock, and by the samples that came."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pytest

from tests.chaos.budgets import Check, _checks, _clock
from tests.chaos.facts import Facts
from tests.chaos.log import Entry
from tests.crash.facts import Said

WINDOW_MS = 8_000


class Written(NamedTuple):
    """Entries of all topics, as `Log` gives them."""

    entries: Sequence[Entry]

    def whole(self) -> Iterator[Entry]:
        """Yield them all."""
        yield from self.entries


def _entry(topic: str, offset: int, time: int, said: Said) -> Entry:
    return Entry(topic, 0, offset, time, None, json.dumps(said).encode(), {})


def _facts(candidates: Sequence[int], labels: Sequence[int], asked: Sequence[Said]) -> Facts:
    """Return a log of records appended at these times, a thousand samples to a candidate."""
    seen = [{"kind": "candidate", "seen": {"0": 1000 * n}} for n in range(1, len(candidates) + 1)]
    stamps = [{"ledger": {"step": step, **one}} for step, one in enumerate(asked, start=1)]
    return Facts(
        Written(
            [
                *(_entry("candidates", n, time, seen[n]) for n, time in enumerate(candidates)),
                *(_entry("labels", n, time, {}) for n, time in enumerate(labels)),
                *(_entry("label-requests", n, 0, one) for n, one in enumerate(stamps)),
            ]
        ),
        "",
    )


def _asked(candidate: int, label: int | None = None) -> Said:
    """Return the stamp of a request: how far candidates and labels had been taken in."""
    return {"candidates": candidate, "labels": {} if label is None else {"0": label}}


def test_a_label_moves_the_clock_of_candidates_that_waited() -> None:
    """A candidate is charged in the window of the newest label that was taken in before it."""
    facts = _facts([7_000, 7_001, 7_002, 9_500], [9_000], [_asked(0), _asked(1, 0), _asked(2, 0)])
    assert _clock(facts) == [7_000, 9_000, 9_000, 9_500]


@pytest.mark.parametrize(("at", "possible"), [(0, 5), (3_200, 127), (6_400, 250), (7_999, 250)])
def test_a_window_is_planned(at: int, possible: int) -> None:
    """When the last samples of a window come decides how much of it could be spent."""
    facts = _facts([at, at + WINDOW_MS], [], [])
    facts.candidates[0].said["seen"]["0"] = 100_000
    assert next(_checks(facts, 10_000, 250)) == Check(0, possible)
