"""A desk that asks several annotators, and short ways to look at what comes out."""

from streamal.core.arbiter import Output
from streamal.core.limits import LimitSpec
from streamal.core.records import Answer, Request
from streamal.core.updates import Closed, Example, Vote
from tests.core.made import Desk

MONEY = LimitSpec("cost", 3.0, prices={"ann": 0.8, "llm": 0.02, "*": 0.5})


def polling(*limits: LimitSpec, wanted: int = 3, **spec: object) -> Desk:
    """Return a desk that asks several annotators."""
    return Desk(*limits or (MONEY,), **{"per_request": wanted, **spec})  # type: ignore[arg-type]


def answered(desk: Desk, asked: Request, **words: str) -> list[Output]:
    """Let annotators say labels, in that order; return what the last one leads to."""
    out: list[Output] = []
    for annotator, label in words.items():
        out = desk.answer(asked.request_id, label, annotator)
    return out


def refuses(desk: Desk, asked: Request, annotator: str | None, label: str = "a") -> str:
    """Return the reason for which a label is refused."""
    return desk.refuses(Answer(request_id=asked.request_id, label=label, annotator=annotator))


def learned(out: list[Output]) -> Example:
    """Return the one example of what came out."""
    (example,) = out
    assert isinstance(example, Example)
    return example


def vote_of(out: list[Output]) -> Vote:
    """Return the one vote of what came out."""
    (vote,) = out
    assert isinstance(vote, Vote)
    return vote


def closed_of(out: list[Output]) -> Closed:
    """Return the end that came out first."""
    assert isinstance(out[0], Closed)
    return out[0]
