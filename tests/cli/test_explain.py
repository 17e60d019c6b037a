"""`explain`: one page for people, one JSON document for programs, errors that help."""

import re
from contextlib import closing

import pytest

from streamal.app import broker_of
from streamal.cli.explain import figure
from streamal.core.log import Outgoing
from streamal.settings import load
from tests.cli.shell import Shell


@pytest.mark.parametrize("topic", ["label-requests", "auto-labels", "abstained"])
def test_each_route_is_told_in_a_sentence_and_numbers(worked: Shell, topic: str) -> None:
    """For people the page has the sentence, the numbers, and that both checks agree."""
    value = worked.tail(topic)[-1]
    source = value["source"]
    place = f"{source['topic']}/{source['partition']}/{source['offset']}"
    ran = worked.good("explain", place)
    assert ran.err == ""
    assert ran.out.startswith(f"{value['sample_id']} at {place}\n")
    assert re.search(r"^(asked|not asked|labelled by the model), because its ", ran.out, re.M)
    version = value["model_version"]
    assert f"  score       computed again at version {version}: agrees\n" in ran.out
    assert "  rule        applied again: agrees\n" in ran.out
    assert f"  propensity  {value['propensity']:.4g}\n" in ran.out
    assert ("  ledger      step " in ran.out) == ("ledger" in value)


def test_json_is_one_document_with_all_samples_of_an_id(worked: Shell) -> None:
    """`--json` holds each sample of the id, newest first; features only of what was asked."""
    told = worked.good("explain", "t-7", "--json").document
    assert [one["source"] for one in told["explanations"]] == ["samples/0/67", "samples/0/7"]
    assert worked.good("explain", "t-7").out.count("t-7 at samples/0/") == 2
    for one in told["explanations"]:
        assert (one["features"] is not None) == (one["state"] == "request")


def test_a_request_tells_its_later_life(worked: Shell) -> None:
    """The answer that was learned stands on the page of its request, with its version."""
    request = worked.tail("label-requests")[0]
    out = worked.good("explain", request["request_id"]).out
    example = next(
        one
        for one in worked.tail("updates")
        if one.get("request_id") == request["request_id"] and one["kind"] == "example"
    )
    assert f'learned "{example["label"]}" as version {example["version"]} by simulated' in out


def test_an_unknown_id_is_a_usage_error(worked: Shell) -> None:
    """Nothing goes to stdout, the exit code is 2, and the nearest id is named."""
    ran = worked("explain", "t-600")
    assert (ran.code, ran.out) == (2, "")
    assert "no sample 't-600'" in ran.err
    assert "did you mean t-6" in ran.err


def test_nothing_of_a_stranger_reaches_the_terminal(shell: Shell) -> None:
    """Control characters in an id or a message are spelt out; a dead letter says its reason."""
    shell.made("t.jsonl", '{"id": "a\\u001b[2J", "features": {"x": 1}}\n{"x": [1]}\n')
    shell.good("send", "t.jsonl")
    shell.served()
    assert shell.good("explain", "samples/0/0").out.startswith("a\\x1b[2J at samples/0/0\n")
    out = shell.good("explain", "samples/0/1").out
    assert "could not be used (stage decode, reason wrong_type)" in out


def test_a_dead_letter_says_that_it_was_sent_again(shell: Shell) -> None:
    """By its own place and by the sample's; an answer without a sample is called an answer."""
    shell.made("t.jsonl", '{"x": [1]}\n')
    shell.good("send", "t.jsonl")
    shell.served()
    answer = b'{"request_id": "samples/0/99", "label": "up"}'
    with closing(broker_of(load(None, {}, {}), make=False)) as broker:
        broker.writer("tests").commit([Outgoing("labels", None, answer)])
    shell.served()
    shell.good("dlq", "replay", "--all")
    for word in ("dead-letters/0/0", "samples/0/0"):
        out = shell.good("explain", word).out
        assert re.search(
            r"dead letter dead-letters/0/0, 20\S+; sent again 20\S+ \(dlq replay\)", out
        )
        assert "  sample      written 20" in out
    out = shell.good("explain", "dead-letters/0/1").out
    assert out.startswith("(answer) at labels/0/0\nthe answer could not be used (stage label, ")
    assert "  answer      labels/0/0\n" in out
    assert "not kept" not in out


def test_a_record_about_no_sample_is_told_as_what_it_is(worked: Shell) -> None:
    """A pace record is no sample: exit 2, what it says, and how to see it."""
    kinds = [one["kind"] for one in worked.tail("updates")]
    ran = worked("explain", f"updates/0/{kinds.index('pace')}")
    assert (ran.code, ran.out) == (2, "")
    assert "is a pace record, which says what part of the samples the budget affords" in ran.err
    assert "`streamal tail updates` shows it" in ran.err


def test_no_number_of_a_page_is_rounded_up_to_1() -> None:
    """Four digits, and more where four would say certainty."""
    found = [figure(value) for value in (0.99996, 0.123456, 1.0, None, 12)]
    assert found == ["0.99996", "0.1235", "1", "–", "12"]


def test_explaining_changes_nothing(worked: Shell) -> None:
    """The topics are as they were, and so is the status."""
    before = [worked.tail(name) for name in ("updates", "state", "candidates")]
    status = worked.good("status", "--json").document
    worked.good("explain", "t-1")
    assert [worked.tail(name) for name in ("updates", "state", "candidates")] == before
    assert worked.good("status", "--json").document == status
