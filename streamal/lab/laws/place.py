"""How far the service had come at one moment: the ledger's row and the groups' offsets."""

from collections.abc import Mapping
from functools import partial

import msgspec

from streamal.brokers.port import Broker
from streamal.core.journal import ArbiterState
from streamal.lab.laws.scan import Ends, Scan
from streamal.runtime.plan import ARBITERS, SCORERS, Plan
from streamal.wire.records import LEDGER_KEY, decode_ledger
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    REQUESTS,
    SAMPLES,
    STATE,
    UPDATES,
)

ORDER = (
    REQUESTS,
    AUTO_LABELS,
    ABSTAINED,
    UPDATES,
    DEAD_LETTERS,
    CANDIDATES,
    LABELS,
    SAMPLES,
)
"""Topics in the order in which their ends are taken: what follows from a record is looked
at before it, so that a record whose cause is looked for is never ahead of it."""


class Place(msgspec.Struct, frozen=True):
    """Both roles' places.

    Parameters
    ----------
    row
        The ledger's row in `state`; None before the first commit.
    scored, arbitrated
        The groups' next offsets in `samples` and `candidates`, where known.
    """

    row: ArbiterState | None
    scored: Mapping[int, int]
    arbitrated: Mapping[int, int]

    @property
    def step(self) -> int:
        """The ledger's last step."""
        return self.row.ledger.step if self.row else 0

    @property
    def taken(self) -> int:
        """Offset of the last record of `candidates` that the arbiter has taken in."""
        return self.row.candidates if self.row else -1

    def label(self, partition: int) -> int:
        """Return the offset of the last label taken in; -1 for none."""
        return self.row.labels.get(str(partition), -1) if self.row else -1


def place(broker: Broker, plan: Plan) -> Place:
    """Return where the service is just now."""
    committed = partial(_committed, broker, plan)
    return Place(
        _ledger(broker, plan), committed(SCORERS, SAMPLES), committed(ARBITERS, CANDIDATES)
    )


def _committed(broker: Broker, plan: Plan, group: str, logical: str) -> dict[int, int]:
    return broker.committed(plan.group_prefix + group, plan.topics[logical])


def _ledger(broker: Broker, plan: Plan) -> ArbiterState | None:
    ends = {STATE: broker.ends(plan.topics[STATE])}
    newest = None
    for record in Scan(broker, plan.topics, ends).lane(STATE, 0):
        if record.key == LEDGER_KEY:
            newest = record.value
    return decode_ledger(newest) if newest else None


class Look(msgspec.Struct, frozen=True):
    """A look at all topics: the places before it, the ends, and the places after it.

    What the service wrote in between may be seen in part; whatever lies beyond the
    places after the look cannot be there at all.
    """

    before: Place
    ends: Mapping[str, Ends]
    after: Place


def look(broker: Broker, plan: Plan) -> Look:
    """Take the ends of all topics, between two looks at the places."""
    before = place(broker, plan)
    ends = {logical: broker.ends(plan.topics[logical]) for logical in ORDER}
    return Look(before, ends, place(broker, plan))
