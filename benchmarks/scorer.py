"""What does a scorer add to a sample? Its stages, µs a sample, for three sizes of batches.

    make bench BENCH=scorer

The scoring role alone, over the log in memory: ten numbers a sample, `linear` with 500
labels learned, a pace at which 2 % are asked and some more are proposed, auto-labels on. Each
stage is the best of some rounds: others use the machine too.
"""

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from time import process_time
from typing import Any

from benchmarks.report import machine, table
from streamal.app import plan_of
from streamal.brokers.memory import MemoryBroker
from streamal.brokers.port import Consumer
from streamal.core.log import Outgoing
from streamal.core.records import Source, Stamp
from streamal.core.updates import Example, ModelConfig, Pace
from streamal.runtime.plan import Plan
from streamal.runtime.replica import Replica
from streamal.runtime.scoring import Scoring
from streamal.runtime.stages import Stages
from streamal.settings import load
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, CANDIDATES, SAMPLES

BATCHES = (500, 64, 8)
STAGES = ("poll", "decode", "predict", "decide", "encode", "commit")
OURS = ("decode", "decide", "encode")
OUTPUTS = (CANDIDATES, AUTO_LABELS, ABSTAINED)
SAMPLE_COUNT = 2_000
LABELS = 500
PACE = 0.02
ROUNDS = 25
NOW = 1_700_000_000_000
SETTINGS = {"model.preset": "linear", "auto_label.threshold": 0.9}

Row = dict[str, float]


class _Sink:
    """A writer that counts what it is given and lets it go."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def commit(
        self,
        outputs: Sequence[Outgoing],
        consumer: Consumer | None = None,
        offsets: Mapping[int, int] | None = None,
    ) -> None:
        """Count the outputs by topic."""
        self.counts.update(map(attrgetter("topic"), outputs))

    def close(self) -> None:
        """Do nothing."""


class _Sunk(MemoryBroker):
    """A log from which scorers read, and to which they write in vain."""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.sink = _Sink()

    def writer(self, transactional_id: str) -> Any:  # noqa: ANN401 - not the log's own writer
        """Open a writer; only the sender's writes anything."""
        return super().writer(transactional_id) if transactional_id == "sender" else self.sink


def _rows(count: int, seed: int) -> list[Row]:
    made = random.Random(seed)
    return [{f"feature_{i}": made.gauss(0, 1) for i in range(10)} for _ in range(count)]


def _label(row: Row) -> str:
    return "up" if sum(row.values()) > 0 else "down"


def learned(plan: Plan) -> Replica:
    """Return a replica that has learned some labels and has a fixed pace."""
    replica = Replica(plan.model, plan.model_config, plan.library)
    stamp = Stamp(1, 0, {}, 0, NOW, PACE, [])
    at = Source("labels", 0, 0)
    replica.apply(ModelConfig(version=1, model={}, library="", written_at=NOW))
    for i, row in enumerate(_rows(LABELS, 1)):
        replica.apply(
            Example(
                version=i + 2,
                sample_id=str(i),
                source=Source("samples", 0, i),
                features={**row},
                label=_label(row),
                answer=at,
                created_at=NOW,
                ledger=stamp,
            )
        )
    replica.apply(Pace(version=LABELS + 2, pace=PACE, hold=False, created_at=NOW, ledger=stamp))
    return replica


def sample_values() -> list[bytes]:
    """Return samples, every second one with an id of its own."""
    rows = enumerate(_rows(SAMPLE_COUNT, 2))
    made = [{"id": f"id-{i}", "features": r} if i % 2 else {"features": r} for i, r in rows]
    return [json.dumps(one).encode() for one in made]


def decide_all(
    plan: Plan, replica: Replica, values: Sequence[bytes], batch: int
) -> dict[str, float]:
    """Decide all once; return µs a sample of each stage, and the CPU seconds of all turns."""
    broker = _Sunk()
    broker.create(plan.topics.specs())
    samples = plan.topics[SAMPLES]
    broker.writer("sender").commit([Outgoing(samples, None, value) for value in values])
    stages = Stages()
    scoring = Scoring(broker, plan, replica, stages)
    began = process_time()
    while scoring.turn(batch, 0.0):
        pass
    turns = process_time() - began
    broker.close()
    found = {name: stages.seconds[f"scorer.{name}"] / len(values) * 1e6 for name in STAGES}
    for name in OUTPUTS:
        found[name] = broker.sink.counts[plan.topics[name]] / len(values)
    found["turns"] = turns
    return found


def _least(rounds: list[dict[str, float]]) -> dict[str, float]:
    least = {name: min(one[name] for one in rounds) for name in rounds[0]}
    return {**least, "ours": sum(least[name] for name in OURS)}


def main() -> None:
    """Print the table."""
    plan = plan_of(load(None, {}, SETTINGS), {}, role="scorer")
    replica, values = learned(plan), sample_values()
    rounds: dict[int, list[dict[str, float]]] = {batch: [] for batch in BATCHES}
    for _ in range(ROUNDS):
        for batch, done in rounds.items():
            done.append(decide_all(plan, replica, values, batch))
    print(machine())
    best = {batch: _least(done) for batch, done in rounds.items()}
    lines = [
        (str(batch), *(f"{one[name]:.2f}" for name in (*STAGES, "ours")))
        for batch, one in best.items()
    ]
    print(table(("batch", *STAGES, " + ".join(OURS)), lines))
    parts = [f"{best[BATCHES[0]][name]:.1%} to {name}" for name in OUTPUTS]
    print(f"\nin batches of {BATCHES[0]}: {', '.join(parts)}")


if __name__ == "__main__":
    main()
