"""An annotator who does all that annotators must not do, and nothing in time."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.crash.stream import truth

Said = dict[str, Any]
Request = dict[str, Any]

GARBAGE: tuple[bytes | None, ...] = (
    None,
    b"",
    b"yes",
    b"\xff\xfe",
    b"{}",
    b"[" * 10_000,
    b'{"request_id": "samples/0/1", "label": []}',
    b'{"request_id": "samples/0/1", "label": "up", "outcome": "maybe"}',
    b'{"request_id": 7, "label": "up"}',
    b'{"request_id": "samples/0/1", "label": NaN}',
    b"x" * 200_000,
)

QUIET = 0.8
"""How often nothing is said while nobody asks."""

OUTCOMES = ("skipped", "unknown", "rejected", "retracted")


class Person:
    """Answers late, twice, by contradiction, to what nobody asked, or in garbage.

    Whoever is asked keeps the request for a while; which one is answered next, how, and
    how often, is drawn from the seed.
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(f"{seed}/person")
        self._asked: list[Request] = []
        self._answered: list[Request] = []
        self._said: list[bytes | None] = []
        self._habits: tuple[tuple[int, Callable[[], bytes | None]], ...] = (
            (12, self._answer),
            (2, self._answer_by_sample),
            (2, self._decline),
            (2, self._repeat),
            (2, self._contradict),
            (1, self._take_back),
            (1, self._volunteer),
            (1, self._answer_nobody),
            (1, self._babble),
        )

    def hear(self, requests: list[Request]) -> None:
        """Take in new requests."""
        self._asked.extend(requests)

    def speak(self) -> list[bytes | None]:
        """Return what goes to `labels` now; the oldest requests wait for ever longer."""
        if not self._asked and self._random.random() < QUIET:
            return []
        weights = [weight for weight, _ in self._habits]
        turns = self._random.randrange(1 + min(12, 2 + len(self._asked)))
        acts = self._random.choices([act for _, act in self._habits], weights, k=turns)
        said = [act() for act in acts]
        self._said.extend(said)
        return said

    def _next(self) -> Request | None:
        """Take one of the requests, more often a new one than an old one."""
        if not self._asked:
            return None
        at = int(len(self._asked) * self._random.random() ** 0.3)
        request = self._asked.pop(at)
        self._answered.append(request)
        return request

    def _answer(self) -> bytes | None:
        request = self._next()
        return self._babble() if request is None else self._say(request, label=_right(request))

    def _answer_by_sample(self) -> bytes | None:
        request = self._next()
        if request is None:
            return self._babble()
        return _encoded({"sample_id": request["sample_id"], "label": _right(request)})

    def _decline(self) -> bytes | None:
        request = self._next()
        if request is None:
            return self._babble()
        return self._say(request, outcome=self._random.choice(OUTCOMES))

    def _repeat(self) -> bytes | None:
        return self._random.choice(self._said) if self._said else self._babble()

    def _contradict(self) -> bytes | None:
        if not self._answered:
            return self._babble()
        return self._say(self._random.choice(self._answered), label=self._random.choice("ab"))

    def _take_back(self) -> bytes | None:
        if not self._answered:
            return self._babble()
        return self._say(self._random.choice(self._answered), outcome="retracted")

    def _volunteer(self) -> bytes | None:
        """Give a label that nobody asked for; the same one may come again."""
        features = {"x": self._random.gauss(0, 1), "y": 0.5, "c": "a"}
        answer_id = f"mine-{self._random.randrange(200)}"
        said = {"features": features, "label": truth(features), "answer_id": answer_id}
        return _encoded(said)

    def _answer_nobody(self) -> bytes | None:
        where = self._random.choice(("samples/0/99999999", "nowhere", "samples/0/1#9"))
        return _encoded({"request_id": where, "label": "up"})

    def _babble(self) -> bytes | None:
        return self._random.choice(GARBAGE)

    def _say(self, request: Request, **said: str) -> bytes:
        annotator = self._random.choice(("ann", "bob", None))
        return _encoded({"request_id": request["request_id"], "annotator": annotator, **said})


def _right(request: Request) -> str:
    return truth(request["features"])


def _encoded(said: Said) -> bytes:
    return json.dumps(said).encode()
