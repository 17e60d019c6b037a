"""How a sample was weighed is on the records, fits their schemas, and is absent where plain."""

from collections.abc import Mapping

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from streamal.wire.schema import schema
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.stories import eventful_copy, restrained_copy

WEIGHED: Mapping[str, set[str]] = {
    "label-requests": {"modifiers", "arm", "held_back"},
    "auto-labels": {"modifiers", "arm", "held_back"},
    "abstained": {"modifiers", "arm", "held_back"},
    "candidates": {"modifiers", "arm"},
    "updates": {"features"},
}
"""Fields that say how a sample was weighed, or teach how to, by topic."""

NONSENSE = [
    ("abstained", "modifiers", {"junk": "much"}),
    ("abstained", "modifiers", [0.5]),
    ("abstained", "arm", 3),
    ("abstained", "held_back", "somehow"),
    ("candidates", "modifiers", {"junk": None}),
    ("candidates", "arm", ["margin"]),
]


def _closed_or_scored(copy: Copy, topic: str) -> list[Json]:
    return [one for one in copy.said(topic) if one.get("kind") in {None, "candidate", "closed"}]


@pytest.mark.parametrize("topic", WEIGHED)
def test_weighed_records_are_valid(topic: str) -> None:
    """Where everything is on each field occurs, and each record fits its topic's schema."""
    validator = Draft202012Validator(schema(topic))
    found = _closed_or_scored(restrained_copy(), topic)
    for one in found:
        validator.validate(one)
    assert WEIGHED[topic] <= {name for one in found for name in one}


@pytest.mark.parametrize("topic", WEIGHED)
def test_plain_records_are_as_they_were(topic: str) -> None:
    """Where nothing is on no field is added; of junk the features are told for all to learn."""
    found = _closed_or_scored(eventful_copy(), topic)
    named = {name for one in found if one.get("outcome") != "rejected" for name in one}
    wanted = {"features"} if topic == "candidates" else set()
    assert found
    assert named & (WEIGHED[topic] | wanted) == wanted


def test_only_what_was_rejected_has_features() -> None:
    """They are those of the request, so that everybody learns the same of it."""
    copy = restrained_copy()
    asked = {one["request_id"]: one["features"] for one in copy.said("label-requests")}
    ended = [one for one in copy.said("updates") if one["kind"] == "closed"]
    assert {one["outcome"] for one in ended} > {"rejected"}
    for one in ended:
        wanted = asked[one["request_id"]] if one["outcome"] == "rejected" else None
        assert one.get("features") == wanted


@pytest.mark.parametrize(("topic", "field", "value"), NONSENSE)
def test_nonsense_is_invalid(topic: str, field: str, value: object) -> None:
    """A field that is there holds what it should, or the record is none."""
    validator = Draft202012Validator(schema(topic))
    one = next(v for v in _closed_or_scored(restrained_copy(), topic) if "modifiers" in v)
    assert validator.is_valid(one)
    assert not validator.is_valid({**one, field: value})
