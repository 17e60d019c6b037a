"""Simulations in this process, their whole log kept."""

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from streamal.app import plan_of
from streamal.brokers.memory import MemoryBroker
from streamal.core.records import Decision, Request
from streamal.core.updates import Update
from streamal.lab.row import Row
from streamal.lab.simulate import Clock
from streamal.lab.study import Study, simulate
from streamal.settings import Settings
from streamal.wire.records import decode_decision, decode_request, decode_update
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, LOGICAL, REQUESTS, UPDATES
from tests.runtime import tiny


class Simulated(NamedTuple):
    """A report, and everything that was written."""

    report: dict[str, Any]
    broker: MemoryBroker

    def values(self, topic: str) -> list[bytes]:
        """Return the values of a topic."""
        reader = self.broker.reader({(topic, 0): 0})
        found: list[bytes] = []
        while records := reader.poll(500, 0):
            found += [record.value or b"" for record in records]
        return found

    def decisions(self) -> list[Decision]:
        """Return every decision in the order of the rows."""
        topics = (REQUESTS, AUTO_LABELS, ABSTAINED)
        found = [decode_decision(value) for topic in topics for value in self.values(topic)]
        return sorted(found, key=lambda one: one.source.offset)

    def requests(self) -> list[Request]:
        """Return what was asked."""
        return [decode_request(value) for value in self.values(REQUESTS)]

    def updates(self) -> list[Update]:
        """Return what was learned and changed."""
        return [decode_update(value) for value in self.values(UPDATES)]


def simulated(
    rows: Iterable[Row],
    study: Study | None = None,
    count: int | None = None,
    is_tiny: bool = True,
    **sections: Any,  # noqa: ANN401 - a section's tree
) -> Simulated:
    """Run a simulation with the tiny learner, or with the configured one.

    Parameters
    ----------
    count
        How many rows there are, where a budget is to be spread over them.
    """
    study = study or Study("0.1")
    settings = Settings.model_validate(sections)
    plan = plan_of(settings, {}, limits=study.limits(list(settings.limits()), count))
    plan = replace(plan, model=tiny.model) if is_tiny else plan
    clock = Clock()
    broker = MemoryBroker(clock, keep=LOGICAL)
    return Simulated(simulate(broker, clock, plan, rows, study), broker)


def rows(count: int, seed: int = 1, classes: int = 2) -> Iterator[Row]:
    """Yield rows whose class is the quantile that a noisy `x` lies in."""
    dice = random.Random(seed)
    for number in range(count):
        x = dice.gauss(0, 1)
        place = 0.5 * (1 + math.erf((x + dice.gauss(0, 0.1)) / math.sqrt(2)))
        label = f"c{min(classes - 1, int(classes * place))}"
        yield Row(number, f"r-{number}", {"x": x, "z": dice.random()}, label)


def lines(path: Path) -> list[Mapping[str, Any]]:
    """Return the JSON lines of a file."""
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
