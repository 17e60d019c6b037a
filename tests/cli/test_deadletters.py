"""`dlq`: what died can be found, looked at and sent again, once."""

import json
from collections import Counter

import pytest

from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import Record
from streamal.errors import Poison
from streamal.wire.dead import dead_letter
from streamal.wire.topics import Topics
from tests.cli.shell import Shell, ended, jsonl

BAD = ['{"features": {"x": [1]}}', "no JSON", "\x1b[2J[red]", '{"id": 1}']
"""Samples that die of `wrong_type`, `invalid_json` twice, and `empty`."""


@pytest.fixture
def dead(shell: Shell) -> Shell:
    """A service that has buried four samples and decided five."""
    shell.made("t.jsonl", jsonl(5) + "\n".join(BAD) + "\n")
    shell.good("send", "t.jsonl")
    shell.served()
    return shell


def test_list_tells_what_died_of_what(dead: Shell) -> None:
    """Each has its place, its original and a reason; all are counted, the newest shown."""
    document = dead.good("dlq", "list", "-n", 2, "--json").document
    assert document["selected"] == 4
    counts = {(one["stage"], one["reason"]): one["count"] for one in document["counts"]}
    reasons = {"empty": 1, "invalid_json": 2, "wrong_type": 1}
    assert counts == {("decode", reason): count for reason, count in reasons.items()}
    letters = document["dead_letters"]
    assert [(one["place"], one["original"]) for one in letters] == [
        ("dead-letters/0/2", "samples/0/7"),
        ("dead-letters/0/3", "samples/0/8"),
    ]
    assert "not JSON" in letters[0]["message"]
    assert letters[0]["replayed_at"] is None


def test_list_for_people_is_a_line_each(dead: Shell) -> None:
    """Lines stand in columns, and the counts below them."""
    out = dead.good("dlq", "list", "--reason", "invalid_json").out
    head, first, second, _, counted, kind = out.splitlines()
    assert head.split() == ["place", "time", "replayed", *"stage reason original message".split()]
    assert first.startswith("dead-letters/0/1  20")
    assert second.index("samples/0/7") == first.index("samples/0/6") == head.index("original")
    assert counted.split() == ["stage", "reason", "count", "replayed"]
    assert kind.split() == ["decode", "invalid_json", "2", "0"]


def test_filters_that_select_nothing_say_so(dead: Shell) -> None:
    """What was asked for and what there is are named, and nothing goes to stdout."""
    for words in (["list"], ["replay"], ["replay", "--dry-run"]):
        ran = dead.good("dlq", *words, "--stage", "label")
        assert ran.out == ""
        assert "no dead letter has stage 'label'; there are: decode empty (1), " in ran.err
        told = dead.good("dlq", *words, "--stage", "label", "--json")
        assert (told.document["selected"], told.err) == (0, "")


def test_without_dead_letters_that_is_told(shell: Shell) -> None:
    """A service in which nothing died has an empty list."""
    shell.good("topics", "create")
    assert shell.good("dlq", "list").err == "no dead letters in dead-letters\n"
    assert shell.good("dlq", "list", "--json").document["dead_letters"] == []
    assert shell.good("dlq", "replay", "--all", "--json").document["selected"] == 0


def test_what_a_header_says_does_no_harm(shell: Shell) -> None:
    """A time that no year holds, and a stage that would control a terminal, are shown as text."""
    shell.good("topics", "create")
    letter = Record("samples", 0, 0, 10**18, b"k", b"x")
    poison = Poison("ba\x1b[31md", "?")
    broker = SqliteBroker("streamal.db")
    broker.writer("by hand").commit([dead_letter(Topics(), letter, "sta\nge", poison, 10**18)])
    broker.close()
    told = [shell.good("dlq", "list"), shell.good("dlq", "show", "dead-letters/0/0")]
    told.append(shell.good("dlq", "list", "--stage", "nothing"))
    assert all("\x1b" not in ran.out + ran.err for ran in told)
    assert f"{10**18} ms" in told[0].out
    assert "sta\\nge" in told[2].err


def test_show_tells_all_of_one(dead: Shell) -> None:
    """Text is shown as text, and what could steer a terminal as its escape."""
    ran = dead.good("dlq", "show", "dead-letters/0/2", "--json")
    assert ran.document["value"] == BAD[2]
    assert (ran.document["key"], ran.document["headers"]) == ("t-7", [])
    out = dead.good("dlq", "show", "dead-letters/0/2").out
    assert "\x1b" not in out
    assert "value        \\x1b[2J[red]\n" in out


def test_show_tells_bytes_that_are_no_text(shell: Shell) -> None:
    """They come as base64, whole."""
    shell.made("t.jsonl", b'{"x": \xff}\n')
    shell.good("send", "t.jsonl")
    shell.served()
    document = shell.good("dlq", "show", "dead-letters/0/0", "--json").document
    assert document["value"] == {"base64": "eyJ4Ijog/30="}
    assert document["reason"] == "invalid_utf8"


