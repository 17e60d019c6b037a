"""The bandit of `auto`: stays with its first arm unless another is clearly better."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from streamal.core.chooser import EXPLORED, Chooser, Record
from streamal.core.draw import draw

ARMS = ("margin", "random", "novelty")
FALLS = st.lists(st.floats(-1.0, 1.0), max_size=60)


def _run(falls: dict[str, float], periods: int, noise: float = 0.1) -> Counter[str]:
    """Let each arm earn its mean and some noise; return how often each was used."""
    chooser, used = Chooser(ARMS, seed=7), Counter[str]()
    for period in range(periods):
        used[chooser.arm] += 1
        chooser.reward(falls[chooser.arm] + noise * (draw(1, "noise", str(period)) - 0.5))
    return used


def test_equal_arms_leave_the_first_in_use() -> None:
    """Where nothing is to be gained the first arm has all but the tried periods."""
    used = _run(dict.fromkeys(ARMS, 0.05), 300)
    assert used["margin"] >= 300 * (1.0 - 1.5 * EXPLORED)


def test_a_clearly_better_arm_is_taken() -> None:
    """An arm that earns several times the noise more is used most of the time."""
    used = _run({"margin": 0.0, "random": 0.0, "novelty": 0.3}, 300)
    assert used["novelty"] > 150


def test_a_little_better_is_not_enough() -> None:
    """Within the noise nobody leaves the first arm."""
    used = _run({"margin": 0.05, "random": 0.055, "novelty": 0.05}, 300)
    assert used["margin"] >= 300 * (1.0 - 1.5 * EXPLORED)


@given(FALLS)
def test_the_same_rewards_choose_the_same_arms(falls: list[float]) -> None:
    """It is a function of what it was told: replicas agree."""
    one, other = Chooser(ARMS, seed=3), Chooser(ARMS, seed=3)
    for fall in falls:
        one.reward(fall)
        other.reward(fall)
        assert (one.arm, one.why) == (other.arm, other.why)
        assert one.arm in ARMS


def test_a_period_without_a_judge_earns_nothing() -> None:
    """Before the first uniform label a period passes, and no arm is blamed or praised."""
    chooser = Chooser(ARMS, seed=7)
    for _ in range(50):
        chooser.pass_period()
    assert all(record.periods == 0 for record in chooser.records.values())


def test_a_record_forgets() -> None:
    """What an arm earned long ago counts less than what it earns now."""
    record = Record()
    for reward in [1.0] * 50 + [0.0] * 50:
        record.add(reward)
    assert record.mean < 0.25
