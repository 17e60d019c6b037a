"""Dead letters are sent again once each, whoever dies or comes between."""

from collections import Counter

import pytest
from msgspec.structs import replace

from streamal.app import plan_of
from streamal.core.log import Outgoing, Record
from streamal.errors import CommitFailed, Fenced, Poison, UsageError
from streamal.lab.deadletters import (
    Choice,
    find,
    letters,
    marks,
    moment,
    named,
    preview,
    send_again,
)
from streamal.lab.laws import verify
from streamal.settings import Settings
from streamal.wire.dead import dead_letter
from streamal.wire.topics import CANDIDATES, DEAD_LETTERS, LABELS, LOGICAL, SAMPLES, STATE
from tests.lab.grave import DAY, EVERY, Grave
from tests.runtime.service import Service, numbers


@pytest.fixture
def grave() -> Grave:
    """Ten dead samples."""
    grave = Grave()
    for number in range(10):
        grave.bury(f"s{number}")
    return grave


EACH = Counter(f"s{number}".encode() for number in range(10))


def test_the_original_comes_back_as_it_was() -> None:
    """Key, value, headers and partition are those of the record that died; the error is gone."""
    grave = Grave()
    grave.bury("s0", headers=(("trace", b"\x00"), ("trace", b"2")))
    assert grave.send_again().sent == {SAMPLES: 1}
    (record,) = grave.records(SAMPLES, 1)
    assert (record.key, record.value) == (b"\xffk", b"s0")
    assert record.headers == (("trace", b"\x00"), ("trace", b"2"))


def test_a_repeat_sends_nothing(grave: Grave) -> None:
    """What was sent again once is passed over for ever, with and without filters."""
    assert grave.send_again().sent == {SAMPLES: 10}
    again = grave.send_again()
    assert (again.sent, again.already) == ({}, 10)
    assert grave.send_again(Choice(places=frozenset({"dead-letters/0/3"}))).already == 1
    assert grave.resent() == EACH