@pytest.mark.parametrize("words", [["show", "samples"], ["replay", "--place", "x"]])
def test_a_place_that_is_none_is_a_wrong_word(dead: Shell, words: list[str]) -> None:
    """Exit 2, and what a place looks like."""
    ran = dead("dlq", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "they look like dead-letters/0/7 and samples/0/17" in ran.err


@pytest.mark.parametrize("words", [[], ["--all", "--stage", "decode"]])
def test_replay_wants_to_know_which(dead: Shell, words: list[str]) -> None:
    """Neither nothing nor everything and a filter: exit 2, nothing sent."""
    ran = dead("dlq", "replay", *words)
    assert ran.code == 2
    assert "--all without them" in ran.err
    assert len(dead.tail("samples")) == 9


def test_the_original_names_its_dead_letter(dead: Shell) -> None:
    """The place that an exemplar carries is taken by `show` and by `replay --place`."""
    shown = dead.good("dlq", "show", "samples/0/7", "--json").document
    assert shown == dead.good("dlq", "show", "dead-letters/0/2", "--json").document
    ran = dead.good("dlq", "replay", "--place", "samples/0/7", "--place", "dead-letters/0/2")
    assert ran.err == "sent 1 to samples\n"
    assert dead.tail("samples")[-1] == BAD[2]


def test_an_incident_is_chosen_by_its_time(dead: Shell) -> None:
    """`--since` and `--until` take times and durations; both commands choose alike."""
    assert dead.good("dlq", "list", "--since", "1h", "--json").document["selected"] == 4
    assert (
        dead.good("dlq", "replay", "--since", "1h", "--dry-run").err == "would send 4 to samples\n"
    )
    for words in (["list"], ["replay"]):
        ran = dead.good("dlq", *words, "--stage", "decode", "--until", "2026-01-02")
        assert "no dead letter has stage 'decode' until 2026-01-02T00:00:00+00:00; there" in ran.err
    wrong = dead("dlq", "list", "--since", "1h", "--until", "2h")
    assert (wrong.code, wrong.out) == (2, "")
    assert "nothing lies between: --since" in wrong.err


def test_replay_after_the_cause_is_mended(dead: Shell) -> None:
    """The sample lives as a new one, is sent once, and every law holds."""
    dead.made("u.jsonl", '{"x": 1.5, "y": 2, "colour": "red", "tags": ["a"]}\n')
    dead.good("send", "u.jsonl")
    dead.served()
    words = ("dlq", "replay", "--place", "dead-letters/0/4", "--place", "dead-letters/0/4")
    assert dead.good(*words, "--dry-run").err == "would send 1 to samples\n"
    assert dead.good(*words, "--json").document == {
        "dry_run": False,
        "selected": 1,
        "sent": {"samples": 1},
        "already_replayed": 0,
        "refused": [],
    }
    assert dead.good(*words).err == "passed over 1 that were sent again before\n"
    dead.configured(samples={"exclude": ["tags"]})
    dead.served()
    assert dead.tail("samples")[-1] == json.loads((dead.folder / "u.jsonl").read_text())
    assert dead.good("status", "--json").document["samples"] == 6
    assert len(dead.dead()) == 5
    held = dead.good("verify", "--json").document
    assert held["held"]
    (line,) = dead.good("dlq", "list", "-n", 1, "--json").document["dead_letters"]
    assert line["replayed_at"] >= line["time"]


@pytest.fixture
def many(shell: Shell) -> Shell:
    """So many dead letters that a replay needs several transactions."""
    shell.made("t.jsonl", "".join(f"no JSON {number}\n" for number in range(1300)))
    shell.good("send", "t.jsonl")
    shell.served()
    return shell


TWICE = {f"no JSON {number}": 2 for number in range(1300)}


@pytest.mark.parametrize("point", ["commit.begin:2", "commit.mid:2", "commit.end:2"])
def test_a_killed_replay_is_finished_by_the_next(many: Shell, point: str) -> None:
    """After SIGKILL in the middle the same command sends the rest, and nothing twice."""
    words = ["dlq", "replay", "--all"]
    ran = ended(many.process(words, STREAMAL_TEST_CRASH_AT=point))
    assert ran.code == -9
    before = len(many.tail("samples")) - 1300
    assert before == (1000 if point == "commit.end:2" else 500)
    done = many.good(*words, "--json").document
    assert (done["already_replayed"], done["sent"]) == (before, {"samples": 1300 - before})
    assert Counter(many.tail("samples")) == TWICE


def test_operators_at_once_send_each_once(many: Shell) -> None:
    """Three at one time: a fenced one exits 75, and all of it lies there once."""
    children = [many.process(["dlq", "replay", "--all"]) for _ in range(3)]
    codes = {ended(child).code for child in children}
    assert codes <= {0, 75}
    assert 0 in codes
    assert Counter(many.tail("samples")) == TWICE
