"""Topics by their logical names."""

import pytest

from streamal.errors import UsageError
from streamal.wire.topics import LOGICAL, Topics

RENAMED = Topics({"samples": "clicks", "state": "team.state"}, 3, {"samples": 1000})


def test_a_topic_without_another_name_stands_for_itself() -> None:
    """Renaming one leaves the rest, and names are found both ways."""
    assert (RENAMED["samples"], RENAMED["labels"]) == ("clicks", "labels")
    assert [RENAMED.logical(RENAMED[name]) for name in LOGICAL] == list(LOGICAL)


def test_each_topic_needs_its_partitions() -> None:
    """One more for `state` than for `samples`, one for all others; only `state` compacts."""
    specs = dict(zip(LOGICAL, RENAMED.specs(), strict=True))
    assert {name: spec.partitions for name, spec in specs.items() if spec.partitions > 1} == {
        "samples": 3,
        "state": 4,
    }
    assert [name for name, spec in specs.items() if spec.compacted] == ["state"]
    assert (specs["samples"].retention_ms, specs["updates"].retention_ms) == (1000, None)


@pytest.mark.parametrize(("word", "name"), [("samples", "clicks"), ("clicks", "clicks")])
def test_a_topic_is_meant_by_either_name(word: str, name: str) -> None:
    """Its logical name or the one at the broker."""
    assert RENAMED.resolve(word) == name


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("lables", "no topic 'lables'; did you mean labels?"),
        ("qqq", "no topic 'qqq'"),
    ],
)
def test_an_unknown_topic_names_the_nearest(word: str, message: str) -> None:
    """The error says what there is, too."""
    with pytest.raises(UsageError) as caught:
        RENAMED.resolve(word)
    assert str(caught.value).startswith(message)
    assert "auto-labels" in str(caught.value)
