"""Each scenario, small: a minute of it at most."""

from pathlib import Path

import pytest

from tests.chaos.asked import Asked
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.verdict import Verdict, wrong
from tests.kafka.jars import NoKafka

pytestmark = pytest.mark.chaos

SMALL = {
    "kill": Asked(rounds=8, samples=4_000),
    "points": Asked(rounds=3, samples=2_000),
    "stop": Asked(rounds=2, samples=3_000),
    "broker": Asked(rounds=1, samples=2_000),
    "leader": Asked(rounds=1, samples=3_000),
    "storm": Asked(rounds=6, samples=3_000),
    "roll": Asked(rounds=1, samples=3_000),
    "budget": Asked(rounds=1, samples=8_000),
}


@pytest.mark.parametrize("scenario", SMALL)
def test_nothing_is_lost_repeated_or_overspent(scenario: str, tmp_path: Path) -> None:
    """Whatever happens, each sample is decided once, within the budget, and soon."""
    verdict = _played(scenario, tmp_path, SMALL[scenario])
    assert not wrong(verdict), "\n".join(wrong(verdict)[:10])


def test_a_split_commit_is_caught(tmp_path: Path) -> None:
    """Outputs and offsets in two transactions are found out, by the count and by `verify`."""
    verdict = _played("split", tmp_path, Asked(rounds=6, samples=2_000))
    laws = {one["law"] for one in verdict["verify"]["violated"]}
    assert verdict["twice"] > 0
    # What an arbiter's lost batch held decides whether a label or a request is repeated.
    assert verdict["overspent"] + verdict["learned_twice"] > 0
    assert {1, 7} <= laws


def _played(scenario: str, folder: Path, asked: Asked) -> Verdict:
    try:
        return SCENARIOS[scenario].play(folder, asked)
    except NoKafka as lack:
        pytest.skip(str(lack))
