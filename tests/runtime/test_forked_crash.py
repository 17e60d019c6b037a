"""A sample of the crash tests: forks of one warm process are killed, at every point once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streamal.runtime.faults import SPLIT_COMMIT
from tests.crash.process import forked
from tests.crash.rounds import ONLY_WHERE_SPLIT, WHOLE, Kills, plan
from tests.crash.site import Site
from tests.crash.verdict import assert_whole, counted, rest, states

SEED = "forked"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A fresh log."""
    made = Site(tmp_path, SEED)
    yield made
    made.close()


def test_work_survives_a_kill_at_every_point(site: Site) -> None:
    """Killed at each named point and between, each sample is decided, each label learned, once."""
    kills = Kills(site, forked)
    for one in plan(SEED, 2 * len(WHOLE)):
        kills.play(one)
    rest(site)
    assert set(kills.died) > set(WHOLE)
    assert_whole(site)


@pytest.mark.parametrize("point", ONLY_WHERE_SPLIT)
def test_one_kill_shows_a_split_commit(site: Site, point: str) -> None:
    """Killed between the halves of a batch that is committed in two, the log breaks the laws."""
    kills = Kills(site, forked, {SPLIT_COMMIT: "1"})
    for one in plan(SEED, 2, (point,)):
        kills.play(one)
    rest(site)
    assert counted(site)
    assert "violated" in states(site).values()
