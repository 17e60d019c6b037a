"""The scoreboard reads what any consumer reads, and sees what is wrong with it."""

from collections.abc import Mapping

import msgspec
import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.core.limits import LimitSpec
from streamal.core.log import Outgoing, Record
from streamal.core.records import NO_PAYLOAD, Decision, LimitState, Request, Source, Stamp
from streamal.errors import Poison
from streamal.lab.scoreboard import Line, Scoreboard
from streamal.wire.dead import dead_letter
from streamal.wire.records import RecordEncoder
from streamal.wire.topics import LOGICAL, Topics

TOPICS = Topics()
LIMITS = [LimitSpec("rate", 0.1, burst=1)]


class Board:
    """A scoreboard over a log that a test writes itself."""

    def __init__(self, truth: Mapping[int, str], bar: float | None = 0.9) -> None:
        self.broker = MemoryBroker(keep=LOGICAL)
        self.broker.create(TOPICS.specs())
        self._writer = self.broker.writer("test")
        self._encoder = RecordEncoder(TOPICS, "test")
        self.lines: list[Line] = []
        self.scores = Scoreboard(
            self.broker, TOPICS, dict(truth).get, LIMITS, bar, self.lines.append
        )

    def put(self, *outputs: Outgoing) -> None:
        """Write a batch, and let the board look."""
        self._writer.commit(outputs)
        self.scores.take()

    def decide(self, *decisions: Decision) -> None:
        """Write decisions."""
        self.put(*map(self._encoder.encode, decisions))


def _decision(row: int, label: str | None, route: str = "abstain") -> Decision:
    return Decision(
        sample_id=f"r-{row}",
        route=route,  # type: ignore[arg-type]
        reason="confident" if route == "auto_label" else "not_informative",
        label=label,
        probabilities={},
        confidence=0.5,
        utility=0.5,
        rank=0.5,
        threshold=0.1,
        propensity=0.1,
        model_version=1,
        decided_at=row,
        source=Source("samples", 0, row),
    )


def _request(row: int, n: int, reason: str = "uncertain", confidence: float = 0.5) -> Request:
    stamp = Stamp(1, 0, {}, n, 0, 0.1, [LimitState(1, 1)])
    fields = msgspec.structs.asdict(_decision(row, "a", "request"))
    changed = {"reason": reason, "confidence": confidence, "ledger": stamp}
    return Request(
        **{**fields, **changed},
        request_id=f"samples/0/{row}",
        features={},
        payload=NO_PAYLOAD,
        classes=[],
        created_at=0,
        expires_at=1,
    )


def _letter(row: int) -> Outgoing:
    record = Record("samples", 0, row, 0, b"k", b"{")
    return dead_letter(TOPICS, record, "decode", Poison("invalid_json", "no"), 0)


def test_a_prediction_is_held_against_the_truth() -> None:
    """Right ones count, no opinion is wrong, and rows without a truth are not judged."""
    board = Board({0: "a", 1: "a", 2: "b"})
    board.decide(*(_decision(row, label) for row, label in enumerate(["a", "b", None, "a"])))
    scores = board.scores
    assert (scores.rows, scores.decided, scores.confusion.total) == (4, 4, 3)
    assert scores.confusion.accuracy() == 1 / 3


def test_a_dead_letter_is_a_row_and_wrong() -> None:
    """A sample's dead letter has a line, and its truth counts as missed."""
    board = Board({0: "a"})
    board.put(_letter(0))
    assert (board.scores.rows, board.scores.dead, board.scores.decided) == (1, 1, 0)
    assert board.scores.confusion.accuracy() == 0.0
    assert board.lines == [
        {"row": 0, "sample_id": "k", "route": "dead_letter", "reason": "invalid_json"}
    ]


def test_a_dead_letter_of_a_label_is_no_row() -> None:
    """What is buried from another topic is none of the rows."""
    board = Board({})
    record = Record("labels", 0, 0, 0, None, b"{")
    board.put(dead_letter(TOPICS, record, "label", Poison("invalid", "no"), 0))
    assert (board.scores.rows, board.scores.dead, board.lines) == (0, 0, [])


def test_lines_come_in_the_order_of_rows() -> None:
    """Topics are read in any order, lines are written by row."""
    board = Board({})
    board.put(_letter(2))
    board.decide(_decision(5, "a"), _decision(3, "a", "auto_label"), _decision(4, "a"))
    assert [line["row"] for line in board.lines] == [2, 3, 4, 5]


@pytest.mark.parametrize(("requests", "excess"), [(1, 0.0), (2, 0.8), (3, 1.7)])
def test_one_request_too_many_is_seen(requests: int, excess: float) -> None:
    """The excess is recounted from the rows, whatever the records say of themselves."""
    board = Board({})
    for row in range(requests):
        board.decide(_request(row, n=1000))
    assert board.scores.worst_excess == pytest.approx(excess)


@pytest.mark.parametrize(("dead", "excess"), [(0, 0.0), (1, 0.0), (2, 0.1), (9, 0.8)])
def test_dead_rows_earn_no_labels(dead: int, excess: float) -> None:
    """N is counted without dead letters: they make no room for a request."""
    board = Board({})
    board.decide(_request(0, n=1))
    board.put(*map(_letter, range(1, 1 + dead)))
    board.decide(*(_decision(row, "a") for row in range(1 + dead, 10)))
    board.decide(_request(10, n=11))
    assert board.scores.worst_excess == pytest.approx(excess)


def test_the_densest_hundred_rows() -> None:
    """max_in_100 is the most requests in any hundred rows on end."""
    board = Board({})
    for row in (0, 1, 99, 100, 101, 150, 200):
        board.decide(_request(row, n=1000))
    assert board.scores.densest == 4


def test_audits_are_uniform_requests_above_the_bar() -> None:
    """Only an exploration at or above the auto-label threshold audits it."""
    board = Board({})
    board.decide(
        _request(0, 1, "exploration", 0.9),
        _request(1, 1, "exploration", 0.89),
        _request(2, 1, "uncertain", 0.99),
    )
    assert board.scores.audits == 1
    off = Board({}, bar=None)
    off.decide(_request(0, 1, "exploration", 0.99))
    assert off.scores.audits == 0


def test_auto_labels_are_judged() -> None:
    """Precision counts the model's own labels that have a truth."""
    board = Board({0: "a", 1: "b"})
    board.decide(*(_decision(row, "a", "auto_label") for row in range(3)))
    assert (board.scores.auto[True], board.scores.auto[False]) == (1, 1)
