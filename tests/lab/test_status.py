"""Status is read from the topics, beside the service and apart from its memory."""

import pytest

from streamal.errors import TopicMissing
from streamal.lab.status import status
from streamal.wire.topics import Topics
from tests.runtime.service import START, Service, numbers

FIELDS = (
    "samples dead_letters routes budget query_ratio pace requests labels annotators "
    "model_version classes estimate certificate drift stop lag"
)


def test_before_anything_happened() -> None:
    """Topics without a record give zeros and nulls, never an error."""
    service = Service()
    found = status(service.broker, service.plan.topics)
    assert list(found) == FIELDS.split()
    assert (found["samples"], found["dead_letters"], found["model_version"]) == (0, 0, 0)
    assert (found["budget"], found["query_ratio"], found["estimate"]) == ({}, None, None)
    assert found["lag"] == {"samples": 0, "candidates": 0, "labels": 0}


def test_figures_are_those_of_the_topics() -> None:
    """Routes, dead letters, requests and labels are what the topics hold."""
    service = Service(budget=[{"rate": 0.2, "burst": 5}, {"count": 9}])
    service.send(*numbers(40))
    service.put("samples", b"{")
    service.turn()
    service.answer_all()
    service.turn()
    service.send(*numbers(40, 40))
    service.turn()
    found = status(service.broker, service.plan.topics)
    asked = len(service.requests())
    assert (found["samples"], found["dead_letters"]) == (80, 1)
    assert sum(found["routes"].values()) == 80
    assert found["routes"]["request"] == asked == found["budget"]["count"]["charged"]
    assert found["budget"]["count"]["allowed"] == 9
    assert found["budget"]["rate"]["allowed"] == 5 + 0.2 * 80
    assert found["query_ratio"] == asked / 80
    assert found["requests"]["remembered"] + found["requests"]["outstanding"] == asked
    assert found["labels"]["learned"] == found["requests"]["remembered"]
    assert found["model_version"] == len(service.updates())
    assert sorted(found["classes"]) == ["down", "up"]


def test_the_oldest_request_is_dated() -> None:
    """The age of the oldest open request can be told from when it was made."""
    service = Service()
    service.send({"x": 1.0})
    service.turn()
    service.clock.pass_by(5000)
    service.send({"x": 2.0})
    service.turn()
    requests = status(service.broker, service.plan.topics)["requests"]
    assert (requests["outstanding"], requests["oldest_created_at"]) == (2, START)


def test_lag_counts_what_no_role_has_taken() -> None:
    """Each role's lag is what lies beyond its last commit."""
    service = Service()
    service.turn()
    service.send(*numbers(7))
    service.answer(sample_id="s0", label="up")
    found = status(service.broker, service.plan.topics)
    assert found["lag"] == {"samples": 7, "candidates": 0, "labels": 1}
    service.turn()
    found = status(service.broker, service.plan.topics)
    assert found["lag"] == {"samples": 0, "candidates": 0, "labels": 0}


def test_partitions_are_added_up() -> None:
    """With several partitions samples and routes are those of all of them."""
    service = Service(topics={"partitions": 3})
    for partition in range(3):
        service.put("samples", *[b'{"x": 1}'] * 10, partition=partition)
    service.turn()
    found = status(service.broker, service.plan.topics)
    assert (found["samples"], sum(found["routes"].values())) == (30, 30)


def test_a_missing_topic_is_named() -> None:
    """Topics of another prefix are not there, and the error says which."""
    service = Service()
    with pytest.raises(TopicMissing, match="shop-state"):
        status(service.broker, Topics({"state": "shop-state"}))
