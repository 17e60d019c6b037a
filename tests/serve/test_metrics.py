"""What is counted is what was committed, whatever happens on the way."""

from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from streamal.core.updates import Closed, Example
from streamal.runtime.observer import Scored
from streamal.runtime.worker import serve
from streamal.serve.catalog.known import DEAD, LONGEST, MOST_CLASSES, OTHER, OUTCOMES, ROUTES
from streamal.serve.metrics import Metrics
from streamal.serve.scorers import ScorerCounts
from streamal.wire.records import decode_candidate
from tests.runtime.service import numbers
from tests.serve.made import Watched, metrics


@pytest.fixture(scope="module", params=range(4))
def lived(request: pytest.FixtureRequest) -> Watched:
    """A service after a life of its own."""
    service = Watched()
    service.live(20, request.param)
    return service


def test_decisions_are_those_on_the_topics(lived: Watched) -> None:
    """Every route and reason is counted as often as it was written; a re-ask decides nothing."""
    decided = {(one.source, one.route): one for one in lived.decisions()}
    wanted = Counter((one.route, one.reason) for one in decided.values())
    assert lived.counts("decisions_total") == wanted
    assert {"request", "abstain"} <= {route for route, _ in wanted}


def test_requests_are_those_on_the_topic(lived: Watched) -> None:
    """Each request counts under its reason, asked again or not."""
    wanted = Counter((one.reason,) for one in lived.requests())
    assert lived.counts("label_requests_total") == wanted


def test_proposals_are_the_candidates(lived: Watched) -> None:
    """What a scorer proposed is on `candidates`, between its notes of progress."""
    found = [decode_candidate(one.value or b"") for one in lived.records("candidates")]
    proposed = [one for one in found if type(one).__name__ == "Candidate"]
    assert lived.count("candidates_total") == len(proposed)


def test_dead_letters_are_those_on_the_topic(lived: Watched) -> None:
    """Each dead letter counts under its stage and reason, and leads to its place."""
    letters = lived.dead()
    wanted = Counter((one.stage, one.reason) for one in letters)
    assert lived.counts("dead_letters_total") == wanted
    shown = lived.metrics.board.series("dead_letters_total").exemplars
    places = {f"{one.topic}/{one.partition}/{one.offset}" for one in letters}
    assert shown.keys() == wanted.keys()
    assert {labels["place"] for labels, _ in shown.values()} <= places


def test_every_sample_is_scored_once(lived: Watched) -> None:
    """The histograms and the predicted classes have each sample that got a decision."""
    scored = len({one.source for one in lived.decisions()})
    board = lived.metrics.board
    for name in ("utility", "confidence"):
        assert board.histogram(name).read()[0][-1] == scored
    assert sum(board.series("predictions_total").values().values()) == scored
    arrived = board.histogram("record_age_seconds").read()[0][-1]
    assert arrived == len(lived.records("samples"))
    assert board.histogram("batch_records").read()[1] == arrived


def test_answers_are_what_the_ledger_row_says(lived: Watched) -> None:
    """Outcomes over all lives of the worker are those that the arbiter remembers."""
    arbiter = lived.worker.arbitration.arbiter  # type: ignore[union-attr]
    assert arbiter is not None
    wanted = {(name,): count for name, count in arbiter.state.answers.items()}
    assert lived.counts("labels_total") == wanted
    closed = [one for one in lived.updates() if isinstance(one, Closed)]
    expired = sum(one.outcome == "expired" for one in closed)
    assert lived.count("requests_expired_total") == expired > 0


def test_spent_less_refunded_is_charged(lived: Watched) -> None:
    """For every limit the two counters differ by what is charged: nothing is forgotten."""
    arbiter = lived.worker.arbitration.arbiter  # type: ignore[union-attr]
    assert arbiter is not None
    for name, limit in zip(arbiter.ledger.names, arbiter.ledger.limits, strict=True):
        spent = lived.count("budget_spent_total", name)
        refunded = lived.count("budget_refunded_total", name)
        assert spent - refunded == pytest.approx(limit.account.charged)
        assert refunded > 0
        left = lived.count("budget_limit", name) - lived.count("budget_remaining", name)
        assert left == pytest.approx(limit.account.charged)


def test_what_was_learned_is_counted(lived: Watched) -> None:
    """Each example counts once though every start replays it; the version is the last one."""
    updates = lived.updates()
    examples = sum(isinstance(one, Example) for one in updates)
    assert lived.count("model_updates_total") == examples > 0
    assert lived.count("model_version") == updates[-1].version
    first = [one for one in updates if isinstance(one, Example) and not one.corrects]
    waited = lived.metrics.board.histogram("label_turnaround_seconds").read()[0][-1]
    assert waited == len(first)


