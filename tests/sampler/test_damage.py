"""What is no saved sampler, or one that was tampered with, is told in a line."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from streamal import Sampler
from streamal.errors import StreamalError, UsageError

MARK = "\ufeff"


def tree() -> dict[str, Any]:
    """Return what is saved of a sampler that has done a little of everything."""
    budget = [{"rate": 0.3}, {"window": {"count": 5, "every": "30s"}}]
    sampler = Sampler(model="bayes", budget=budget)
    for at in range(80):
        decision = sampler.decide({"x": at % 7, "b": "x"})
        if decision.route == "request" and at % 3:
            sampler.teach(decision, "uv"[at % 2])
    sampler.query([{"x": 50}, {"x": 60}], 1)
    found: dict[str, Any] = msgspec.json.decode(sampler.save())
    return found


TREE = tree()


def changed(path: str, value: object) -> str:
    """Return the document with another value at a place."""
    copy = msgspec.json.decode(msgspec.json.encode(TREE))
    *way, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    at = copy
    for key in way:
        at = at[key]
    at[last] = value
    return msgspec.json.encode(copy).decode()


def bins(count: int) -> dict[str, list[int]]:
    """Return counts of a partition that was heard of, of which there are too many."""
    return {"0": [count] * 14}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("ledger/ledger/accounts", [], "`ledger` has 0 accounts for 2 limits"),
        ("ledger/ledger/specs/1/every_ms", 0, "a window that lasts no time"),
        ("ledger/estimate/hits", [1.0], "needs 14 hits and 14 trials"),
        ("ledger/estimate/trials", [], "needs 14 hits and 14 trials"),
        ("ledger/estimate/trials/0", -2.0, "needs 14 hits and 14 trials of at least 0"),
        ("ledger/estimate/horizon", 0, "horizon` is 0, must be above 0"),
        ("ledger/estimate/p_min", 0.0, r"p_min` is 0.0, must be in \(0, 1\]"),
        ("ledger/estimate/labels", -1, "`ledger.estimate` has a count below 0"),
        ("ledger/estimate/spread", -1.0, "spread` is below 0"),
        ("ledger/bins", {"0": [0]}, "`ledger.bins` needs 14 counts"),
        ("ledger/bins", bins(-1), "`ledger.bins` needs 14 counts of at least 0"),
        ("ledger/bins", bins(10**9), "counts samples that `partition` has not seen"),
        ("ledger/n", -1, "`ledger` has a count below 0"),
        ("partition/bins", [], "`partition.bins` needs 14 counts"),
        ("partition/seen", -1, "`partition.bins` needs 14 counts"),
        ("partition/policy", "zz", "`partition.policy` cannot be read"),
        ("counters/decided", -1, "`counters` has a count below 0"),
        ("requests/1/bin", 99, r"`requests\[1\]` has a bin or a propensity"),
        ("requests/0/asked/propensity", 0.0, r"`requests\[0\]` has a bin or a propensity"),
    ],
)
def test_parts_that_do_not_fit_are_damage(path: str, value: object, message: str) -> None:
    """Told when it is loaded, rather than by a crash later."""
    with pytest.raises(UsageError, match=f"saved sampler: is damaged: .*{message}"):
        Sampler.load(changed(path, value))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("\0", "cannot be read"),
        (Path("a\0b"), "cannot be read"),
        (b"{}", "or the path of a file; not a bytes"),
        (None, "not a NoneType"),
        (5, "not a int"),
        ("\ud800", "half of a surrogate pair"),
        ('{"format": "\ud800"}', "character 12 is half of a surrogate pair"),
        ("[" + "x" * 5000 + "]", "cannot be read"),
        ("", "'': cannot be read"),
    ],
)
def test_what_cannot_be_one_is_told(given: Any, message: str) -> None:  # noqa: ANN401 - anything
    """In a message that a terminal shows, however long what was handed in."""
    with pytest.raises(UsageError, match=message) as caught:
        Sampler.load(given)
    assert len(str(caught.value)) < 150
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("before", [MARK, f" {MARK}\n", "\n"])
def test_a_mark_of_the_byte_order_is_left_aside(before: str, tmp_path: Path) -> None:
    """As an editor may write it, in a text and in a file."""
    text = Sampler().save()
    file = tmp_path / "sampler.json"
    file.write_text(before + text, encoding="utf-8")
    assert Sampler.load(before + text).save() == Sampler.load(file).save() == text


@pytest.mark.parametrize("path", ["\0", "\ud800", "/", "", 5])
def test_a_path_that_is_none_is_told(path: Any) -> None:  # noqa: ANN401 - anything
    """By an error of streamal, also where it is written."""
    with pytest.raises(UsageError, match=r"cannot be written|the path of a file is"):
        Sampler().save(path)


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_settings_whose_path_is_none_are_told(path: str) -> None:
    """As a file that is not there is."""
    with pytest.raises(StreamalError, match="is no path of a file"):
        Sampler(path)
