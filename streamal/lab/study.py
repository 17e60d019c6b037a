"""One simulation: what is asked of it, and its report."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from math import floor, nan
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from streamal.brokers.port import Broker
from streamal.core.journal import ArbiterState
from streamal.core.limits import BURST, LimitSpec
from streamal.core.terms import EVERY
from streamal.errors import UsageError
from streamal.lab.annotator import Habits, enough
from streamal.lab.row import Row
from streamal.lab.scoreboard import Line, Scoreboard
from streamal.lab.simulate import Clock, Simulation
from streamal.runtime.plan import Plan
from streamal.runtime.standing import drift, estimate, stop

Tell = Callable[[int], None]


class Study(msgspec.Struct, frozen=True):
    """What a simulation is asked to do.

    Parameters
    ----------
    budget
        ``0.1`` is a rate, ``500`` a count; None takes the configured limits.
    burst
        Labels ahead of the budget's line.
    delay
        Samples before a label comes.
    never
        Share of requests that get no answer.
    limit
        Only the first so many rows.
    decisions
        A file that gets one JSON line for each row.
    noise
        Share of the labels that are another class, drawn for each annotator.
    annotators
        How many people there are to ask; None: as many as a request wants.
    """

    budget: str | None = None
    burst: int = BURST
    delay: int = 0
    never: float = 0.0
    limit: int | None = None
    decisions: Path | None = None
    noise: float = 0.0
    annotators: int | None = None

    def limits(self, configured: list[LimitSpec], rows: int | None) -> list[LimitSpec]:
        """Return the limits; a count without a horizon is spread over the rows.

        Raises
        ------
        UsageError
            The budget is neither a rate nor a count.
        """
        limits = configured if self.budget is None else [self._limit(self.budget)]
        return [_spread(spec, rows) for spec in limits]

    def habits(self, seed: int, per_request: int) -> Habits:
        """Return how the simulated people answer, where so many are asked each time.

        Raises
        ------
        UsageError
            They are too few.
        """
        people = enough(self.annotators, per_request)
        return Habits(seed, noise=self.noise, never=self.never, annotators=people)

    def _limit(self, budget: str) -> LimitSpec:
        if budget.isdecimal() and int(budget) > 0:
            return LimitSpec("count", int(budget), burst=self.burst)
        rate = _rate(budget)
        if not 0.0 < rate <= 1.0:
            raise UsageError(
                f"budget {budget!r}: a rate such as 0.1 (at most 1.0) or a count such as 500"
            )
        return LimitSpec("rate", rate, burst=self.burst)


def _rate(budget: str) -> float:
    """Return a number that is written as a rate, with a point or an exponent, else NaN."""
    try:
        return nan if budget.isdecimal() else float(budget)
    except ValueError:
        return nan


def _spread(spec: LimitSpec, rows: int | None) -> LimitSpec:
    if spec.kind in ("count", "cost") and spec.over is None and rows:
        return msgspec.structs.replace(spec, over=rows)
    return spec


def simulate(
    broker: Broker,
    clock: Clock,
    plan: Plan,
    rows: Iterable[Row],
    study: Study,
    tell: Tell | None = None,
    stages: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Run a simulation; return its report (docs/simulate.md)."""
    habits = study.habits(plan.scorer.seed, plan.arbiter.per_request)
    chosen = islice(rows, study.limit)
    with _lines(study.decisions) as write:
        simulation = Simulation(broker, clock, plan, chosen, study.delay, habits, write, tell)
        simulation.run()
    if stages is not None:
        stages.update(simulation.worker.stages.seconds)
    return report(simulation)


@contextmanager
def _lines(path: Path | None) -> Iterator[Callable[[Line], None] | None]:
    """Yield what writes one JSON line for each row, None without a file to write."""
    if path is None:
        yield None
        return
    try:
        out = path.open("wb")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    with out:
        yield lambda line: _write(out, line)


def _write(out: BinaryIO, line: Line) -> None:
    out.write(msgspec.json.encode(line) + b"\n")


def report(simulation: Simulation) -> dict[str, Any]:
    """Return what a finished simulation found, as one JSON document."""
    plan, scores = simulation.plan, simulation.scores
    state, _ = simulation.end()
    return {
        "rows": scores.rows,
        "classes": len(scores.confusion.truths()),
        "seed": plan.scorer.seed,
        "policy": plan.scorer.policy.kind,
        "utility": plan.scorer.policy.utility,
        "model": plan.model_config.get("preset") or plan.model_config.get("factory"),
        "labels": {
            "requested": scores.labels,
            "learned": state.answers.get("learned", 0),
            "limit": _allowed(plan.arbiter.limits, scores.decided, state.ledger.time),
            "worst_prefix_excess": scores.worst_excess,
            "max_in_100": scores.densest,
        },
        "accuracy": scores.confusion.accuracy(),
        "balanced_accuracy": scores.confusion.balanced_accuracy(),
        "kappa": scores.confusion.kappa(),
        "estimate": estimate(state),
        "routes": {one: scores.routes[one] for one in ("request", "auto_label", "abstain")},
        "requests_by_reason": dict(scores.reasons),
        "auto_label": _auto(plan, scores, state),
        "dead_letters": scores.dead,
        "model_version": state.version,
        "seconds": round(simulation.seconds, 3),
        "events_per_second": round(scores.rows / max(simulation.seconds, 1e-9)),
        **_choices(scores),
        **_happened(state),
    }


def _choices(scores: Scoreboard) -> dict[str, dict[str, int]]:
    """Return what held rows back and by which arm they were weighed, where anything did."""
    found = {"held_back": dict(scores.held_back), "arms": dict(scores.arms)}
    return {name: counts for name, counts in found.items() if counts}


def _happened(state: ArbiterState) -> dict[str, Any]:
    """Return what stopped asking and which alarms there were, where anything did."""
    found = {"stopped": stop(state), "drift": drift(state) if state.drift.alarms else None}
    return {name: told for name, told in found.items() if told is not None}


def _auto(plan: Plan, scores: Scoreboard, state: ArbiterState) -> dict[str, Any]:
    right, total = scores.auto[True], scores.auto.total()
    target = plan.arbiter.target
    bar = state.certifier.terms.bars.get(EVERY) if target else plan.scorer.auto_label
    return {
        "precision": right / total if total else None,
        "coverage": total / scores.rows if scores.rows else 0.0,
        "threshold": bar,
        "target": None if target is None else target.precision,
        "lower_bound": state.certifier.proof.lower,
        "missing": state.certifier.proof.missing if target else None,
        "audits": state.certifier.audits if target else scores.audits,
    }


def _allowed(limits: list[LimitSpec], n: int, time: int) -> int:
    """Return how many labels the limits allow over n samples, until the clock's last time."""
    return min(_labels(spec, n, time) for spec in limits)


def _labels(spec: LimitSpec, n: int, time: int) -> int:
    if spec.kind == "rate":
        return floor(spec.burst + spec.amount * n)
    if spec.kind == "window":
        return int(spec.amount) * (time // spec.every_ms + 1)
    # The ledger rounds money to nine places: 0.3 buys three labels at 0.1.
    return floor(round(spec.amount / spec.dearest, 9) if spec.kind == "cost" else spec.amount)
