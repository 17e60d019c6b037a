"""Counts what a scorer's transactions decided, a batch at a time."""

from collections import Counter
from collections.abc import Callable, Iterable
from operator import attrgetter

import numpy as np

from streamal.core.records import Candidate, Decision
from streamal.core.utility import RANDOM
from streamal.runtime.observer import Scored
from streamal.serve.about import About
from streamal.serve.board import Board
from streamal.serve.catalog.known import LONGEST, MOST_CLASSES, OTHER, ROUTES

_reason = attrgetter("reason")
_label = attrgetter("label")
_utility = attrgetter("utility")
_confidence = attrgetter("confidence")
_modifiers = attrgetter("modifiers")

_ROUTE_OF = {reason: route for route, reason in ROUTES if route != "request"}
"""What a scorer decides by itself; each reason goes with one route."""


def _lowering(one: Candidate | Decision) -> Iterable[str]:
    """Return what lowered a utility; nothing lowers that of a cold model, or a random draw."""
    return one.modifiers if one.probabilities and one.arm != RANDOM else ()


class ScorerCounts:
    """The scorer's part of the metrics."""

    def __init__(self, board: Board, about: About, clock: Callable[[], int]) -> None:
        self._board = board
        self._clock = clock
        self._informed = 1.0 - about.uniform
        self._classes = dict.fromkeys(name[:LONGEST] for name in about.classes[:MOST_CLASSES])
        for name in self._classes:
            board.add("predictions_total", (name,), 0)

    def take(self, batch: Scored) -> None:
        """Take in a transaction."""
        board, routed = self._board, batch.routed
        arrived = np.fromiter(batch.arrived, np.float64, len(batch.arrived))
        ages = np.maximum(self._clock() - arrived, 0.0) / 1000.0
        board.histogram("record_age_seconds").take(ages)
        board.histogram("batch_records").take_one(len(ages))
        if not routed:
            return
        count = len(routed)
        utilities = np.fromiter(map(_utility, routed), np.float64, count)
        board.histogram("utility").take(utilities)
        confidences = np.fromiter(map(_confidence, routed), np.float64, count)
        board.histogram("confidence").take(confidences)
        for label, more in Counter(map(_label, routed)).items():
            board.add("predictions_total", (self._class(label),), more)
        self._take_ways(routed)
        self._take_choice(routed)

    def _take_choice(self, routed: list[Candidate | Decision]) -> None:
        """Count utilities that a modifier lowered, and note how they were taken."""
        board = self._board
        if any(map(_modifiers, routed)):
            found = Counter(name for one in routed for name in _lowering(one))
            for name, more in found.items():
                board.add("modified_total", (name,), more)
        arm = routed[-1].arm
        if arm is not None:
            arms = board.series("policy_arm")
            arms.put({**dict.fromkeys(arms.values(), 0.0), (arm,): 1.0}.items())

    def _take_ways(self, routed: list[Candidate | Decision]) -> None:
        """Count decisions by their reason; what was proposed is none yet."""
        board = self._board
        proposed = [one for one in routed if type(one) is Candidate]
        reasons = Counter(map(_reason, routed))
        reasons.subtract(map(_reason, proposed))
        for reason, more in reasons.items():
            board.add("decisions_total", (_ROUTE_OF[reason], reason), more)
        if proposed:
            board.add("candidates_total", (), len(proposed))
            self._take_bar(proposed)
        if len(proposed) < len(routed):
            last = next(one for one in reversed(routed) if isinstance(one, Decision))
            board.set("query_threshold", (), last.threshold)

    def _take_bar(self, proposed: list[Candidate]) -> None:
        """Note the lowest utility that was chosen, not drawn, by a model with an opinion."""
        informed = self._informed
        chosen = [
            one.utility for one in proposed if not one.cold_start and one.rank < informed * one.cap
        ]
        if chosen:
            self._board.set("query_utility", (), min(chosen))

    def _class(self, label: str | None) -> str:
        if label is None:
            return ""
        label = label[:LONGEST]
        if label not in self._classes:
            if len(self._classes) >= MOST_CLASSES:
                return OTHER
            self._classes[label] = None
        return label
