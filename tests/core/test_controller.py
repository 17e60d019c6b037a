"""The one rule: monotone in the share, and its propensity is how often it says yes."""

from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.controller import GENEROSITY, LEAST, Bucket, Verdict, floor, wanted
from streamal.core.draw import draw
from tests.strategies import SHARES

WISHES = st.sampled_from([None, 0.0, 0.3, 1.0])
DRAWS = st.floats(0.0, 1.0, exclude_max=True)


@given(SHARES, DRAWS, SHARES, SHARES, SHARES)
def test_more_share_never_takes_a_wish_back(
    rank: float, chance: float, first: float, second: float, exploration: float
) -> None:
    """What is wanted at a share is wanted at every larger one, so scorers miss nothing."""
    small, large = sorted((first, second))
    if wanted(rank, chance, small, exploration).wanted:
        assert wanted(rank, chance, large, exploration).wanted


@given(SHARES, DRAWS, SHARES, SHARES, WISHES)
def test_a_propensity_is_a_probability(
    rank: float, chance: float, share: float, exploration: float, want: float | None
) -> None:
    """It lies in [0, 1], and what is wanted had one above 0."""
    verdict = wanted(rank if want is None else round(rank), chance, share, exploration, want)
    assert 0.0 <= verdict.propensity <= 1.0
    assert verdict.explored <= verdict.wanted
    if want is None and verdict.wanted:
        assert verdict.propensity > 0


@given(SHARES, DRAWS, SHARES)
def test_nothing_is_wanted_without_a_share(rank: float, chance: float, exploration: float) -> None:
    """Where nothing is affordable nothing is wanted, and the propensity says so."""
    assert wanted(rank, chance, 0.0, exploration) == Verdict(False, False, 0.0)
    assert wanted(0.0, chance, 0.0, exploration, 1.0) == Verdict(False, False, 0.0)


@given(SHARES, DRAWS)
def test_everything_is_wanted_at_a_full_share(rank: float, chance: float) -> None:
    """Where all is affordable, the worst sample is asked too."""
    verdict = wanted(rank, chance, 1.0, 0.15)
    assert (verdict.wanted, verdict.propensity) == (True, 1.0)


@pytest.mark.parametrize("want", [None, 0.0, 0.4, 1.0])
@pytest.mark.parametrize("exploration", [0.15, 0.5, 1.0])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_the_propensity_is_the_frequency(
    share: float, exploration: float, want: float | None
) -> None:
    """Over many draws at one rank, a sample is wanted as often as its propensity says."""
    count, hits, propensities = 4000, 0, set()
    for i in range(count):
        source = f"{share}/{exploration}/{i}"
        wish = want is not None and draw(3, "wish", source) < want
        rank = 0.6 if want is None else float(not wish)
        verdict = wanted(rank, draw(3, "ask", source), share, exploration, want)
        hits += verdict.wanted
        propensities.add(verdict.propensity)
    (expected,) = propensities
    spread = sqrt(expected * (1 - expected) / count)
    assert hits / count == pytest.approx(expected, abs=4 * spread + 1e-9)


@given(SHARES, SHARES)
def test_the_floor_keeps_the_rule_within_its_share(share: float, exploration: float) -> None:
    """Best ranks and uniform draws together are the share: neither is paid twice."""
    hits = (1 - exploration) * share
    assert hits + (1 - hits) * floor(share, exploration) == pytest.approx(share, abs=1e-9)


def test_a_bucket_proposes_generously_and_never_less_than_the_least() -> None:
    """At its middle a bucket lets through m times the pace, and LEAST where that is less."""
    assert (GENEROSITY, LEAST) == (3, 0.12)
    assert Bucket().fill(0.1) == pytest.approx(0.3 * exp(1.5 * 0.3 / 15))
    assert Bucket().fill(0.001) == pytest.approx(0.12 * exp(1.5 * 0.12 / 15))
    assert (Bucket().fill(0.34), Bucket().fill(1.0)) == (1.0, 1.0)


def test_a_bucket_proposes_nothing_that_no_pace_affords() -> None:
    """At a pace of 0 the cap is 0, however full the bucket."""
    bucket = Bucket(10.0 * GENEROSITY)
    assert (bucket.fill(0.0), bucket.level) == (0.0, 10.0 * GENEROSITY)


@given(st.lists(st.tuples(SHARES, st.booleans()), max_size=300))
def test_a_bucket_stays_between_its_ends(moves: list[tuple[float, bool]]) -> None:
    """However long a lull or a burst, the level stays in bounds and the cap in [0, 1]."""
    bucket = Bucket()
    for pace, is_taken in moves:
        assert 0.0 <= bucket.fill(pace) <= 1.0
        if is_taken:
            bucket.take()
        assert -10 * GENEROSITY <= bucket.level <= 10 * GENEROSITY


def test_proposals_slow_down_while_they_outrun_the_pace() -> None:
    """Each candidate lowers the cap of the next sample; a lull raises it again."""
    bucket, caps = Bucket(), []
    for _ in range(40):
        caps.append(bucket.fill(0.01))
        bucket.take()
    assert caps == sorted(caps, reverse=True)
    lull = [bucket.fill(0.01) for _ in range(400)]
    assert lull[-1] > caps[0]


def test_a_lull_fills_a_bucket_and_no_more() -> None:
    """Its level rises to ten times the generosity and stays there."""
    bucket = Bucket()
    for _ in range(100):
        bucket.fill(0.2)
    assert bucket.level == 10 * GENEROSITY
