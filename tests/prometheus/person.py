"""Somebody who answers requests after a moment, mostly rightly, and does all that people do."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from time import monotonic
from typing import Any

Request = Mapping[str, Any]
Said = dict[str, Any]

DELAY_S = 0.2
"""Seconds that an answer takes."""

KEPT = 200
"""Answers that may be repeated, contradicted or taken back."""


class Person:
    """Hears requests, and says later what goes to `labels`.

    Parameters
    ----------
    truth
        The right label of a sample, by its id.

    Attributes
    ----------
    contradicts
        Whether the right label is always another than the predicted one.
    """

    def __init__(self, truth: Callable[[str], str], random: Random) -> None:
        self._truth = truth
        self.contradicts = False
        self._random = random
        self._asked: deque[tuple[float, Request]] = deque()
        self._answered: deque[Said] = deque(maxlen=KEPT)

    def hear(self, requests: list[Request]) -> None:
        """Take in new requests."""
        self._asked.extend((monotonic() + DELAY_S, request) for request in requests)

    def speak(self) -> list[bytes]:
        """Return the answers whose time has come, and now and then something odd."""
        said = []
        while self._asked and self._asked[0][0] <= monotonic():
            said += self._answer(self._asked.popleft()[1])
        if self._answered and self._random.random() < 0.3:
            said.append(self._oddity())
        return [one if isinstance(one, bytes) else json.dumps(one).encode() for one in said]

    def _answer(self, request: Request) -> list[Said | bytes]:
        right = self._truth(request["sample_id"])
        if self.contradicts:
            right = "1" if request["label"] == "0" else "0"
        answers: list[tuple[int, Said | None]] = [
            (80, {"label": right}),
            (4, {"label": "1"}),
            (4, {"outcome": "skipped"}),
            (4, {"outcome": "unknown"}),
            (4, {"outcome": "rejected"}),
            (4, None),  # never answered: it expires
        ]
        (answer,) = self._random.choices([one for _, one in answers], [each for each, _ in answers])
        if answer is None:
            return []
        said = {"request_id": request["request_id"], "annotator": "ann", **answer}
        if "label" in answer:
            self._answered.append(said)
        return [said]

    def _oddity(self) -> Said | bytes:
        """Return a repetition, a contradiction, a second thought, or what nobody asked for."""
        before = self._random.choice(self._answered)
        name = {"request_id": before["request_id"], "annotator": "ann"}
        odd: list[Said | bytes] = [
            before,
            {**name, "label": "another"},
            {**name, "outcome": "retracted"},
            {"request_id": "samples/0/99999999", "label": "1"},
            {"sample_id": "never sent", "label": "1"},
            {**name, "outcome": "skipped"},
            b"not an answer",
        ]
        return self._random.choice(odd)
