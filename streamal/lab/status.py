"""What a service is at, read from the topics beside it."""

from typing import Any

from streamal.brokers.port import Broker
from streamal.core.estimate import EstimateState
from streamal.core.journal import ArbiterState
from streamal.core.ledger import Ledger, LedgerState
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState
from streamal.core.target import TargetSpec
from streamal.runtime.certification import certificate
from streamal.runtime.plan import ARBITERS, SCORERS
from streamal.runtime.replay import replay
from streamal.runtime.restore import (
    read_state,
    saved_ledger,
    saved_partition,
    saved_requests,
)
from streamal.runtime.standing import NOTHING, standing
from streamal.wire.topics import CANDIDATES, DEAD_LETTERS, LABELS, SAMPLES, STATE, Topics

_BLANK = ArbiterState(LedgerState([], []), EstimateState())
"""What is remembered before the first arbiter."""


def status(
    broker: Broker, topics: Topics, prefix: str = "", target: TargetSpec | None = None
) -> dict[str, Any]:
    """Return budget, query rate, routes, requests, guarantees, model version and lag.

    Parameters
    ----------
    prefix
        Of the names of the groups.
    target
        What is promised of auto-labels, as configured.

    Raises
    ------
    TopicMissing
        A topic is not there.
    """
    counts = [0, *(partition + 1 for partition in broker.ends(topics[SAMPLES]))]
    saved = read_state(broker, topics[STATE], counts)
    rows = saved.pop(0)
    state = saved_ledger(rows)
    partitions = [saved_partition(of_one) for of_one in saved.values()]
    stands = NOTHING if state is None else standing(state, Ledger(state.ledger.specs, state.ledger))
    return {
        "samples": sum(one.seen for one in partitions),
        "dead_letters": _count(broker, topics[DEAD_LETTERS]),
        "routes": _routes(state, partitions),
        "budget": stands["budget"],
        "query_ratio": stands["query_ratio"],
        "pace": stands["pace"],
        "requests": _requests(saved_requests(rows)),
        "labels": stands["labels"],
        "annotators": stands["annotators"],
        "model_version": stands["model_version"],
        "classes": stands["classes"],
        "estimate": stands["estimate"],
        "certificate": certificate(state or _BLANK, target),
        "drift": stands["drift"],
        "stop": stands["stop"],
        "lag": _lag(broker, topics, prefix, state),
    }


def _count(broker: Broker, topic: str) -> int:
    """Count the records of a topic that has few: offsets leave holes."""
    return sum(1 for _ in replay(broker, topic, broker.ends(topic)))


def _routes(state: ArbiterState | None, partitions: list[PartitionState]) -> dict[str, int]:
    routes = {"request": 0, "auto_label": 0, "abstain": 0}
    counted = [one.routes for one in partitions] + ([] if state is None else [state.routes])
    for counts in counted:
        for key, count in counts.items():
            routes[key.partition("/")[0]] += count
    return routes


def _requests(rows: list[RequestRow]) -> dict[str, Any]:
    waiting = [row.asked.created_at for row in rows if row.outcome is None]
    return {
        "outstanding": len(waiting),
        "oldest_created_at": min(waiting, default=None),
        "remembered": len(rows) - len(waiting),
    }


def _lag(broker: Broker, topics: Topics, prefix: str, state: ArbiterState | None) -> dict[str, int]:
    taken = {} if state is None else {int(p): o + 1 for p, o in state.labels.items()}
    scorers = broker.committed(prefix + SCORERS, topics[SAMPLES])
    arbiter = broker.committed(prefix + ARBITERS, topics[CANDIDATES])
    places = {SAMPLES: scorers, CANDIDATES: arbiter, LABELS: taken}
    return {name: _behind(broker, topics[name], places[name]) for name in places}


def _behind(broker: Broker, topic: str, places: dict[int, int]) -> int:
    """Return how many offsets lie beyond the places."""
    ends = broker.ends(topic)
    return sum(end - max(places.get(p, 0), oldest) for p, (oldest, end) in ends.items())
