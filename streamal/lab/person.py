"""The simulated people of `annotate`: they answer what comes, each after its delay."""

from collections.abc import Callable, Mapping

from streamal.brokers.port import Broker
from streamal.core.records import Request
from streamal.lab.annotator import Annotator, Habits
from streamal.wire.topics import Topics

WAIT = 0.1
"""Seconds that the next request is waited for."""


def answer_requests(
    broker: Broker,
    topics: Topics,
    labels: Mapping[str, str],
    habits: Habits,
    delay: float,
    stopped: Callable[[], bool],
    until_idle: float | None,
    now: Callable[[], float],
) -> dict[str, int]:
    """Answer until told to stop, or until nothing came for `until_idle` seconds.

    Parameters
    ----------
    labels
        The truth by sample id; a sample that is not there is answered with `unknown`.
    delay
        Seconds between a request's arrival here and its answer.

    Returns
    -------
    dict
        How many requests had which outcome.
    """

    def truth(request: Request) -> str | None:
        return labels.get(request.sample_id)

    annotator = Annotator(broker, topics, truth, lambda _: now() + delay, habits)
    last = now()
    try:
        while not stopped():
            if annotator.take(_wait(annotator, now())) + annotator.answer(now()):
                last = now()
            elif _idle(annotator, until_idle, now() - last):
                break
    finally:
        annotator.close()
    return annotator.outcomes


def _wait(annotator: Annotator, now: float) -> float:
    due = annotator.next_due
    return WAIT if due is None else min(WAIT, max(0.0, due - now))


def _idle(annotator: Annotator, until_idle: float | None, seconds: float) -> bool:
    return until_idle is not None and annotator.next_due is None and seconds >= until_idle
