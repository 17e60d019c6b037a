"""The scorer's turn: what comes out does not depend on how samples are cut into batches."""

import pytest

from streamal.core.records import Candidate, Decision
from streamal.wire.records import decode_candidate
from streamal.wire.topics import CANDIDATES, SAMPLES
from tests.runtime.service import Service, numbers

PACE = 0.05
SAMPLES_SENT = 60


def _taught() -> Service:
    """A service that knows both classes and has samples waiting."""
    service = Service()
    service.send(*numbers(10))
    service.turn()
    service.answer_all()
    service.turn()
    service.send(*numbers(SAMPLES_SENT, 10))
    return service


Scored = tuple[list[Decision], list[tuple[str, float, float]]]


def _scored(service: Service, limit: int) -> tuple[int, Scored]:
    """Give the scorer's role alone turns; return how many, and all that was decided so far."""
    scoring, turns = service.worker.scoring, 0
    assert scoring is not None
    service.worker.follower.replica.pace = PACE
    while scoring.turn(limit, 0):
        turns += 1
    found = [decode_candidate(one.value or b"") for one in service.records(CANDIDATES)]
    proposed = [one for one in found if isinstance(one, Candidate)]
    return turns, (service.decisions(), [(one.sample_id, one.rank, one.cap) for one in proposed])


@pytest.mark.parametrize("limit", [1, 7, 30])
def test_batches_change_no_decision(limit: int) -> None:
    """One at a time or all at once, each sample has the same decision or candidate."""
    _, whole = _scored(_taught(), 500)
    turns, cut = _scored(_taught(), limit)
    assert turns == -(-SAMPLES_SENT // limit)
    assert cut == whole


def test_a_candidate_may_end_a_batch() -> None:
    """Each has a turn of its own then, with the samples before it, and decisions are the same."""
    service = _taught()
    before = len(service.requests())
    _, whole = _scored(_taught(), 500)
    service.restart(stop_at_candidate=True)
    turns, cut = _scored(service, 500)
    assert cut == whole
    candidates = len(whole[1]) - before
    assert 1 < candidates < SAMPLES_SENT / 2
    assert turns in (candidates, candidates + 1)


def test_a_batch_of_nothing_but_bad_records_is_done() -> None:
    """Where a candidate would end a batch, one without any sample ends too."""
    service = Service()
    service.restart(stop_at_candidate=True)
    service.put(SAMPLES, b"[]", b"{")
    assert service.turn() == 2
    assert len(service.dead()) == 2
