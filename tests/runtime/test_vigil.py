"""What watches uniform labels: errors by stratum, scores and features thinned."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from streamal.core.draw import draw
from streamal.core.drifting import DriftSpec
from streamal.core.updates import Example
from streamal.learners.model import Model
from streamal.runtime.onset import Onset
from streamal.runtime.vigil import Vigil
from tests.runtime import tiny
from tests.runtime.labelled import example

FLOOR, AUDIT = 0.02, 0.3


def _model() -> Model:
    model = tiny.model()
    for x, label in ((0.0, "down"), (1.0, "up")):
        model.learn({"x": x}, label)
    return model


def _alarmed(vigil: Vigil, examples: Iterable[Example], model: Model) -> int | None:
    """Return the version at which there is an alarm, if there is one."""
    onset = Onset()
    for one in examples:
        seen = onset.see(one)
        if seen is not None:
            vigil.see(one, seen, model)
        if vigil.alarm is not None:
            return vigil.alarm.version
    return None


def _drawn(first: int, count: int, rate: float, propensity: float = FLOOR) -> Iterable[Example]:
    for version in range(first, first + count):
        right = draw(7, "right", str(version)) >= rate
        reason = "exploration" if propensity == FLOOR else "audit"
        yield example(version, right, propensity, reason)


def test_more_errors_are_an_alarm() -> None:
    """With the usual settings a collapse is told within forty uniform labels."""
    labels = [*_drawn(0, 200, 0.1), *_drawn(200, 60, 0.9)]
    found = _alarmed(Vigil(DriftSpec(), 7), labels, _model())
    assert found is not None
    assert 200 <= found < 240


def test_an_end_of_audits_is_none() -> None:
    """Where the model is sure there are fewer errors; that audits cease there is no drift."""
    audits = [
        one
        for version in range(0, 1200, 3)
        for one in (
            *_drawn(version, 1, 0.4),
            *_drawn(version + 1, 2, 0.01, AUDIT),
        )
    ]
    labels = [*audits, *_drawn(1200, 150, 0.4)]
    assert _alarmed(Vigil(DriftSpec(), 7), labels, _model()) is None


@pytest.mark.parametrize("reason", ["uncertain", "cold_start", "exploration"])
def test_what_was_chosen_says_nothing(reason: str) -> None:
    """Errors among what was chosen with certainty raise no alarm, whatever it is called."""
    labels = [example(v, right=v < 200, propensity=1.0, reason=reason) for v in range(400)]
    assert _alarmed(Vigil(DriftSpec(), 7), labels, _model()) is None


def test_where_all_is_asked_about_all_counts() -> None:
    """At a share of 1 nothing was chosen, so each label is as good as a draw."""
    full = replace(example(0).ledger, share=1.0)
    labels = [replace(example(v, v < 200, 1.0, "uncertain"), ledger=full) for v in range(300)]
    assert _alarmed(Vigil(DriftSpec(), 7), labels, _model()) is not None


@pytest.mark.parametrize("detector", ["scores", "features"])
def test_what_needs_no_labels_looks_at_samples(detector: str) -> None:
    """Samples that look different are told by scores and by features, with no error anywhere."""
    near = [example(v, features={"x": 0.9 + 0.2 * draw(7, "x", str(v))}) for v in range(200)]
    far = [example(v, features={"x": 0.4 + 0.2 * draw(7, "x", str(v))}) for v in range(200, 400)]
    assert _alarmed(Vigil(DriftSpec((detector,)), 7), near, _model()) is None
    found = _alarmed(Vigil(DriftSpec((detector,)), 7), [*near, *far], _model())
    assert found is not None
    assert found >= 200


def test_what_needs_no_labels_is_thinned() -> None:
    """More audits of what the model is sure of do not make samples look different."""

    def one(version: int) -> Example:
        sure = draw(7, "sure", str(version)) < 0.5
        p = AUDIT if sure else FLOOR
        return example(version, propensity=p, features={"x": 1.0 if sure else 0.5})

    def drawn(first: int, audits: bool) -> Iterable[Example]:
        for version in range(first, first + 20_000):
            chance = draw(7, "ask", str(version))
            found = one(version)
            if chance < FLOOR or (audits and chance < (found.propensity or 0.0)):
                yield (
                    found if audits else example(version, propensity=FLOOR, features=found.features)
                )

    labels = [*drawn(0, audits=False), *drawn(20_000, audits=True)]
    assert _alarmed(Vigil(DriftSpec(("features",)), 7), labels, _model()) is None
