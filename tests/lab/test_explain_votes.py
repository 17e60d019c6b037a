"""Explanations of samples that several annotators were asked about."""

from streamal.lab.explain import explain
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.stories import voted_copy


def _told(copy: Copy, word: str) -> Json:
    (found,) = explain(copy.pour(), copy.plan, word)["explanations"]
    return dict(found)


def _kinds(said: list[Json], request_id: str) -> list[str]:
    return [one["kind"] for one in said if one.get("request_id") == request_id]


def test_votes_are_on_the_page_of_their_sample() -> None:
    """Each with its annotator and label; the last answer is the example."""
    copy = voted_copy()
    said = copy.said("updates")
    example = next(
        one
        for one in said
        if one["kind"] == "example"
        and _kinds(said, one["request_id"]) == ["vote", "vote", "example"]
    )
    mine = [one for one in said if one.get("request_id") == example["request_id"]]
    told = _told(copy, example["request_id"])
    votes = [event for event in told["events"] if event["what"] == "voted"]
    names = [(event["label"], event["annotator"]) for event in votes]
    assert names == [(one["label"], one["annotator"]) for one in mine[:2]]
    assert told["request"]["state"] == "learned"
    assert told["request"]["label"] == example["label"]


def test_a_request_with_votes_only_is_open() -> None:
    """One of three has skipped: nothing is decided."""
    copy = voted_copy().twin()
    said = copy.said("updates")
    at = next(
        at
        for at, one in enumerate(said)
        if one.get("outcome") == "skipped" and _kinds(said[: at + 1], one["request_id"]) == ["vote"]
    )
    del copy.lanes["updates", 0][at + 1 :]
    told = _told(copy, said[at]["request_id"])
    assert told["request"]["state"] == "open"
    voted = [event for event in told["events"] if event["what"] == "voted"]
    assert [event["outcome"] for event in voted] == ["skipped"]
