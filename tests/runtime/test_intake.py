"""The queue between poll and decision: each head has the guess of the model as it is now."""

import json
from collections.abc import Iterable

from streamal.core.log import Record
from streamal.core.records import Sample, Source, Stamp
from streamal.core.updates import Example
from streamal.runtime.intake import Guess, Intake, Lost
from streamal.runtime.replica import Replica
from streamal.wire.samples import SampleDecoder, SampleMapping
from tests.runtime import tiny

STAMP = Stamp(1, 0, {}, 0, 0, 0.0, [])


def _replica(*labels: str) -> Replica:
    replica = Replica(tiny.model, {})
    for label in labels:
        _teach(replica, label)
    return replica


def _places(taken: Iterable[Record]) -> dict[int, int]:
    """Return the next offset of each partition."""
    return {record.partition: record.offset + 1 for record in taken}


def _teach(replica: Replica, label: str) -> None:
    version, source = replica.version + 1, Source("samples", 0, 0)
    replica.apply(
        Example(
            version=version,
            sample_id="a",
            source=source,
            features={"x": float(version)},
            label=label,
            answer=source,
            created_at=0,
            ledger=STAMP,
        )
    )


def _intake(replica: Replica, features: Iterable[object], lookahead: int = 500) -> Intake:
    intake = Intake(SampleDecoder(SampleMapping()), replica, lookahead)
    values = [json.dumps({"features": one}).encode() for one in features]
    intake.put([Record("samples", i % 2, i // 2, 0, None, v) for i, v in enumerate(values)])
    return intake


def _guesses(intake: Intake, limit: int = 500) -> list[Guess]:
    intake.guess(limit)
    return [guess for _, guess in intake.ready(limit)]


def _stage(guess: Guess) -> str:
    return guess.stage if isinstance(guess, Lost) else "guessed"


def test_what_is_lost_keeps_its_place() -> None:
    """Among good samples, what is none, is refused or breaks the model stays where it was."""
    rows = [{"x": 1}, [], {"x": 2}, {"x": "text"}, {"x": 3, "bad_to_see": 1}, {"x": 4}]
    found = _guesses(_intake(_replica("up", "down"), rows))
    stages = ["guessed", "decode", "guessed", "features", "predict", "guessed"]
    assert [_stage(one) for one in found] == stages
    kept = [one[0].features["x"] for one in found if not isinstance(one, Lost)]
    assert kept == [1.0, 2.0, 4.0]


def test_each_sample_has_its_own_guess() -> None:
    """Guesses belong to the samples beside them, however many are predicted at once."""
    rows = [{"x": x} for x in (0, 1, 2, 3)]
    whole = _guesses(_intake(_replica("up", "down"), rows))
    single = [_guesses(_intake(_replica("up", "down"), [row]))[0] for row in rows]
    assert [one[1] for one in whole if not isinstance(one, Lost)] == [
        one[1] for one in single if not isinstance(one, Lost)
    ]


def test_an_example_makes_guesses_stale() -> None:
    """What the model has not learned makes nothing stale; what it has learned does."""
    replica = _replica("up", "down")
    intake = _intake(replica, [{"x": 1}, {"x": 2}])
    assert intake.is_stale()
    before = _guesses(intake)
    assert not intake.is_stale()
    _teach(replica, "up")
    assert intake.is_stale()
    assert _guesses(intake) != before


def test_a_new_model_judges_anew() -> None:
    """A sample that one model answers may be too much for the next one."""
    replica = _replica()
    intake = _intake(replica, [{"x": 1, "bad_to_see": 1}])
    assert [_stage(one) for one in _guesses(intake)] == ["guessed"]
    for label in ("up", "down"):
        _teach(replica, label)
    assert [_stage(one) for one in _guesses(intake)] == ["predict"]


def test_no_more_is_guessed_than_looked_ahead() -> None:
    """A long queue is predicted piece by piece, and each piece is taken before the next."""
    intake = _intake(_replica("up", "down"), [{"x": x} for x in range(5)], lookahead=2)
    sizes = []
    while len(intake):
        sizes.append(len(_guesses(intake)))
        intake.take(sizes[-1])
        assert intake.is_stale()
    assert sizes == [2, 2, 1]


def test_what_was_taken_tells_the_next_offsets() -> None:
    """For each partition of the records taken, and no other."""
    intake = _intake(_replica("up", "down"), [{"x": x} for x in range(5)])
    intake.guess(500)
    assert _places(intake.take(1)) == {0: 1}
    assert _places(intake.take(3)) == {0: 2, 1: 2}
    assert _places(intake.take(1)) == {0: 3}


def test_a_dropped_partition_leaves_the_others_in_order() -> None:
    """What another process decides now is gone; the rest is guessed anew."""
    intake = _intake(_replica("up", "down"), [{"x": x} for x in range(5)])
    intake.guess(500)
    intake.drop(frozenset({0}))
    assert intake.is_stale()
    left = [one[0] for one in _guesses(intake) if not isinstance(one, Lost)]
    assert [_place(sample) for sample in left] == [(1, 0), (1, 1)]
    assert _places(intake.take(2)) == {1: 2}


def _place(sample: Sample) -> tuple[int, int]:
    return sample.source.partition, sample.source.offset
