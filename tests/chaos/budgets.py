"""Nothing fails: is the budget spent, and not exceeded, with several workers at once?"""

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.chaos.asked import Asked
from tests.chaos.facts import Facts
from tests.chaos.ledger import samples_seen
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, judged
from tests.crash.count import stepping

RATE, BURST = Fraction(1, 10), 20
WINDOW, EVERY_S = 250, 8
"""Below a tenth of 400 samples a second, so that windows bind once the first has passed."""

FIRST, PLANNED = 5, Fraction(8, 10)
"""Labels that a window allows at once, and the part of its time in which all are planned."""

SPENT = 0.985
ROUNDS = 40
"""Inside a round of batches nothing can be steered; so many rounds make it small."""

A_SECOND = 400.0


class Check(NamedTuple):
    """At the end of a window: what was spent, and what could have been."""

    spent: int
    possible: int


def budget(folder: Path, asked: Asked) -> Verdict:
    """Spend a rate, a count and a window together: the window binds, the count ends it."""
    return _spent("budget", folder, asked, count=int(0.6 * RATE * asked.samples), window=WINDOW)


def rate(folder: Path, asked: Asked) -> Verdict:
    """The same with a window that is too wide to bind, so that the rate does."""
    return _spent("rate", folder, asked, count=int(0.8 * RATE * asked.samples), window=10 * WINDOW)


def _spent(name: str, folder: Path, asked: Asked, count: int, window: int) -> Verdict:
    limits = [
        {"rate": float(RATE), "burst": BURST},
        {"count": count},
        {"window": {"count": window, "every": f"{EVERY_S}s"}},
    ]
    never = {"refund": [], "ask_again": 0, "expire_after": "1h"}
    steady = asked._replace(more={**asked.more, "budget": limits, "requests": never})
    with Stage(folder, steady, asked.samples / A_SECOND) as stage:
        stage.begin()
        stage.play(asked.samples / stage.rate)
        verdict = judged(stage, name, 0)
        facts = Facts(stage.log, stage.prefix)
    checks = list(_checks(facts, count, window))
    least = ROUNDS * _labels_a_round(facts, asked.workers)
    ratios = [one.spent / one.possible for one in checks if one.possible >= least]
    low = [f"only {ratio:.3f} of what could be spent" for ratio in ratios if ratio < SPENT]
    return {
        **verdict,
        "checks": checks,
        "counted_from": round(least, 1),
        "spent_of_possible": [round(ratio, 4) for ratio in ratios],
        "findings": [*verdict["findings"], *low, *([] if ratios else ["nothing was checked"])],
    }


def _labels_a_round(facts: Facts, workers: int) -> float:
    """Return how many labels one round of batches of all workers is worth."""
    rounds = sum(fact.said["kind"] == "progress" for fact in facts.candidates) / workers
    return float(RATE * len(facts.samples)) / max(1.0, float(rounds))


def _checks(facts: Facts, count: int, window: int) -> Iterator[Check]:
    """Compare at the end of each window with one who spends whatever is planned at once."""
    steps = sorted((fact.said["ledger"]["candidates"], 1) for fact in facts.requests)
    offsets, seen = samples_seen(facts)
    times = _clock(facts)
    spent = possible = in_window = 0
    for (offset, n, time), (_, _, following) in pairwise(
        [*zip(offsets, seen[1:], times, strict=True), (0, 0, times[-1] + EVERY_S * 1000)]
    ):
        while steps and steps[0][0] <= offset:
            spent += steps.pop(0)[1]
        line = _planned(window, time)
        room = min(int(BURST + RATE * n) - possible, count - possible, line - in_window)
        possible, in_window = possible + max(0, room), in_window + max(0, room)
        if _window(following) > _window(time):
            yield Check(spent, possible)
            in_window = 0


def _clock(facts: Facts) -> list[int]:
    """Return the ledger's clock at each record of `candidates`; it never runs back.

    It is the time at which the broker appended the newest candidate *or label* that the
    arbiter has taken in. On a busy machine candidates wait while labels do not: then those
    of one window are charged in the next, as they have to be.
    """
    answered = _answered(facts)
    latest, found = 0, []
    for entry in facts.entries["candidates"]:
        while answered and answered[0][0] <= (entry.offset, 0):
            latest = max(latest, answered.popleft()[1])
        latest = max(latest, entry.time)
        found.append(latest)
    return found


def _answered(facts: Facts) -> deque[tuple[tuple[int, int], int]]:
    """Return, in order, before which candidate a label had been taken in, and its time."""
    appended = {entry.offset: entry.time for entry in facts.entries["labels"]}
    found = []
    for fact in stepping(facts):  # type: ignore[arg-type]  # the same attributes
        stamp = fact.said["ledger"]
        if "0" in stamp["labels"]:
            is_later = not fact.at.startswith("label-requests/")
            found.append(((stamp["candidates"], is_later), appended[stamp["labels"]["0"]]))
    return deque(found)


def _planned(window: int, time: int) -> int:
    """Return how much of a window may be spent by then: all of it after 80 % (docs/budget.md).

    So it does not count against the arbiter if samples came early, and then none.
    """
    elapsed = Fraction(time % (EVERY_S * 1000), EVERY_S * 1000)
    return int(min(Fraction(window), FIRST + (window - FIRST) * elapsed / PLANNED))


def _window(time: int) -> int:
    return time // (EVERY_S * 1000)
