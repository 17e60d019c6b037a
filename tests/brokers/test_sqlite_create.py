"""Making topics beside a process that writes."""

from pathlib import Path

from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import Outgoing
from tests.brokers.child import TOPICS


def test_nothing_is_written_where_no_topic_is_missing(tmp_path: Path) -> None:
    """A start asks for its topics while another one's transaction is open, and does not wait."""
    made: list[list[str]] = []

    def probe(point: str) -> None:
        if point == "commit.mid":
            made.append(second.create(TOPICS))

    first = SqliteBroker(tmp_path / "log.db", probe=probe)
    first.create(TOPICS)
    second = SqliteBroker(tmp_path / "log.db")
    first.writer("writer").commit([Outgoing("in", None, b"1")])
    assert made == [[]]
    first.close()
    second.close()
