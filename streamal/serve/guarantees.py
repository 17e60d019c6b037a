"""Counts alarms, take-overs and audits, and shows how the promises stand."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from streamal.core.annotators import REST, AnnotatorState
from streamal.core.arbiter import Arbiter, Output
from streamal.core.certifier import CertifierState, Finding
from streamal.core.terms import EVERY, fixed
from streamal.core.updates import Closed, Drift, Takeover
from streamal.runtime.certification import certificate, finding
from streamal.serve.board import Board
from streamal.serve.catalog.known import (
    BREAKER,
    LONGEST,
    MOST_ANNOTATORS,
    MOST_CLASSES,
    OTHER,
    RULES,
)
from streamal.serve.series import Labels

Values = Iterator[tuple[Labels, float]]

_BOUNDS = ("point", "lower", "upper")


class GuaranteeCounts:
    """The promises' part of the metrics."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._seen: tuple[CertifierState, bytes, object] | None = None
        self._found: Finding | None = None

    def count(self, record: Output) -> None:
        """Count what the arbiter wrote, where it tells of a promise."""
        board = self._board
        if isinstance(record, Drift):
            board.add("drift_detections_total", (record.detector,), 1)
            if record.detector == BREAKER:
                board.add("breaker_trips_total", (), 1)
        elif isinstance(record, Takeover):
            board.add("takeovers_total", (str(record.taken).lower(),), 1)
        elif isinstance(record, Closed) and record.outcome == "disagreed":
            board.add("requests_disagreed_total", (), 1)

    def show(self, arbiter: Arbiter, found: Mapping[str, Any]) -> dict[str, Any] | None:
        """Show how all stands; return the certificate, None where none is promised.

        Parameters
        ----------
        found
            How the arbiter stands.
        """
        board, state = self._board, arbiter.state
        told = certificate(state, arbiter.spec.target, self._judged(arbiter))
        self._show_bar(arbiter)
        self._show_certificate(told, state.certifier.level)
        board.series("auto_label_precision_ratio").put(_bounds(found["estimate"]["auto_label"]))
        board.series("class_accuracy_ratio").put(_shares(found["estimate"]["classes"]))
        board.series("annotator_agreement_ratio").put(_agreements(state.annotators))
        board.set("fresh_model", (), state.drift.is_learning)
        board.series("stopped").put(((rule,), float(rule == state.stop.rule)) for rule in RULES)
        return told

    def _judged(self, arbiter: Arbiter) -> Finding | None:
        """Return what labels are evidence of, judged again only where there are others."""
        state, target = arbiter.state.certifier, arbiter.spec.target
        if target is None:
            return None
        seen, now = self._seen, (state, state.window, state.terms)
        if seen is None or any(one is not other for one, other in zip(seen, now, strict=True)):
            self._seen, self._found = now, finding(arbiter.state, target)
        return self._found

    def _show_bar(self, arbiter: Arbiter) -> None:
        spec, terms = arbiter.spec, arbiter.state.certifier.terms
        bars = (fixed(spec.threshold) if spec.target is None else terms).bars
        shown = [((), bars[EVERY])] if EVERY in bars else []
        self._board.series("auto_label_threshold").put(shown)

    def _show_certificate(self, told: Mapping[str, Any] | None, level: float) -> None:
        """Show what there is only where something is promised."""
        if told is None:
            return
        board = self._board
        board.set("auto_label_target_ratio", (), told["target"])
        board.set("certified", (), told["certified"])
        board.set("certificate_audits_missing", (), told["missing"] or 0)
        board.set("audit_ratio", (), told["coin"])
        board.set("audits_affordable", (), level)


def _bounds(auto_label: Mapping[str, Any]) -> Values:
    """Yield the precision of auto-labels and its interval; nothing before the first audit."""
    precision = auto_label["precision"]
    if precision is not None:
        yield from (((bound,), precision[bound]) for bound in _BOUNDS)


def _shares(classes: Mapping[str, Mapping[str, Any]]) -> Values:
    for label, shares in islice(classes.items(), MOST_CLASSES):
        for share, found in shares.items():
            if found is not None:
                yield (label[:LONGEST], share), found["point"]


def _agreements(known: Mapping[str, AnnotatorState]) -> Values:
    """Yield how often each annotator's label was the model's, all that are too many as one."""
    named = {name: one for name, one in known.items() if name != REST}
    own = dict(islice(named.items(), MOST_ANNOTATORS))
    others = [one for name, one in known.items() if name not in own]
    for name, one in own.items():
        if one.audits:
            yield (name[:LONGEST],), one.agreed / one.audits
    audits = sum(one.audits for one in others)
    if audits:
        yield (OTHER,), sum(one.agreed for one in others) / audits
