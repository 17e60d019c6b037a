"""The scorer: proposes what may be worth asking, routes the rest, tells how far it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.estimate import bin_of
from streamal.core.policies import PolicySpec
from streamal.core.prediction import NO_OPINION, Prediction, predicted
from streamal.core.records import NO_PAYLOAD, Candidate, Decision
from streamal.core.scorer import PartitionState, Scorer, ScorerSpec, Situation
from streamal.core.terms import Terms, fixed
from tests.core.made import sample
from tests.strategies import ODD_ROWS, SHARES

CLASSES = ("a", "b", "c", "d", "e")
SURE = predicted(CLASSES[:2], [0.99, 0.01])
UNSURE = predicted(CLASSES[:2], [0.51, 0.49])


FIXED = fixed(0.95)


def _scorer(*partitions: int, **policy: object) -> Scorer:
    scorer = Scorer(ScorerSpec(7, PolicySpec(**policy)))  # type: ignore[arg-type]
    for partition in partitions or (0,):
        scorer.restore(partition, PartitionState())
    return scorer


def _route(
    scorer: Scorer,
    offset: int,
    guess: Prediction,
    pace: float = 0.1,
    partition: int = 0,
    terms: Terms = FIXED,
) -> Candidate | Decision:
    situation = Situation(CLASSES[:2], 3, pace, terms)
    return scorer.route(sample(offset, partition), guess, situation, 500)


def _decision(scorer: Scorer, guess: Prediction, terms: Terms = FIXED) -> Decision:
    """A decision that the scorer made itself: at a pace of 0 nothing is proposed."""
    found = _route(scorer, 1, guess, pace=0.0, terms=terms)
    assert isinstance(found, Decision)
    return found


@pytest.mark.parametrize(
    ("auto_label", "guess", "route", "reason"),
    [
        (0.95, SURE, "auto_label", "confident"),
        (0.99, SURE, "auto_label", "confident"),
        (0.991, SURE, "abstain", "not_informative"),
        (0.95, UNSURE, "abstain", "not_informative"),
        (None, SURE, "abstain", "not_informative"),
        (0.0, NO_OPINION, "abstain", "not_informative"),
    ],
)
def test_only_a_confident_model_labels_by_itself(
    auto_label: float | None, guess: Prediction, route: str, reason: str
) -> None:
    """At or above the threshold in force, never without one, never without an opinion."""
    found = _decision(_scorer(), guess, fixed(auto_label))
    assert (found.route, found.reason) == (route, reason)


def test_an_auto_label_names_its_threshold() -> None:
    """Its record has threshold and certificate; an abstention has neither."""
    scorer = _scorer()
    found = _decision(scorer, SURE)
    assert (found.auto_label_threshold, found.certificate) == (0.95, None)
    assert not isinstance(_decision(scorer, UNSURE).auto_label_threshold, float)


def test_a_decision_says_what_it_was_made_from() -> None:
    """Probabilities, confidence, utility, version and time are those of the moment."""
    found = _decision(_scorer(), UNSURE)
    assert found.probabilities == {"a": 0.51, "b": 0.49}
    assert (found.label, found.confidence, found.model_version) == ("a", 0.51, 3)
    assert found.utility == pytest.approx(0.49 / 0.51)
    assert (found.decided_at, found.source.text, found.propensity) == (500, "samples/0/1", 0.0)


@pytest.mark.parametrize("kind", ["rank", "fixed", "variable", "randomised", "split", "random"])
def test_a_cold_model_is_all_questions(kind: str) -> None:
    """At full pace every sample without an opinion is proposed, marked as cold."""
    scorer = _scorer(kind=kind)
    found = [_route(scorer, i, NO_OPINION, pace=1.0) for i in range(30)]
    assert all(isinstance(one, Candidate) and one.cold_start for one in found)
    assert {one.utility for one in found} == {1.0}


@given(st.lists(ODD_ROWS, min_size=1, max_size=30), SHARES)
@settings(max_examples=50)
def test_odd_rows_are_ordinary(rows: list[list[float]], pace: float) -> None:
    """Missing classes, one class, NaN and ties are routed like any other sample."""
    scorer = _scorer()
    for i, row in enumerate(rows):
        classes = CLASSES[: len(row)]
        found = scorer.route(sample(i), predicted(classes, row), Situation(classes, 1, pace), 0)
        assert 0.0 < found.utility <= 1.0
        assert 0.0 <= found.rank <= 1.0


def test_each_sample_is_counted_and_told_once() -> None:
    """What a candidate told is not told again; progress tells the rest, and then nothing."""
    scorer = _scorer()
    told = _route(scorer, 0, UNSURE, pace=1.0)
    assert isinstance(told, Candidate)
    assert told.seen == {"0": 1}
    _decision(scorer, SURE)
    progress = scorer.progress()
    assert progress is not None
    assert progress.seen == {"0": 2}
    assert progress.bins["0"][bin_of(0.99)] == 1
    assert scorer.progress() is None


def test_a_candidate_tells_of_every_partition_touched_since() -> None:
    """Whoever comes first tells for all, so that n is exact at each request."""
    scorer = _scorer(0, 1, 2)
    for partition in (0, 1, 1):
        _route(scorer, 1, SURE, pace=0.0, partition=partition)
    told = _route(scorer, 5, NO_OPINION, pace=1.0, partition=2)
    assert isinstance(told, Candidate)
    assert told.seen == {"0": 1, "1": 2, "2": 1}


def test_what_was_told_does_not_change_afterwards() -> None:
    """Counts in a record are copies, not windows into what the scorer goes on counting."""
    scorer = _scorer()
    _decision(scorer, SURE)
    progress = scorer.progress()
    assert progress is not None
    before = {partition: list(bins) for partition, bins in progress.bins.items()}
    _decision(scorer, SURE)
    assert progress.bins == before


def test_only_touched_partitions_are_saved() -> None:
    """One row for each partition that changed since it was last saved."""
    scorer = _scorer(0, 1)
    _route(scorer, 1, SURE, partition=1)
    assert list(scorer.save()) == [1]
    assert scorer.save() == {}


def test_a_dropped_partition_is_forgotten() -> None:
    """What another process decides now is neither told nor saved by this one."""
    scorer = _scorer(0, 1)
    for partition in (0, 1):
        _route(scorer, 1, SURE, pace=0.0, partition=partition)
    scorer.drop(1)
    scorer.drop(7)
    progress = scorer.progress()
    assert progress is not None
    assert list(progress.seen) == ["0"]
    assert list(scorer.save()) == [0]


def test_partitions_do_not_rank_each_other() -> None:
    """Each compares with its own recent samples: the best of a dull one is its best."""
    scorer = _scorer(0, 1)
    for offset in range(50):
        _route(scorer, offset, UNSURE, partition=0)
    assert _route(scorer, 0, SURE, partition=1).rank == 0.0


def test_the_threshold_follows_the_cap() -> None:
    """For `rank` a decision shows the part of the ranks that would have been proposed."""
    scorer = _scorer()
    found = [_route(scorer, i, SURE, pace=0.05) for i in range(60)]
    decided = [one for one in found if isinstance(one, Decision)]
    assert decided
    assert all(0.0 < one.threshold <= min(one.rank, 0.85) for one in decided)


def test_a_candidate_carries_what_people_need() -> None:
    """Features always; the payload if there is one, null if not."""
    found = _route(_scorer(), 0, NO_OPINION, pace=1.0)
    assert isinstance(found, Candidate)
    assert (found.features, found.payload) == ({"x": 0.0}, NO_PAYLOAD)
    assert (found.source.offset, found.created_at) == (0, 500)


def test_no_pace_affords_no_candidate() -> None:
    """While the arbiter says 0, nothing is proposed, by any policy."""
    for kind in ("rank", "fixed", "variable", "randomised", "split", "random", "periodic"):
        scorer = _scorer(kind=kind)
        found = [_route(scorer, i, NO_OPINION, pace=0.0) for i in range(50)]
        assert all(isinstance(one, Decision) and one.propensity == 0.0 for one in found)
