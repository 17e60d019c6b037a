"""What is said of samples: modifiers, disagreement and arm are folds over `updates`."""

from collections.abc import Sequence

import numpy as np
import pytest

from streamal.core import records
from streamal.core.chooser import PERIOD
from streamal.core.policies import PolicySpec
from streamal.core.prediction import Prediction
from streamal.core.quotas import DEFICIT, QuotaSpec
from streamal.core.records import Source, Stamp
from streamal.core.scorer import ScorerSpec
from streamal.core.surroundings import ModifierSpec
from streamal.core.updates import Closed, Example
from streamal.learners.model import Model, Refusal
from streamal.learners.port import Features, Probabilities
from streamal.runtime.replica import Replica
from tests.runtime import tiny

STAMP = Stamp(1, 0, {}, 0, 0, 0.0, [])
AT = Source("samples", 0, 0)
ROWS: list[records.Features] = [{"x": 1.0}, {"x": 2.5}, {"x": 4.0}]


class Two(tiny.Tiny):
    """Two members: one that knows, and one that thinks the opposite."""

    def predict_members(self, rows: Sequence[Features]) -> tuple[Probabilities, Probabilities]:
        """Return what both say."""
        one = self.predict_proba_many(rows)
        return one, np.stack([one, one[:, ::-1]])


def _replica(spec: ScorerSpec, learner: type[tiny.Tiny] = tiny.Tiny) -> Replica:
    return Replica(lambda: Model(learner(), {}), {}, scorer=spec)


def _teach(
    replica: Replica, x: float, label: str, reason: str = "uncertain", corrects: bool = False
) -> None:
    replica.apply(
        Example(
            version=replica.version + 1,
            sample_id="a",
            source=AT,
            features={"x": x},
            label=label,
            answer=AT,
            created_at=0,
            ledger=STAMP,
            request_id="samples/0/0",
            reason=reason,
            predicted=label,
            corrects=corrects,
        )
    )


def _said(replica: Replica, rows: Sequence[records.Features] = ROWS) -> list[Prediction]:
    said = replica.predict(rows)
    assert not any(isinstance(one, Refusal) for one in said)
    return said  # type: ignore[return-value]


def test_plainly_it_is_what_the_model_says() -> None:
    """Without modifiers, members or arms a prediction is a row, a label and a confidence."""
    replica = _replica(ScorerSpec(7, PolicySpec()))
    for x, label in ((1.0, "low"), (4.0, "high")):
        _teach(replica, x, label)
    assert [one.label for one in _said(replica)] == ["low", "low", "high"]
    assert all(
        (one.modifiers, one.arm, one.disagreement) == ({}, None, None) for one in _said(replica)
    )


def test_members_disagree() -> None:
    """Where the utility is disagreement it is said of every sample, and which way it was taken."""
    replica = _replica(ScorerSpec(7, PolicySpec(utility="disagreement", disagreement="kl")), Two)
    for x, label in ((1.0, "low"), (4.0, "high")):
        _teach(replica, x, label)
    near, middle, _ = _said(replica)
    assert near.arm == "disagreement"
    assert near.disagreement is not None
    assert middle.disagreement is not None
    assert 0.9 < near.disagreement <= 1.0
    assert middle.disagreement < 0.1


def test_one_bad_row_costs_one_row() -> None:
    """A row that a committee fails on is refused; the others are said what they were alone."""
    replica = _replica(ScorerSpec(7, PolicySpec(utility="disagreement")), Two)
    for x, label in ((1.0, "low"), (4.0, "high")):
        _teach(replica, x, label)
    first, bad, last = replica.predict([ROWS[0], {"x": 1.0, "bad_to_see": 1.0}, ROWS[2]])
    assert isinstance(bad, Refusal)
    assert [first, last] == [_said(replica)[0], _said(replica)[2]]


def test_a_quota_lowers_what_is_not_short() -> None:
    """The predicted class that has fewer labels than its least share comes first."""
    quotas = (QuotaSpec(None, "high", least=0.6),)
    replica = _replica(ScorerSpec(7, PolicySpec(), quotas=quotas))
    for x, label in ((1.0, "low"), (4.0, "high")):
        _teach(replica, x, label)
    low, _, high = _said(replica)
    assert (low.modifiers, high.modifiers) == ({"quota": DEFICIT}, {})


