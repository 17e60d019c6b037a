"""What every policy promises, and what is particular to each."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from streamal.core.draw import draw
from streamal.core.policies import POLICIES, Opinion, Policy, PolicySpec, Scored, policy
from streamal.core.records import Sample
from streamal.core.scorer import PartitionState, Scorer, ScorerSpec, Situation
from tests.core.harness import prediction_of
from tests.core.made import sample
from tests.strategies import SCORED, SHARES

KINDS = sorted(POLICIES)
STREAMS = st.lists(SCORED, max_size=20)
few = settings(max_examples=25)


def _scored(
    offset: int, utility: float = 0.5, confidence: float = 0.5, pace: float = 0.1
) -> Scored:
    return Scored(f"samples/0/{offset}", utility, confidence, False, True, pace)


def _weigh(one: Policy, stream: Sequence[Scored]) -> list[Opinion]:
    return [one.weigh(scored) for scored in stream]


@pytest.mark.parametrize("kind", KINDS)
@few
@given(before=STREAMS, after=STREAMS)
def test_a_saved_policy_has_the_same_future(
    kind: str, before: list[Scored], after: list[Scored]
) -> None:
    """At any point, what was saved and loaded into a fresh one goes on in the same way."""
    spec = PolicySpec(kind=kind, window=7)
    one, other = policy(spec, 7), policy(spec, 7)
    _weigh(one, before)
    saved = one.save()
    if saved is not None:
        other.load(saved)
    assert _weigh(one, after) == _weigh(other, after)
    assert one.save() == other.save()


@pytest.mark.parametrize("kind", KINDS)
@few
@given(stream=STREAMS)
def test_an_opinion_is_a_rank_and_a_probability(kind: str, stream: list[Scored]) -> None:
    """A rank is in [0, 1]; with a probability beside it, it is yes or no."""
    for view in _weigh(policy(PolicySpec(kind=kind), 7), stream):
        assert 0.0 <= view.rank <= 1.0
        if view.want is not None:
            assert 0.0 <= view.want <= 1.0
            assert view.rank in {0.0, 1.0}


@pytest.mark.parametrize("kind", sorted(set(POLICIES) - {"random", "periodic"}))
@few
@given(utility=SHARES, pace=SHARES)
def test_a_cold_model_is_asked_for(kind: str, utility: float, pace: float) -> None:
    """A first sample without an opinion is wanted by everyone who looks at the model."""
    cold = Scored("samples/0/0", utility, 0.0, True, True, pace)
    assert policy(PolicySpec(kind=kind), 7).weigh(cold).rank == 0.0


@pytest.mark.parametrize("kind", KINDS)
@few
@given(stream=st.lists(st.floats(), max_size=30))
def test_no_utility_stops_a_scorer(kind: str, stream: list[float]) -> None:
    """Probabilities of any kind, not finite ones too, are routed by every policy."""
    scorer = Scorer(ScorerSpec(seed=7, policy=PolicySpec(kind=kind, window=5), auto_label=0.9))
    scorer.restore(0, PartitionState())
    for i, utility in enumerate(stream):
        guess = prediction_of(abs(utility))
        routed = scorer.route(sample(i), guess, Situation(("a", "b"), 1, 0.1), 0)
        assert isinstance(routed.sample_id, str)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_another_policy_starts_afresh(kind: str, other: str) -> None:
    """A partition saved under one policy is taken over by any other; only kin can go on from it."""
    scorer = Scorer(ScorerSpec(seed=7, policy=PolicySpec(kind=kind)))
    scorer.restore(0, PartitionState())
    scorer.route(sample(0), prediction_of(0.5), Situation(("a", "b"), 1, 0.1), 0)
    changed = Scorer(ScorerSpec(seed=7, policy=PolicySpec(kind=other)))
    changed.restore(0, scorer.save()[0])
    assert _routed(changed, sample(1)) == _routed(_resumed(other, kind), sample(1))


def _resumed(kind: str, before: str) -> Scorer:
    """A scorer of one kind that has seen sample 0, or knows nothing of it if it was another."""
    scorer = Scorer(ScorerSpec(seed=7, policy=PolicySpec(kind=kind)))
    state = PartitionState()
    seen = Scorer(ScorerSpec(seed=7, policy=PolicySpec(kind=before)))
    seen.restore(0, state)
    seen.route(sample(0), prediction_of(0.5), Situation(("a", "b"), 1, 0.1), 0)
    (saved,) = seen.save().values()
    if POLICIES[kind] is not POLICIES[before]:
        saved.policy = None
    scorer.restore(0, saved)
    return scorer


def _routed(scorer: Scorer, one: Sample) -> object:
    return scorer.route(one, prediction_of(0.5), Situation(("a", "b"), 1, 0.1), 0)


def test_rank_ranks_by_utility() -> None:
    """The best of the recent utilities has rank 0, the worst 1."""
    views = _weigh(policy(PolicySpec(), 7), [_scored(i, u) for i, u in enumerate((0.5, 0.9, 0.1))])
    assert [view.rank for view in views] == [0.0, 0.0, 1.0]


def test_rank_breaks_ties_by_draw() -> None:
    """Equal utilities have all ranks alike, not all the best or all the worst."""
    one = policy(PolicySpec(), 7)
    ranks = [one.weigh(_scored(i)).rank for i in range(1000)]
    assert 0.45 < sum(ranks) / len(ranks) < 0.55


def test_rank_draws_what_was_not_drawn() -> None:
    """A rank is the same whether the number for `ask` comes along or has to be drawn again."""
    spec = PolicySpec(window=5)
    one, other = policy(spec, 7), policy(spec, 7)
    for i in range(50):
        scored = _scored(i)
        drawn = replace(scored, draw=draw(7, "ask", scored.source))
        assert one.weigh(scored) == other.weigh(drawn)


def test_fixed_asks_below_its_threshold() -> None:
    """The textbook rule: below the threshold and only there."""
    one = policy(PolicySpec(kind="fixed", threshold=0.8), 7)
    views = [one.weigh(_scored(0, confidence=c)) for c in (0.79, 0.8, 0.81)]
    assert [view.rank for view in views] == [0.0, 1.0, 1.0]
    assert {view.threshold for view in views} == {0.8}


@given(st.floats(0.001, 1.0))
def test_periodic_asks_at_even_distances(pace: float) -> None:
    """Any stretch of the stream holds the pace's number of wishes, give or take one."""
    one = policy(PolicySpec(kind="periodic"), 7)
    wishes = [1.0 - one.weigh(_scored(i, pace=pace)).rank for i in range(200)]
    for start in (0, 37, 111):
        assert abs(sum(wishes[start : start + 80]) - 80 * pace) <= 1.0 + 1e-6


