"""Explanations of what a certificate, its audits and a stop did."""

from collections.abc import Callable
from functools import cache

import pytest

from streamal.brokers.memory import MemoryBroker
from streamal.lab.explain import explain
from tests.lab.laws.certified import certified_copy
from tests.lab.laws.copying import Json, Pick
from tests.lab.laws.picks import by_a_scorer, kind, source


@cache
def _poured() -> MemoryBroker:
    return certified_copy().pour()


def _stops() -> tuple[Json, Json]:
    """Return where asking ends, and where it goes on."""
    ends, goes_on = (one for one in certified_copy().said("updates") if kind("stop")(one))
    return ends, goes_on


@cache
def _relied() -> frozenset[str]:
    """Return the samples whose scorers would have had them labelled."""
    said = certified_copy().said("candidates")
    return frozenset(one["sample_id"] for one in said if one.get("route") == "auto_label")


def _is_before(value: Json) -> bool:
    return bool(value["ledger"]["step"] < _stops()[0]["ledger"]["step"])


def _is_stopped(value: Json) -> bool:
    ends, goes_on = _stops()
    if "ledger" not in value:
        return bool(ends["version"] <= value["model_version"] < goes_on["version"])
    return not _is_before(value) and bool(value["ledger"]["step"] < goes_on["ledger"]["step"])


def _told(topic: str, pick: Pick) -> Json:
    """Return the explanation of the last decision that is picked."""
    value = next(one for one in reversed(certified_copy().said(topic)) if pick(one))
    (only,) = explain(_poured(), certified_copy().plan, source(value))["explanations"]
    return dict(only)


STORIES: list[tuple[str, Pick, list[str]]] = [
    (
        "label-requests",
        lambda one: one["reason"] == "audit" and _is_before(one),
        ["inside the audits of what is as confident as", "with the uniform part)"],
    ),
    (
        "label-requests",
        lambda one: one["reason"] == "audit" and _is_stopped(one),
        ["asking had ended at version", "(rule deadline: time", "of samples that is still audited"],
    ),
    (
        "auto-labels",
        by_a_scorer,
        ["reached the auto-label threshold", " of certificate ", "its precision there is at least"],
    ),
    (
        "auto-labels",
        lambda one: "ledger" in one and one["propensity"] > 0,
        ["the uniform part and the audits of what is as confident as"],
    ),
    (
        "abstained",
        lambda one: one["reason"] == "uncertified" and by_a_scorer(one),
        ["because no certificate was in force at version", "more without an error would earn one"],
    ),
    (
        "abstained",
        lambda one: one["reason"] == "uncertified" and one["sample_id"] in _relied(),
        ["because certificate ", ", which its scorer relied on, was withdrawn at version"],
    ),
    (
        "abstained",
        lambda one: by_a_scorer(one) and _is_stopped(one),
        ["asking had ended at version", "the part of samples that is still audited"],
    ),
    (
        "abstained",
        lambda one: one["reason"] == "not_informative" and 0.7 < one["confidence"] < 0.73,
        ["not labelled"],
    ),
]


@pytest.mark.parametrize(("topic", "pick", "parts"), STORIES)
def test_the_sentence_tells_what_it_rests_on(
    topic: str, pick: Callable[[Json], bool], parts: list[str]
) -> None:
    """The certificate and its audits, the coin, or the stop; and the rule agrees."""
    told = _told(topic, pick)
    assert [part for part in parts if part not in told["why"]] == []
    assert told["rule"] == {"state": "agrees"}
    assert told["score"]["state"] == "agrees"


def test_the_document_has_certificate_and_coin() -> None:
    """What an auto-label rests on and what its candidate proposed is in the document."""
    told = _told("auto-labels", lambda one: "ledger" in one)
    assert told["decision"]["certificate"] == told["candidate"]["certificate"]
    assert told["candidate"]["coin"] > 0
    assert told["candidate"]["audited_from"] <= told["decision"]["auto_label_threshold"]