def test_what_people_reject_changes_what_is_said() -> None:
    """A rejected item is no example, but samples that were judged before are judged again."""
    replica = _replica(ScorerSpec(7, PolicySpec(), modifiers=ModifierSpec(guard=1.0)))
    _teach(replica, 1.0, "low")
    before = replica.edition, replica.examples
    closed = Closed(
        version=replica.version + 1,
        request_id="samples/0/0",
        sample_id="a",
        outcome="rejected",
        refunded=False,
        created_at=0,
        ledger=STAMP,
        features={"x": 99.0},
    )
    replica.apply(closed)
    assert (replica.edition, replica.examples) == (before[0] + 1, before[1])


def _auto(labels: int) -> Replica:
    spec = PolicySpec(kind="auto", arms=("margin", "random", "novelty"))
    replica = _replica(ScorerSpec(7, spec, modifiers=ModifierSpec(novelty=1.0)))
    for at in range(labels):
        x = float(at % 7)
        _teach(replica, x, "low" if x < 3 else "high", "exploration" if at % 3 else "uncertain")
    return replica


def test_an_arm_is_rewarded_by_uniform_labels() -> None:
    """After some periods there are rewards, and two replicas have the same arm."""
    one, other = _auto(PERIOD * 30), _auto(PERIOD * 30)
    assert one.judge.chooser is not None
    assert other.judge.chooser is not None
    assert one.judge.chooser.period == 30
    assert sum(record.periods for record in one.judge.chooser.records.values()) >= 28
    assert one.judge.chooser.records == other.judge.chooser.records
    assert [one.judge.arm] == [other.judge.arm]


@pytest.mark.parametrize("labels", [PERIOD * 4 - 1, PERIOD * 17 + 3])
def test_novelty_counts_under_its_own_arm_alone(labels: int) -> None:
    """`auto` hands a modifier that is an arm to no other arm."""
    replica = _auto(labels)
    for one in _said(replica, [{"x": 3.4}, {"x": 500.0}]):
        assert one.arm == replica.judge.arm
        assert "novelty" not in one.modifiers or one.arm == "novelty"


def test_an_arm_without_a_utility_of_its_own_takes_the_configured_one() -> None:
    """Under `novelty` the members are asked, where disagreement is the utility."""
    spec = PolicySpec(kind="auto", arms=("novelty", "random"), utility="disagreement")
    replica = _replica(ScorerSpec(7, spec, modifiers=ModifierSpec(novelty=1.0)), Two)
    for x, label in ((1.0, "low"), (4.0, "high")):
        _teach(replica, x, label)
    assert all(one.disagreement is not None for one in _said(replica))


def test_a_correction_is_no_second_request() -> None:
    """Who goes back and forth over one label moves neither quotas nor the bandit."""
    quotas = (QuotaSpec(None, "high", least=0.6),)
    once = _replica(ScorerSpec(7, PolicySpec(kind="auto"), quotas=quotas))
    often = _replica(ScorerSpec(7, PolicySpec(kind="auto"), quotas=quotas))
    for replica, times in ((once, 1), (often, 60)):
        _teach(replica, 1.0, "low")
        for _ in range(times):
            _teach(replica, 4.0, "high", corrects=True)
    assert once.judge.chooser is not None
    assert often.judge.chooser is not None
    assert often.judge.chooser.period == once.judge.chooser.period == 0
    assert [one.modifiers for one in _said(often)] == [one.modifiers for one in _said(once)]


class Odd(Two):
    """Members of an odd shape."""

    def predict_members(self, rows: Sequence[Features]) -> tuple[Probabilities, Probabilities]:
        """Return what they say of other rows."""
        one = self.predict_proba_many(rows)
        return one, one


def test_members_of_an_odd_shape_are_no_opinion() -> None:
    """What they say cannot be used, but the model's own answer can."""
    replica = _replica(ScorerSpec(7, PolicySpec(utility="disagreement")), Odd)
    for x, label in ((1.0, "low"), (4.0, "high")):
        _teach(replica, x, label)
    assert [one.disagreement for one in _said(replica)] == [1.0, 1.0, 1.0]
    assert [one.label for one in _said(replica)] == ["low", "low", "high"]
