"""A hundred kills of real processes on one file; and the same with a commit that is split."""

import os
from collections.abc import Iterator

import pytest

from streamal.runtime.faults import POINTS, SPLIT_COMMIT
from tests.crash.process import cold
from tests.crash.rounds import ONLY_WHERE_SPLIT, WHOLE, Kills, Round, plan
from tests.crash.site import Site
from tests.crash.verdict import (
    CRASHES,
    Tell,
    assert_whole,
    counted,
    figures,
    rest,
    states,
    unseen,
)

pytestmark = pytest.mark.crash

ROUNDS = int(os.environ.get("STREAMAL_TEST_CRASH_ROUNDS", "100"))
SPLIT_ROUNDS = 2 * len(POINTS)
AMID = 6
"""As many as `Kills` may wait for, so each of them once."""


def test_work_survives_a_hundred_kills(site: Site, seed: str, tell: Tell) -> None:
    """Killed at any moment, each sample is decided once and each label learned once."""
    kills = Kills(site, cold)
    for one in plan(seed, ROUNDS):
        kills.play(one)
    rest(site)
    tell(f"seed {seed}, {ROUNDS} rounds")
    for line in figures(site, kills):
        tell(line)
    assert_whole(site)
    if 2 * len(WHOLE) <= ROUNDS:
        assert set(kills.died) > set(WHOLE)
        assert unseen(site) == [CRASHES]


def amid_answers() -> Iterator[Round]:
    """Yield a kill in each of an arbiter's first commits: some of them have taken answers in."""
    for number in range(AMID):
        yield Round(SPLIT_ROUNDS + number, "arbiter.mid_commit", number / AMID)


def test_a_split_commit_is_caught(site: Site, seed: str, tell: Tell) -> None:
    """Of the same seed, outputs and offsets in two transactions are seen to break the laws."""
    kills = Kills(site, cold, {SPLIT_COMMIT: "1"})
    for one in (*plan(seed, SPLIT_ROUNDS, POINTS), *amid_answers()):
        kills.play(one)
    rest(site)
    found, laws = counted(site), states(site)
    violated = [law for law, state in laws.items() if state == "violated"]
    tell(f"split commit: {len(found)} findings of the own count; laws violated: {violated}")
    assert found
    assert {1, 4} <= set(violated)
    assert set(ONLY_WHERE_SPLIT) < set(kills.died)
