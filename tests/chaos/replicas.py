"""Is every worker's model the same at the same version, and the same as a replay's?"""

from collections import Counter, defaultdict
from math import isclose
from pathlib import Path
from typing import Any

from streamal.app import plan_of
from streamal.learners.model import Model, Refusal
from streamal.settings import load
from tests.chaos.asked import Asked
from tests.chaos.facts import Facts
from tests.chaos.stage import Stage
from tests.chaos.verdict import Verdict, judged
from tests.crash.facts import Said

KILL_S = 5.0
PROBES = 20
"""Labelled samples whose predictions make a digest; and how many are compared at last."""


def replicas(folder: Path, asked: Asked) -> Verdict:
    """Kill one worker after the other, so that each replays; then compare what they said."""
    with Stage(folder, asked, seconds=KILL_S * asked.rounds) as stage:
        stage.begin()
        for number in stage.rounds(KILL_S):
            name = stage.names[number % len(stage.names)]
            stage.tell(f"kill {number + 1}: {name}")
            stage.kill(name)
        return with_replicas(stage, judged(stage, "replicas", asked.rounds))


def with_replicas(stage: Stage, verdict: Verdict) -> Verdict:
    """Return a verdict with what a comparison of all predictions adds to it."""
    facts = Facts(stage.log, stage.prefix)
    make = plan_of(load(stage.folder / "streamal.yaml", {}), {}).model
    first, second = Comparison(facts, make()), Comparison(facts, make())
    wrong = first.wrong[:20]
    if first.probes() != second.probes():
        wrong.append("two replays of `updates` end with different predictions")
    if len(first.writers) < len(stage.names):
        wrong.append(f"only {sorted(first.writers)} predicted anything")
    findings = [*verdict["findings"], *wrong]
    return {**verdict, **first.figures(), "findings": findings}


class Comparison:
    """A replay of `updates`, beside what was predicted at each of its versions."""

    def __init__(self, facts: Facts, model: Model) -> None:
        self._model = model
        self._features = _features(facts)
        self._decided = _by_version(facts)
        self._digests = _digests(facts)
        self._first: list[Said] = []
        self.writers: Counter[str] = Counter()
        self._common = 0
        self._told = 0
        self.wrong: list[str] = []
        self._check(0)
        for fact in facts.updates:
            self._learn(fact.said)
            self._check(fact.said["version"])

    def _learn(self, said: Said) -> None:
        if said["kind"] == "example":
            error = self._model.learn(said["features"], said["label"], said.get("weight", 1.0))
            if error is None and len(self._first) < PROBES:
                self._first.append(said["features"])

    def _check(self, version: int) -> None:
        decided = self._decided.pop(version, [])
        for writer, said in decided:
            self._compare(version, writer, said)
        self._common += len({writer for writer, _ in decided}) > 1
        for value in self._digests.pop(version, []):
            self._told += 1
            if value != (there := self._model.digest(self._first)):
                self.wrong.append(f"the digest at version {version} is {value}, not {there}")

    def _compare(self, version: int, writer: str, said: Said) -> None:
        source = said["source"]
        found = self._predicted(self._features[source["partition"], source["offset"]])
        told = said["probabilities"]
        self.writers[writer] += 1
        if found.keys() != told.keys() or not all(
            isclose(found[label], told[label], rel_tol=1e-9) for label in found
        ):
            self.wrong.append(f"{writer} at version {version}: {told}, a replay says {found}")

    def _predicted(self, features: Said) -> dict[str, float]:
        answer = self._model.predict([features])[0]
        if isinstance(answer, Refusal) or not answer:
            return {}
        return dict(zip(self._model.classes, answer, strict=True))

    def probes(self) -> list[dict[str, float]]:
        """Return what the model says at last, on the probe set."""
        return [self._predicted(features) for features in self._first]

    def figures(self) -> dict[str, Any]:
        """Return how much was compared."""
        return {
            "compared": dict(self.writers),
            "versions_of_several": self._common,
            "digests": self._told,
        }


def _features(facts: Facts) -> dict[tuple[int, int], Said]:
    return {
        (entry.partition, entry.offset): facts.json(entry.value)["features"]
        for entry in facts.entries["samples"]
    }


def _by_version(facts: Facts) -> dict[int, list[tuple[str, Said]]]:
    """Return what scorers said, by model version; candidates tell more than decisions."""
    found: dict[int, list[tuple[str, Said]]] = defaultdict(list)
    for topic in ("auto-labels", "abstained"):
        for entry in facts.entries[topic]:
            said = facts.json(entry.value)
            if "ledger" not in said:
                writer = entry.headers["streamal-writer"].decode()
                found[said["model_version"]].append((writer, said))
    return found


def _digests(facts: Facts) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for fact in facts.candidates:
        if digest := fact.said.get("digest"):
            found[digest["version"]].append(digest["value"])
    return found