def test_every_label_is_known_beforehand(lived: Watched) -> None:
    """No child appears that did not exist from the start."""
    assert lived.counts("decisions_total").keys() <= set(ROUTES)
    assert lived.counts("dead_letters_total").keys() <= set(DEAD)
    assert lived.counts("labels_total").keys() <= {(one,) for one in OUTCOMES}


def test_what_an_arbiter_shows_goes_with_its_office() -> None:
    """A worker that is the arbiter no more shows nothing of the ledger, and counts on."""
    service = Watched()
    service.live(3, seed=0)
    asked = service.count("budget_spent_total", "rate")
    assert service.metrics.status()["arbiter"]["requests"]["outstanding"] >= 0
    service.worker.close()
    service.metrics.refresh()
    for name in ("budget_remaining", "requests_outstanding", "oldest_request_age_seconds"):
        assert service.metrics.board.series(name).values() == {}
    assert service.metrics.status()["arbiter"] is None
    assert service.count("budget_spent_total", "rate") == asked > 0
    assert service.counts("assigned_partitions") == {}


def test_a_role_has_its_own_families() -> None:
    """A scorer tells nothing of the budget, an arbiter nothing of utilities."""
    scorer, arbiter = metrics("scorer").board.numbers, metrics("arbiter").board.numbers
    assert "utility" in scorer
    assert "budget_remaining" not in scorer
    assert "budget_remaining" in arbiter
    assert "utility" not in arbiter
    assert "commits_total" in scorer.keys() & arbiter.keys()


def test_a_worker_that_ended_leaves_no_old_numbers() -> None:
    """Once it is over, or between two lives, nothing waits and nothing is ready."""
    service = Watched()
    service.turn()
    service.send(*numbers(3))
    service.metrics.behind(service.worker.lag())
    service.metrics.ready(True, False)
    service.worker.close()
    serve(service.broker, replace(service.plan, observer=service.metrics), iter_true().__next__)
    assert service.counts("consumer_lag_records") == {}
    assert service.count("ready") == 0


def iter_true() -> Iterator[bool]:
    """Yield what lets a worker start and take no turn."""
    yield from (False, False)
    while True:
        yield True


class Restored(Metrics):
    """Metrics that note how often a replay was told."""

    times = 0

    def restored(self, seconds: float, version: int) -> None:
        super().restored(seconds, version)
        self.times += 1


def test_a_replay_is_told_once_for_each_start() -> None:
    """To catch up with the last arbiter is no replay, and would tell of no time at all."""
    service = Watched()
    told = Restored(service.metrics.about)
    service.live(2, seed=0)
    service.restart(observer=told)
    service.turn()
    assert service.worker.arbitration is not None
    assert service.worker.arbitration.arbiter is not None
    assert told.times == 1


def test_the_pace_is_what_scorers_were_told(lived: Watched) -> None:
    """The gauge is the one of the last record, and not where the law stands by now."""
    arbiter = lived.worker.arbitration.arbiter  # type: ignore[union-attr]
    assert arbiter is not None
    assert lived.count("pace_ratio") == arbiter.state.ledger.pace


def test_classes_are_bounded() -> None:
    """The first fifty classes have a child each, the rest share one."""
    board = metrics().board
    counts = ScorerCounts(board, metrics().about, lambda: 0)
    service = Watched()
    service.live(3, seed=0)
    one = next(one for one in service.decisions() if one.route == "abstain")
    counts.take(Scored([replace(one, label=f"c{i}") for i in range(MOST_CLASSES + 7)], [], [0]))
    found = board.series("predictions_total").values()
    assert found["c0",] == 1
    assert found[OTHER,] == 7
    assert len(found) == MOST_CLASSES + 2
    counts.take(Scored([replace(one, label="c0" * 1000)], [], [0]))
    assert all(len(name) <= LONGEST for (name,) in board.series("predictions_total").values())


def test_readiness_follows_the_groups() -> None:
    """A worker is a member once it has polled, and is none after its end."""
    service = Watched()
    assert not service.worker.is_ready()
    service.turn(1)
    assert service.worker.is_ready()
    service.worker.close()
    assert not service.worker.is_ready()


def test_lag_is_told_for_each_partition() -> None:
    """What waits on `samples` and `labels` counts; what was taken in does not."""
    service = Watched()
    service.turn()
    service.send(*numbers(3))
    service.put("labels", b"{}")
    lag = service.worker.lag()
    assert (lag["samples", 0], lag["samples", 1], lag["labels", 0]) == (3, 0, 1)
    service.turn()
    service.metrics.behind(service.worker.lag())
    assert set(service.counts("consumer_lag_records").values()) <= {1.0}
