"""How soon is auto-labelling suspended once it is wrong, and how often for nothing?

    make bench BENCH=breaker
    make bench BENCH=breaker ARGS="--seeds 20"

Made samples: six in ten are as confident as .97, the others .6. The certifier is the real
one, with a tenth of the labels and a fifth of these for audits; answers come at once. At a
moment the precision falls; counted are the auto-labels from there until none is given any
more, be it that the breaker fires or that the certificate is lost before.
"""

from argparse import ArgumentParser
from random import Random
from typing import NamedTuple

from benchmarks.report import machine, table
from streamal.core.breaker import Breaker
from streamal.core.certifier import ALERT, URGENCY, Certifier, CertifierState
from streamal.core.controller import floor
from streamal.core.estimate import bin_of
from streamal.core.target import TargetSpec
from streamal.core.terms import EVERY

SURE, UNSURE, PART = 0.97, 0.6, 0.6
RATE, AUDIT = 0.1, 0.2
BEFORE = 0.99
CALM, LATEST = 8_000, 30_000
"""Samples before the fall, and after it at most."""
LONG = 50_000


class Suspended(NamedTuple):
    """Auto-labels from the fall until none is given; None: it never was. By which way."""

    after: int | None
    by_breaker: bool


class Stream:
    """Samples through a certifier, one at a time."""

    def __init__(self, target: float, seed: int) -> None:
        self.certifier = Certifier(TargetSpec(target, AUDIT), CertifierState(), ["a"])
        self.certifier.due(RATE, 1)
        self._random = Random(seed)
        self._explores = floor(RATE, 0.15)
        self._told = 1

    @property
    def is_on(self) -> bool:
        """Is anything labelled?"""
        return self.certifier.state.terms.bar(EVERY) <= SURE

    def sample(self, precision: float) -> bool:
        """Take in one sample; return whether it was labelled."""
        certifier, chance = self.certifier, self._random.random
        confidence = SURE if chance() < PART else UNSURE
        terms = certifier.state.terms
        would = confidence >= terms.bar(EVERY)
        start, drawn = terms.audits_from(EVERY), chance()
        coin = certifier.coin(terms.coin) if confidence >= start else 0.0
        certifier.see(bin_of(confidence), 1, RATE)
        if drawn >= self._explores + (1.0 - self._explores) * coin:
            return would
        audited = drawn >= self._explores
        if audited:
            certifier.pay()
        right = chance() < (precision if confidence == SURE else 0.6)
        certifier.answer(confidence, start if audited else 0.0, right, 0, would)
        self._told += 1
        certifier.due(RATE, self._told)
        return False


def fall(target: float, precision: float, seed: int) -> Suspended | None:
    """Let the precision fall; None where nothing was labelled at that moment."""
    stream = Stream(target, seed)
    for _ in range(CALM):
        stream.sample(BEFORE)
    return _suspended(stream, precision) if stream.is_on else None


def _suspended(stream: Stream, precision: float) -> Suspended:
    trips, labelled = stream.certifier.state.trips, 0
    for _ in range(LATEST):
        labelled += stream.sample(precision)
        if not stream.is_on:
            return Suspended(labelled, stream.certifier.state.trips > trips)
    return Suspended(None, by_breaker=False)


def false_alarms(target: float, seed: int) -> int:
    """Return how often a breaker fires in 50,000 auto-labels that are exactly on target."""
    random, breaker = Random(seed), Breaker(target, [0.0, 0.0, 0.0])
    explores, coin = floor(RATE, 0.15), AUDIT * RATE / PART
    alert = fired = 0
    for _ in range(LONG):
        if random.random() >= explores + (1.0 - explores) * coin * (URGENCY if alert else 1.0):
            continue
        alert = max(0, alert - 1)
        right = random.random() < target
        alert = alert if right else ALERT
        if breaker.take(right):
            fired += 1
            breaker.reset()
    return fired


def _row(target: float, precision: float, seeds: int) -> list[str]:
    found = [one for seed in range(seeds) if (one := fall(target, precision, seed)) is not None]
    soon = sum(one.after is not None and one.after <= 300 for one in found) / max(1, len(found))
    afters = sorted(one.after for one in found if one.after is not None)
    by_breaker = sum(one.by_breaker for one in found) / max(1, len(found))
    gate = "" if precision > 0.5 else ("met" if soon >= 0.95 else "not met")
    middle = f"{afters[len(afters) // 2]}" if afters else "never"
    row = [f"{target:g}", f"{precision:g}", str(len(found)), f"{soon:.0%}", middle]
    return [*row, f"{by_breaker:.0%}", gate]


HEAD = ("target", "falls to", "runs", "suspended within 300", "median", "by the breaker",
        "needed: 95 %")  # fmt: skip


def main() -> None:
    """Print how soon collapses end, and the false alarms."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=100)
    seeds = options.parse_args().seeds
    print(machine())
    rows = [
        _row(target, precision, seeds)
        for target in (0.95, 0.9)
        for precision in (0.0, 0.3, 0.5, 0.7, 0.8)
    ]
    print(table(HEAD, rows))
    print()
    alarms = [
        (target, sum(false_alarms(target, seed) for seed in range(seeds)) / seeds)
        for target in (0.95, 0.9)
    ]
    print(table(("target", f"false alarms in {LONG:,} auto-labels on target", "needed: ≤ 1"),
                [[f"{target:g}", f"{mean:.2f}", "met" if mean <= 1 else "not met"]
                 for target, mean in alarms]))  # fmt: skip


if __name__ == "__main__":
    main()
