"""`max_ahead`: intake pauses behind the oldest open request, and goes on."""

from streamal.core.updates import Pace
from tests.runtime.service import Service, numbers

HELD = {"requests": {"max_ahead": 10, "expire_after": "60s"}, "budget": [{"count": 1000}]}


def _held() -> Service:
    """Return a service that has asked, got no answer and stopped taking samples in."""
    service = Service(**HELD)
    for _ in range(4):
        service.send(*numbers(10, service.sent))
        service.turn()
    return service


def test_intake_pauses_after_max_ahead_samples() -> None:
    """No sample is decided more than one batch after the oldest open request is 10 samples old."""
    service = _held()
    paces = [one for one in service.updates() if isinstance(one, Pace)]
    assert paces[-1].hold
    assert len(service.decisions()) == 20
    assert service.turn() == 0


def test_intake_goes_on_when_the_request_is_answered() -> None:
    """Answers end the pause: all that waited is decided, in order."""
    service = _held()
    for _ in range(5):
        service.answer_all()
        service.turn()
    assert [one.source.offset for one in service.decisions()] == list(range(40))


def test_intake_goes_on_when_the_request_expires() -> None:
    """Where nobody answers, the wall clock ends the requests, and with them the pause."""
    service = _held()
    service.clock.pass_by(61_000)
    service.turn()
    assert len(service.decisions()) > 20


def test_a_restart_keeps_the_pause() -> None:
    """A worker that starts while intake is paused decides nothing either."""
    service = _held()
    service.restart()
    assert service.turn() == 0
    assert len(service.decisions()) == 20


def test_without_max_ahead_nothing_pauses() -> None:
    """By default unanswered requests hold nothing back."""
    service = Service()
    for _ in range(4):
        service.send(*numbers(10, service.sent))
        service.turn()
    assert len(service.decisions()) == 40