def test_variable_lowers_its_threshold_with_each_wish_and_raises_it_without() -> None:
    """A step down for a sample that was asked, a step up for one that was not."""
    one = policy(PolicySpec(kind="variable", step=0.1), 7)
    views = [one.weigh(_scored(0, confidence=c)) for c in (0.5, 0.95, 0.5)]
    assert [view.threshold for view in views] == pytest.approx([1.0, 0.9, 0.99])
    assert [view.rank for view in views] == [0.0, 1.0, 0.0]


def test_variable_stands_still_while_nothing_is_affordable() -> None:
    """A wish that no budget would let through moves no threshold."""
    one = policy(PolicySpec(kind="variable"), 7)
    one.weigh(Scored("samples/0/0", 0.5, 0.5, False, False, 0.0))
    assert one.save() == 1.0


@pytest.mark.parametrize("kind", ["randomised", "split"])
def test_the_probability_of_a_wish_is_its_frequency(kind: str) -> None:
    """Over many samples, wishes are as frequent as the probabilities handed over."""
    one = policy(PolicySpec(kind=kind, step=1e-9), 7)
    views = [one.weigh(_scored(i, confidence=0.9, pace=0.3)) for i in range(4000)]
    wishes = sum(1.0 - view.rank for view in views)
    assert wishes == pytest.approx(sum(view.want or 0.0 for view in views), abs=4 * 32)


def test_split_asks_a_part_at_random() -> None:
    """Where `variable` would never ask, the random part goes on asking at the pace."""
    one = policy(PolicySpec(kind="split", random_share=0.5), 7)
    one.load(1e-6)
    views = [one.weigh(_scored(i, confidence=1.0, pace=0.4)) for i in range(2000)]
    assert sum(view.rank == 0.0 for view in views) == pytest.approx(2000 * 0.5 * 0.4, rel=0.2)