@pytest.mark.parametrize("point", ["commit.begin", "commit.mid", "commit.end"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_death_in_the_middle_repeats_nothing(grave: Grave, point: str, number: int) -> None:
    """Whichever transaction it died in, and wherever in it, the next replay sends the rest."""
    seen: list[str] = []

    def die(there: str) -> None:
        seen.append(there)
        if there == point and seen.count(point) == number:
            raise CommitFailed("dead")

    grave.at = die
    with pytest.raises(CommitFailed):
        grave.send_again()
    grave.at = lambda there: None
    grave.send_again()
    assert grave.resent() == EACH


@pytest.mark.parametrize("number", [1, 2, 3])
def test_two_at_once_send_each_once(grave: Grave, number: int) -> None:
    """One that begins while another is at work fences it, and sends what that one did not."""
    seen: list[str] = []

    def come_between(there: str) -> None:
        seen.append(there)
        if there == "commit.begin" and len(seen) == 3 * number - 2:
            assert grave.send_again().already == 4 * (number - 1)

    grave.at = come_between
    with pytest.raises(Fenced, match=r"begun; run this again when it has ended$"):
        grave.send_again()
    assert grave.resent() == EACH


def test_what_another_sent_before_the_writer_was_opened_is_seen(grave: Grave) -> None:
    """Marks are read when nobody else can write any more, and no earlier."""
    grave.broker.before = grave.send_again
    assert grave.send_again().already == 10
    assert grave.resent() == EACH


def test_filters_leave_the_others_for_later(grave: Grave) -> None:
    """A later replay of all sends those that an earlier filter left out, before or behind."""
    places = frozenset({"dead-letters/0/2", "dead-letters/0/7"})
    assert grave.send_again(Choice(places=places)).sent == {SAMPLES: 2}
    assert grave.send_again(Choice(reason="nothing")).selected == 0
    assert preview(grave.broker, grave.topics, EVERY).sent == {SAMPLES: 8}
    assert grave.send_again(Choice("decode", "empty")).sent == {SAMPLES: 8}
    assert grave.resent() == EACH


def test_a_preview_writes_nothing(grave: Grave) -> None:
    """It neither sends nor marks, and fences nobody."""
    before = {topic: grave.broker.ends(topic) for topic in LOGICAL}
    assert preview(grave.broker, grave.topics, EVERY).sent == {SAMPLES: 10}
    assert {topic: grave.broker.ends(topic) for topic in LOGICAL} == before
    grave.at = lambda point: preview(grave.broker, grave.topics, EVERY)
    assert grave.send_again().sent == {SAMPLES: 10}


def test_only_samples_and_labels_are_sent_again() -> None:
    """What came from the arbiter's own topic, from elsewhere or from nowhere stays dead."""
    grave = Grave()
    for topic in (CANDIDATES, "elsewhere", STATE, LABELS):
        grave.bury("x", topic)
    grave.broker.writer("by hand").commit([Outgoing(DEAD_LETTERS, None, b"?")])
    done = grave.send_again()
    assert done.sent == {LABELS: 1}
    assert sorted(done.refused.values()) == [1, 1, 1, 1]
    assert "it came from candidates, which scorers alone write" in done.refused
    assert grave.records(CANDIDATES) == []
    assert [one.replayed_at is None for one in letters(grave.broker, grave.topics)] == [
        *[True] * 3,
        False,
        True,
    ]


def test_one_that_has_no_partition_any_more_holds_up_none() -> None:
    """What came from a partition that is not there is refused, foretold, and the rest is sent."""
    grave = Grave()
    said = Record(SAMPLES, 99, 0, grave.clock(), b"k", b"x")
    letter = dead_letter(grave.topics, said, "decode", Poison("invalid_json", "?"), grave.clock())
    grave.broker.writer("by hand").commit([letter])
    grave.bury("s1")
    foretold = preview(grave.broker, grave.topics, EVERY)
    done = grave.send_again()
    assert foretold == done
    assert (done.sent, len(done.refused)) == ({SAMPLES: 1}, 1)
    assert "it came from samples/99, which is not there any more" in done.refused


def test_marks_go_with_their_dead_letters(grave: Grave) -> None:
    """Once retention has dropped a dead letter, the next replay removes its mark."""
    grave.send_again()
    assert len(marks(grave.broker, grave.topics)) == 10
    grave.clock.pass_by(2 * DAY)
    grave.broker.forget()
    grave.bury("s10")
    assert grave.send_again().sent == {SAMPLES: 1}
    assert marks(grave.broker, grave.topics) == {"dead-letters/0/10": grave.clock()}


def test_the_place_of_an_original_names_its_dead_letter() -> None:
    """As metrics and logs have it; own places and others may be given side by side."""
    grave = Grave()
    for number in range(4):
        grave.bury(f"s{number}", offset=3010 + number)
    found = find(grave.broker, grave.topics, "samples/1/3012")
    assert (found.place, found.record.value) == ("dead-letters/0/2", b"s2")
    places = named(grave.broker, grave.topics, ["samples/1/3013", "dead-letters/0/0"])
    assert places == {"dead-letters/0/3", "dead-letters/0/0"}
    with pytest.raises(UsageError, match=r"samples/1/9.*dlq list"):
        named(grave.broker, grave.topics, ["dead-letters/0/0", "samples/1/9"])


def test_one_incident_is_sent_again() -> None:
    """What died from one time on and before another is meant, and nothing beside it."""
    grave = Grave()
    for number in range(6):
        grave.bury(f"s{number}")
        grave.clock.pass_by(1000)
    end = grave.clock()
    assert grave.send_again(Choice(since=end - 4000, until=end - 2000)).sent == {SAMPLES: 2}
    assert grave.resent() == Counter([b"s2", b"s3"])


MOMENTS = [
    ("2026-11-21", 1_795_219_200_000),
    ("2026-11-21T20:13:00.292", 1_795_291_980_292),
    ("2026-11-21T20:13:00Z", 1_795_291_980_000),
    ("2026-11-21 21:13+01:00", 1_795_291_980_000),
    ("30m", DAY - 1_800_000),
    ("7d", -6 * DAY),
    ("1.5h", DAY - 5_400_000),
]


@pytest.mark.parametrize(("text", "time"), MOMENTS)
def test_a_moment_is_a_time_or_how_long_ago(text: str, time: int) -> None:
    """Without a zone it is UTC; a duration counts back from now."""
    assert moment(text, DAY, "--since") == time


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2 weeks", "12", "-2h", "0s"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """The error names the option and shows what would be right."""
    with pytest.raises(UsageError, match=f"--since '{text}' .* 2026-11-21T20:13:00Z, .* 2h or 7d"):
        moment(text, DAY, "--since")


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("dead-letters/0/99", id="not written yet"),
        pytest.param("dead-letters/1/0", id="no such partition"),
        pytest.param("samples/0/1", id="no dead letter of that"),
        pytest.param("dead-letters/0/-1", id="no offset"),
        pytest.param("7", id="no topic"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_place_that_is_none_is_refused(grave: Grave, place: str) -> None:
    """The error names the place, and what one looks like or where to find them."""
    with pytest.raises(UsageError, match=f"{place}.*dead-letters/0/7|{place}.*dlq list"):
        find(grave.broker, grave.topics, place)


def test_the_laws_hold_after_a_replay() -> None:
    """A sample and a label that died for a setting live as new ones once that is mended."""
    service = Service(budget=[{"rate": 1.0}])
    topics = service.plan.topics
    service.send(*numbers(10), {"x": 1.0, "tags": ["a"]})
    service.turn()
    service.answer_all()
    service.answer(sample_id="nobody", label="up", features={"x": 3.0})
    service.turn()
    assert [one.stage for one in service.dead()] == ["decode", "label"]
    mended = Settings.model_validate(
        {
            "budget": [{"rate": 1.0}],
            "samples": {"exclude": ["tags"]},
            "labels": {"unsolicited": True},
        }
    )
    made = plan_of(mended, {})
    now = replace(service.plan, mapping=made.mapping, arbiter=made.arbiter)
    service.restart(mapping=now.mapping, arbiter=now.arbiter)
    assert send_again(service.broker, topics, EVERY, service.clock).sent == {SAMPLES: 1, LABELS: 1}
    service.turn()
    service.restart(mapping=now.mapping, arbiter=now.arbiter)
    assert service.decisions()[-1].source.offset == 11
    assert getattr(service.updates()[-1], "sample_id", "") == "nobody"
    assert len(service.dead()) == 2
    verdicts = verify(service.broker, now)
    assert [one for one in verdicts if one.state == "violated"] == []
    assert {one.law for one in verdicts if one.state == "held"} >= {1, 2, 3, 4, 7, 9, 10}
