"""A sampler at work: made samples, and steps that leave something to compare."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from streamal import Sampler
from streamal.core.records import Features
from streamal.errors import StreamalError

Step = tuple[str, int]
STEPS = ("decide", "several", "learn", "skip", "unasked", "query", "retract")


def samples(count: int, seed: int = 1) -> Iterator[tuple[Features, str]]:
    """Yield samples of three kinds of features, and their labels."""
    dice = random.Random(seed)
    for _ in range(count):
        size, colour = dice.gauss(0, 1), dice.choice(["red", "green"])
        text = " ".join(dice.choice(["win", "cash", "lunch", "today"]) for _ in range(3))
        label = "yes" if size + (colour == "red") > 0.5 else "no"
        yield {"size": size, "colour": colour, "text": text}, label


class Player:
    """Takes steps with a sampler; what each leaves is plain data."""

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler

    def step(self, step: Step) -> object:
        """Take a step; an error is a part of what it leaves."""
        name, seed = step
        does: Mapping[str, Callable[[int], object]] = {
            "decide": lambda seed: self.sampler.decide(_one(seed)),
            "several": lambda seed: self.sampler.decide_many(_rows(seed, 1 + seed % 40)),
            "learn": self._learn,
            "skip": lambda seed: self._end(seed, "skipped"),
            "retract": lambda seed: self._end(seed, "retracted"),
            "unasked": lambda seed: self.sampler.teach(_one(seed), _label(seed)),
            "query": lambda seed: self.sampler.query(_rows(seed, 12), 1 + seed % 4),
        }
        try:
            found = does[name](seed)
        except StreamalError as error:
            found = str(error)
        state = (self.sampler.version, self.sampler.budget.limits, self.sampler.estimate)
        return msgspec.json.encode((found, state))

    def _learn(self, seed: int) -> object:
        waiting = self.sampler.requests
        chosen = waiting[seed % len(waiting) :][:3] if waiting else []
        return self.sampler.teach(chosen, [_label(seed)] * len(chosen))

    def _end(self, seed: int, outcome: Any) -> object:  # noqa: ANN401 - one of a Literal
        waiting = self.sampler.requests
        one = waiting[seed % len(waiting)] if waiting else "samples/0/0"
        return self.sampler.teach(one, outcome=outcome, annotator="llm")


def played(sampler: Sampler, steps: Sequence[Step]) -> list[object]:
    """Return what steps leave."""
    player = Player(sampler)
    return [player.step(step) for step in steps]


def _one(seed: int) -> Features:
    return next(samples(1, seed))[0]


def _label(seed: int) -> str:
    return next(samples(1, seed))[1]


def _rows(seed: int, count: int) -> list[Features]:
    return [features for features, _ in samples(count, seed)]
