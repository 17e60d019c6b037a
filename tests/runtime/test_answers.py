"""Labels as people give them, through the topics: late, twice, unknown, corrected, expired."""

from collections import Counter

import pytest

from streamal.core.updates import Closed, Example
from tests.runtime.service import Service

ASK = [{"rate": 1.0}]


def _asked(**sections: object) -> Service:
    """Return a service that has asked about s0."""
    service = Service(**{"budget": ASK, **sections})
    service.send({"x": 1.0})
    service.turn()
    return service


def _taken(service: Service) -> Counter[str]:
    """Return what became of the answers: learned, corrected, closed as, refused because."""
    found = Counter(
        "corrected" if one.corrects else "learned"
        for one in service.updates()
        if isinstance(one, Example)
    )
    found.update(one.outcome for one in service.updates() if isinstance(one, Closed))
    found.update(one.reason for one in service.dead())
    return found


ANSWERS = [
    pytest.param(["up"], {"learned": 1}, id="once"),
    pytest.param(["up", "up"], {"learned": 1, "duplicate": 1}, id="twice"),
    pytest.param(["up", "down"], {"learned": 1, "corrected": 1}, id="corrected"),
    pytest.param(["skipped"], {"skipped": 1}, id="skipped"),
    pytest.param(["skipped", "skipped"], {"skipped": 1, "duplicate": 1}, id="skipped twice"),
    pytest.param(["skipped", "up"], {"skipped": 1, "learned": 1}, id="skipped, then known"),
    pytest.param(["unknown", "skipped"], {"unknown": 1, "late": 1}, id="ended otherwise"),
    pytest.param(["up", "retracted"], {"learned": 1, "retracted": 1}, id="retracted"),
    pytest.param(["retracted"], {"skipped": 1}, id="retracted before it was given"),
    pytest.param(
        ["up", "retracted", "up"],
        {"learned": 1, "retracted": 1, "corrected": 1},
        id="given again",
    ),
]


@pytest.mark.parametrize(("words", "became"), ANSWERS)
def test_each_answer_is_learned_once_or_refused_with_a_reason(
    words: list[str], became: dict[str, int]
) -> None:
    """What becomes of answers to one request adds up: one outcome for each of them."""
    service = _asked()
    for word in words:
        known = {"label": word} if word in {"up", "down"} else {"outcome": word}
        service.answer(sample_id="s0", **known)
    service.turn()
    assert _taken(service) == Counter(became)
    assert sum(became.values()) == len(words)


def test_an_answer_to_nothing_is_unmatched() -> None:
    """An answer to a request that was never made is a dead letter that names it."""
    service = _asked()
    service.answer(request_id="samples/0/77", label="up")
    service.answer(sample_id="s77", label="up")
    service.turn()
    assert [(one.reason, one.message.split(" is not")[0]) for one in service.dead()] == [
        ("unmatched", "request 'samples/0/77'"),
        ("unmatched", "a request for sample 's77'"),
    ]


def test_a_request_expires_by_the_wall_clock_while_nothing_comes() -> None:
    """An idle arbiter reads the clock: a request ends after `expire_after`, once."""
    service = _asked(requests={"expire_after": "60s"})
    service.clock.pass_by(60_000)
    service.turn()
    assert _taken(service) == Counter()
    service.clock.pass_by(1)
    service.turn()
    assert _taken(service) == Counter({"expired": 1})


def test_a_label_after_the_end_is_learned() -> None:
    """An expired request keeps its charge, so a label that comes late is learned all the same."""
    service = _asked(requests={"expire_after": "60s"})
    service.clock.pass_by(61_000)
    service.turn()
    service.answer(sample_id="s0", label="up")
    service.turn()
    assert _taken(service) == Counter({"expired": 1, "learned": 1})


def test_a_label_that_cannot_be_charged_again_is_late() -> None:
    """A refunded request's label needs a charge of its own; without one it is refused."""
    service = Service(
        budget=[{"count": 1}], requests={"expire_after": "60s", "refund": ["expired"]}
    )
    service.send({"x": 1.0})
    service.turn()
    service.clock.pass_by(61_000)
    service.turn()
    service.send({"x": 2.0}, {"x": 3.0}, {"x": 4.0}, {"x": 5.0})
    service.turn()
    service.answer(sample_id="s0", label="up")
    service.turn()
    assert _taken(service) == Counter({"expired": 1, "late": 1})
    assert "cannot charge it again" in service.dead()[0].message


def test_closed_requests_are_forgotten_after_remember() -> None:
    """After `remember` a repeated answer is no duplicate any more but unmatched."""
    service = _asked(requests={"remember": "60s"})
    service.answer(sample_id="s0", label="up")
    service.turn()
    service.clock.pass_by(120_000)
    service.answer(sample_id="s0", label="up")
    service.turn()
    assert _taken(service) == Counter({"learned": 1, "unmatched": 1})


def test_a_label_nobody_asked_for_is_learned_where_that_is_on() -> None:
    """With `labels.unsolicited` a label with features is learned, and once per answer id."""
    service = Service(labels={"unsolicited": True})
    for label in ("up", "down"):
        service.answer(sample_id="z", answer_id="a1", label=label, features={"x": 1.0})
    service.turn()
    assert _taken(service) == Counter({"learned": 1, "duplicate": 1})


def test_a_skipped_request_is_asked_again_under_a_new_id() -> None:
    """With `ask_again` a skip leads to a second request, charged as one."""
    service = _asked(requests={"ask_again": 1})
    service.answer(sample_id="s0", outcome="skipped")
    service.turn()
    assert [one.request_id for one in service.requests()] == ["samples/0/0", "samples/0/0#2"]
    charged = [one.ledger.limits[0].charged for one in service.requests()]  # type: ignore[union-attr]
    assert charged == [1.0, 2.0]
