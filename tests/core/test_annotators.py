"""What is known of each annotator."""

import msgspec

from streamal.core.annotators import MOST, REST, AnnotatorState
from streamal.core.limits import LimitSpec
from streamal.core.records import Answer
from streamal.wire.records import decode_ledger
from tests.core.made import Desk
from tests.core.polled import answered, learned, polling

PLENTY = LimitSpec("rate", 1.0, burst=100)


def _known(desk: Desk) -> dict[str, AnnotatorState]:
    return desk.arbiter.state.annotators


def _drawn(desk: Desk, offset: int, **changes: object) -> str:
    """Return the id of a request that was drawn uniformly, and not chosen."""
    return desk.ask(offset, rank=1.0, draw=0.0, **changes).request_id


def test_each_answer_that_is_taken_is_counted_for_its_annotator() -> None:
    """One that is refused is not; who gives no name is counted with the rest."""
    desk = Desk(PLENTY, unsolicited=True)
    asked = [desk.ask(offset).request_id for offset in range(3)]
    desk.answer(asked[0], "a", "ann")
    assert desk.refuses(Answer(request_id=asked[0], label="a", annotator="ann")) == "duplicate"
    desk.answer(asked[0], "b", "ann")
    desk.end(asked[1], "skipped", "ann")
    desk.answer(asked[2])
    desk.take(Answer(label="a", features={"x": 1.0}, annotator="llm"))
    counts = {name: one.answers for name, one in _known(desk).items()}
    assert counts == {"ann": 3, REST: 1, "llm": 1}


def test_labels_of_uniform_draws_are_held_against_the_model() -> None:
    """Once for each request, by the first word; what was chosen for being hard is left out."""
    desk = Desk(PLENTY)
    for offset, label in enumerate("aab"):
        desk.answer(_drawn(desk, offset), label, "ann")
    desk.answer("samples/0/2", "a", "ann")
    desk.answer(desk.ask(3).request_id, "b", "ann")
    desk.answer(_drawn(desk, 4, label=None), "b", "ann")
    assert _known(desk)["ann"] == AnnotatorState(answers=6, audits=3, agreed=2)


def test_who_corrects_another_is_held_against_the_model_too() -> None:
    """Each annotator has a first word."""
    desk = Desk(PLENTY)
    request_id = _drawn(desk, 0)
    desk.answer(request_id, "b", "llm")
    desk.answer(request_id, "a", "ann")
    known = {name: (one.audits, one.agreed) for name, one in _known(desk).items()}
    assert known == {"llm": (1, 0), "ann": (1, 1)}


def test_several_annotators_are_held_against_what_they_agreed_on() -> None:
    """When it is decided; a request without a label tells nothing of who is right."""
    desk = polling(PLENTY)
    learned(answered(desk, desk.ask(0), ann="a", llm="b", bob="a"))
    answered(desk, desk.ask(1), ann="a", llm="b", bob="c")
    sided = {name: (one.answers, one.votes, one.sided) for name, one in _known(desk).items()}
    assert sided == {"ann": (2, 1, 1), "llm": (2, 1, 0), "bob": (2, 1, 1)}


def test_several_annotators_are_held_against_the_model_each() -> None:
    """All of their first labels count, whatever is decided."""
    desk = polling(PLENTY)
    asked = desk.ask(0, rank=1.0, draw=0.0)
    answered(desk, asked, ann="a", llm="b", bob="b")
    answered(desk, asked, bob="a")
    found = {name: (one.audits, one.agreed) for name, one in _known(desk).items()}
    assert found == {"ann": (1, 1), "llm": (1, 0), "bob": (1, 0)}


def test_only_so_many_annotators_are_told_apart() -> None:
    """Two hundred; the others are one, so that the state does not grow with its people."""
    desk = Desk(PLENTY)
    for number in range(MOST + 7):
        desk.answer(desk.ask(number).request_id, "a", f"p{number}")
    known = _known(desk)
    assert (len(known), known[REST].answers) == (MOST + 1, 7)
    desk.answer("samples/0/0", "b", "p0")
    assert known["p0"].answers == 2


def test_what_is_known_of_annotators_survives_a_restart() -> None:
    """It is a part of the arbiter's row."""
    desk = Desk(PLENTY)
    desk.answer(_drawn(desk, 0), "a", "ann")
    state = decode_ledger(msgspec.json.encode(desk.arbiter.state))
    assert state.annotators == {"ann": AnnotatorState(answers=1, audits=1, agreed=1)}
