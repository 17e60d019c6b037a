"""The model beside an older self: what that one has learned, and when labels help no more."""

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from streamal.core.draw import draw
from streamal.core.gain import EVERY, HELD, GainSpec, lag_of
from streamal.core.policies import PolicySpec
from streamal.core.records import Source, Stamp
from streamal.core.scorer import ScorerSpec
from streamal.core.updates import Drift, Example, Stop, Update
from streamal.learners import presets
from streamal.learners.model import Model
from streamal.runtime.lagging import Lagging
from streamal.runtime.replica import Replica

SPEC = GainSpec(labels=60, worth=0.2)
STAMP = Stamp(0, 0, {}, 0, 0, 1.0, [])


def _model() -> Model:
    return Model(presets.make("linear", 7, {}), {})


def _example(i: int, label: str, x: float) -> Example:
    at = Source("samples", 0, i)
    return Example(
        version=i + 1,
        sample_id=str(i),
        source=at,
        features={"x": x, "z": draw(3, "made", str(i))},
        label=label,
        answer=at,
        created_at=0,
        ledger=STAMP,
        request_id=at.text,
    )


def _level(i: int) -> Example:
    """Return an example of a stream that is learned at once: the sign tells the class."""
    x = draw(1, "made", str(i)) - 0.5
    return _example(i, "a" if x > 0 else "b", x)


def _coin(i: int) -> Example:
    """Return an example of a stream where nothing tells the class."""
    return _example(i, "a" if draw(2, "made", str(i)) < 0.5 else "b", draw(1, "made", str(i)))


def _turning(i: int) -> Example:
    """Return one of a stream whose labels change sides every 40 labels."""
    x = draw(1, "made", str(i)) - 0.5
    return _example(i, "a" if (x > 0) == (i // 40 % 2 == 0) else "b", x)


def _run(examples: Sequence[Example]) -> tuple[Lagging, Model]:
    newer, lagging = _model(), Lagging(_model, SPEC)
    for example in examples:
        lagging.learn(example, newer)
        newer.learn(example.features, example.label)
    return lagging, newer


@pytest.mark.parametrize("count", [1, 30, 77, 200])
def test_the_older_model_has_learned_the_first_labels(count: int) -> None:
    """It is the model that learned all but the last half, and nothing else."""
    examples = [_level(i) for i in range(count)]
    lagging, _ = _run(examples)
    alone = _model()
    for example in examples[: count - lag_of(count)]:
        alone.learn(example.features, example.label)
    probes = [example.features for example in examples[:20]]
    assert lagging._model.digest(probes) == alone.digest(probes)
    assert lagging.gain().compared == lag_of(count)


def test_a_stream_that_teaches_nothing_is_flat() -> None:
    """Not before the least labels and as many looks in a row."""
    first = SPEC.labels + (HELD - 1) * EVERY
    assert _run([_coin(i) for i in range(first - 1)])[0].flat is None
    found = _run([_coin(i) for i in range(first)])[0].flat
    assert found is not None
    assert found.mean <= found.error
    assert found.upper <= SPEC.worth


def test_a_stream_that_changes_is_never_flat() -> None:
    """Its accuracy may be level; the older model falls behind, so labels are seen to help."""
    lagging, newer = _run([])
    for i in range(400):
        lagging.learn(_turning(i), newer)
        newer.learn(_turning(i).features, _turning(i).label)
        assert lagging.flat is None
    assert lagging.gain().mean > 3 * lagging.gain().error


def test_corrections_and_labels_that_nobody_asked_for_are_no_evidence() -> None:
    """Both models learn them; neither is tried on them."""
    odd: list[Callable[[Example], Example]] = [
        lambda one: replace(one, corrects=True),
        lambda one: replace(one, request_id=None),
    ]
    for change in odd:
        lagging, _ = _run([change(_level(i)) for i in range(100)])
        assert lagging.gain().compared == 0
        assert lagging._model.learned > 0


def _stop(version: int, rule: str | None) -> Stop:
    return Stop(version=version, rule=rule, saw={}, created_at=0, ledger=STAMP)


def test_after_a_stop_a_change_is_seen() -> None:
    """Labels help again where the newer model follows and the older does not."""
    lagging, newer = _run([_level(i) for i in range(200)])
    lagging.stop(_stop(201, "no_gain"))
    assert lagging.flat is None
    for i in range(200, 320):
        turned = replace(_level(i), label="b" if _level(i).label == "a" else "a")
        lagging.learn(turned, newer)
        newer.learn(turned.features, turned.label)
    said = [lagging.again is not None]
    lagging.stop(_stop(400, None))
    assert [*said, lagging.again is None] == [True, True]
    assert lagging.gain().compared == 1


def test_an_alarm_ends_a_stop_and_forgets_what_was_flat() -> None:
    """What was seen before the stream changed says nothing of what comes."""
    lagging, newer = _run([_level(i) for i in range(200)])
    lagging.alarm()
    assert (lagging.flat, lagging.again) == (None, None)
    lagging.stop(_stop(201, "no_gain"))
    lagging.alarm()
    lagging.learn(_level(200), newer)
    assert lagging.again is not None


def test_replicas_agree() -> None:
    """Two that replay the same updates say the same, and without the rule nothing is compared."""
    log: list[Update] = [_level(i) for i in range(150)]
    log.append(_stop(151, "no_gain"))
    log.append(Drift(version=152, detector="breaker", saw={}, created_at=0, ledger=STAMP))
    spec = ScorerSpec(7, PolicySpec(), no_gain=SPEC)
    replicas = [Replica(_model, {}, scorer=spec) for _ in range(2)]
    plain = Replica(_model, {})
    for update in log:
        for replica in (*replicas, plain):
            replica.apply(update)
        assert replicas[0].compared() == replicas[1].compared()
    assert replicas[0].compared().again is not None
    assert replicas[0].situation().is_stopped
    assert plain.compared() == (None, None)
    assert replicas[0].digest() == plain.digest()
