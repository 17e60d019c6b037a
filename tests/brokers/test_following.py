"""A group's consumer does as the rebalances said, whatever came along with the records."""

from collections.abc import Sequence

import pytest

from streamal.brokers.kafka.client import Change, OutOfRange, Place
from streamal.brokers.kafka.consumer import KafkaGroupConsumer
from streamal.core.log import Record
from streamal.errors import BrokerError, BrokerUnavailable, CommitFailed
from tests.contracts.site import Witness

ENDS = dict.fromkeys(range(3), (2, 100))


class Poll:
    """What one poll finds: records, and what rebalances had done by its end."""

    def __init__(self, *found: tuple[int, int], changes: Sequence[Change] = ()) -> None:
        self.records = [Record("t", part, offset, 0, None, b"") for part, offset in found]
        self.changes = changes


class Script:
    """A client whose polls go as written; its proof of membership is the number of the poll."""

    def __init__(self, *polls: Poll | Exception) -> None:
        self._polls = list(polls)
        self.pending: list[Change] = []
        self.generation = 0
        self.offsets: dict[int, int] = {}
        self.is_away = False
        self.sought: list[tuple[Place, int]] = []

    def poll(self, limit: int, timeout: float) -> list[Record]:
        self.generation += 1
        poll = self._polls.pop(0)
        if isinstance(poll, Exception):
            raise poll
        self.pending += poll.changes
        return poll.records

    def changes(self) -> list[Change]:
        changes, self.pending = self.pending, []
        return changes

    def membership(self) -> object:
        return self.generation

    def is_member(self, membership: object) -> bool:
        return membership == self.generation

    def member(self) -> str:
        return "me"

    def committed(self, partitions: Sequence[int]) -> dict[int, int]:
        if self.is_away:
            raise BrokerUnavailable("away")
        return {part: at for part, at in self.offsets.items() if part in partitions}

    def seek(self, place: Place, offset: int) -> None:
        self.sought.append((place, offset))

    def position(self, place: Place) -> int:
        return dict(self.sought)[place]

    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass

    def close(self) -> None:
        pass


class Scene:
    """A consumer of such a client."""

    def __init__(self, *polls: Poll | Exception) -> None:
        self.raw = Script(*polls)
        self.witness = Witness()
        self.gaps: list[tuple[str, int, int, int]] = []
        self.left: list[str] = []
        self.consumer = KafkaGroupConsumer(
            self.raw, "g", "t", self.witness, lambda topic: ENDS, self._gap, self.left.append
        )

    def _gap(self, topic: str, partition: int, first: int, oldest: int) -> None:
        self.gaps.append((topic, partition, first, oldest))

    def poll(self) -> list[tuple[int, int]]:
        """Return partitions and offsets of what comes."""
        return [(record.partition, record.offset) for record in self.consumer.poll(10, 0)]


def _gain(*partitions: int) -> Change:
    return Change(True, frozenset(partitions))


def _loss(*partitions: int) -> Change:
    return Change(False, frozenset(partitions))


def test_what_came_too_early_comes_again() -> None:
    """What came along with its partition is dropped, and read from the last commit on."""
    scene = Scene(Poll((0, 7), (1, 2), changes=[_gain(0, 1)]))
    scene.raw.offsets = {0: 5}
    assert scene.poll() == []
    assert scene.raw.sought == [(("t", 0), 5), (("t", 1), 2)]


def test_what_came_too_late_is_dropped() -> None:
    """Records of a partition that went in the same poll are another's."""
    scene = Scene(Poll(changes=[_gain(0, 1)]), Poll((0, 2), (1, 2), changes=[_loss(1)]))
    scene.poll()
    assert scene.poll() == [(0, 2)]
    assert scene.consumer.assignment == {0}


def test_what_went_and_came_back_is_read_anew() -> None:
    """Another may have had it meanwhile, and committed."""
    scene = Scene(Poll(changes=[_gain(0)]), Poll((0, 2), changes=[_loss(0), _gain(0)]))
    scene.poll()
    scene.raw.offsets = {0: 9}
    assert scene.poll() == []
    assert scene.raw.sought[-1] == (("t", 0), 9)
    assert [word for word, _ in scene.witness.seen] == ["assigned", "revoked", "assigned"]


def test_a_listener_is_told_of_losses_it_had_gains_of() -> None:
    """A client may say that it lost what it never handed on; nobody hears of that."""
    scene = Scene(Poll(changes=[_loss(0), _gain(), _gain(1)]))
    scene.poll()
    assert scene.witness.seen == [("assigned", frozenset({1}))]


def test_the_proof_is_older_than_what_is_known() -> None:
    """A rebalance after a poll ends the right to commit until the next poll."""
    scene = Scene(Poll(changes=[_gain(0)]), Poll())
    scene.poll()
    assert scene.consumer.claim({0: 3}) == ({0: 3}, 1)
    scene.raw.generation += 1
    with pytest.raises(CommitFailed, match="has changed"):
        scene.consumer.claim({0: 3})
    scene.poll()
    assert scene.consumer.claim({0: 3}) == ({0: 3}, 3)


def test_without_offsets_those_of_the_last_commit_are_claimed() -> None:
    """So that a broker finds out about a member that is none any more."""
    scene = Scene(Poll(changes=[_gain(0, 1)]))
    scene.raw.offsets = {1: 4}
    scene.poll()
    assert scene.consumer.claim({}) == ({0: 2, 1: 4}, 1)
    scene.consumer.accept({1: 8})
    assert scene.consumer.claim({}) == ({0: 2, 1: 8}, 1)


def test_a_rebalance_that_could_not_be_followed_ends_the_consumer() -> None:
    """Records were polled that nobody got: going on would skip them."""
    scene = Scene(Poll(changes=[_gain(0)]), Poll((0, 2), changes=[_gain(1)]), Poll((0, 3)))
    scene.poll()
    scene.raw.is_away = True
    with pytest.raises(BrokerUnavailable):
        scene.poll()
    scene.raw.is_away = False
    with pytest.raises(CommitFailed):
        scene.consumer.claim({0: 4})
    with pytest.raises(BrokerError) as refused:
        scene.poll()
    assert refused.value.retriable
    scene.consumer.close()
    assert scene.left == ["me"]


def test_an_outage_is_no_end() -> None:
    """A poll that failed before it gave anything may be tried again."""
    scene = Scene(Poll(changes=[_gain(0)]), BrokerUnavailable("away"), Poll((0, 2)))
    scene.poll()
    with pytest.raises(BrokerUnavailable):
        scene.poll()
    assert scene.poll() == [(0, 2)]


def test_a_gap_is_told_and_left_behind() -> None:
    """At the takeover, and when retention overtakes a reader."""
    scene = Scene(Poll(changes=[_gain(0)]), OutOfRange({("t", 0): 1}), Poll((0, 2)))
    scene.raw.offsets = {0: 1}
    assert (scene.poll(), scene.poll(), scene.poll()) == ([], [], [(0, 2)])
    assert scene.gaps == [("t", 0, 1, 2)] * 2
    assert scene.raw.sought == [(("t", 0), 2)] * 2


def test_a_gap_of_what_has_just_come_is_told_once() -> None:
    """A client that begins by itself finds it first; where we begin is decided by us."""
    scene = Scene(OutOfRange({("t", 0): 1}), Poll((0, 2)))
    scene.raw.offsets = {0: 1}
    scene.raw.pending = [_gain(0)]
    assert (scene.poll(), scene.poll()) == ([], [(0, 2)])
    assert scene.gaps == [("t", 0, 1, 2)]
    assert scene.raw.sought == [(("t", 0), 2)]
