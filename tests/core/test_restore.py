"""A crash costs nothing: restored from what was saved, both roles write the same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.arbiter import Arbiter
from streamal.core.draw import draw
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.log import Outgoing
from streamal.core.policies import POLICIES, PolicySpec
from streamal.core.prediction import NO_OPINION, Prediction
from streamal.core.records import Answer, Candidate, Progress, Sample, Source
from streamal.core.scorer import Scorer, ScorerSpec, Situation
from streamal.errors import Poison
from streamal.wire import records as wire
from streamal.wire.topics import Topics
from tests.core.harness import prediction_of

LIMITS = [
    LimitSpec("rate", 0.2, burst=5),
    LimitSpec("count", 60, over=500),
    LimitSpec("window", 20, every_ms=100_000),
    LimitSpec("cost", 60, prices={"person": 1, "llm": 0.5}),
]
PARTITIONS = 2
SAMPLES = 300
BATCH = 7
OUTCOMES = ("labelled", "labelled", "skipped", "unknown", "rejected", "retracted")


def _specs(kind: str) -> tuple[ScorerSpec, ArbiterSpec]:
    policy = PolicySpec(kind=kind, window=30)
    arbiter = ArbiterSpec(
        LIMITS,
        policy,
        expire_ms=30_000,
        remember_ms=120_000,
        refund=frozenset({"unknown", "expired"}),
        ask_again=1,
        max_ahead=25,
        unsolicited=True,
    )
    return ScorerSpec(7, policy, 0.9), arbiter


@dataclass
class Disk:
    """What was committed: the newest row of each key, and everything that was written."""

    rows: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    written: list[bytes] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=lambda: {"candidates": 0, "labels": 0})

    def keep(self, out: Outgoing) -> None:
        """Write a row of `state`; without a value it is removed."""
        if out.value is None:
            self.rows.pop((out.partition, out.key or b""), None)
        else:
            self.rows[out.partition, out.key or b""] = out.value

    def next(self, topic: str) -> int:
        """Return the next offset of a topic."""
        self.offsets[topic] += 1
        return self.offsets[topic] - 1


class Service:
    """Both roles over one disk; a restart reads everything back from it."""

    def __init__(self, kind: str) -> None:
        self.disk = Disk()
        self._encoder = wire.RecordEncoder(Topics(partitions=PARTITIONS), "a")
        self._scorer_spec, self._arbiter_spec = _specs(kind)
        self.pace, self.hold = 1.0, False
        self.restart()

    def restart(self) -> None:
        """Forget everything in memory, and restore from the rows."""
        rows = self.disk.rows
        self.scorer = Scorer(self._scorer_spec)
        for partition in range(PARTITIONS):
            saved = rows.get((partition + 1, wire.PARTITION_KEY), b"{}")
            self.scorer.restore(partition, wire.decode_partition(saved))
        ledger = rows.get((0, wire.LEDGER_KEY))
        keyed = {key: value for (partition, key), value in rows.items() if partition == 0}
        self.arbiter = Arbiter(
            self._arbiter_spec,
            wire.decode_ledger(ledger) if ledger else None,
            [wire.decode_row(v) for k, v in keyed.items() if k.startswith(wire.REQUEST_KEY)],
            {
                k.removeprefix(wire.ANSWER_KEY).decode(): wire.decode_answer_time(v)
                for k, v in keyed.items()
                if k.startswith(wire.ANSWER_KEY)
            },
        )
        self._write(self.arbiter.start(0))
        self._save()

    def route(self, samples: Sequence[tuple[Sample, Prediction]]) -> list[Candidate | Progress]:
        """Route a batch; return what goes to `candidates`."""
        situation = Situation(("a", "b"), 1, self.pace)
        routed = [
            self.scorer.route(sample, guess, situation, _time(sample)) for sample, guess in samples
        ]
        progress = self.scorer.progress()
        out = [*routed, progress] if progress else routed
        self._write(out)
        for partition, state in self.scorer.save().items():
            self.disk.keep(self._encoder.partition_row(partition, state))
        return [one for one in out if isinstance(one, Candidate | Progress)]

    def arbitrate(self, records: Sequence[Candidate | Progress], time: int) -> None:
        """Take in candidates and progress, decoded again as the arbiter reads them."""
        for made in records:
            record = wire.decode_candidate(msgspec.json.encode(made))
            offset = self.disk.next("candidates")
            if isinstance(record, Candidate):
                self._write(self.arbiter.candidate(record, offset, record.created_at))
            else:
                self._write(self.arbiter.progress(record, offset, time))
        self._finish()

    def answer(self, answers: Sequence[Answer], time: int) -> None:
        """Take in answers; those of no use are noted with their reason."""
        for answer in answers:
            at = Source("labels", 0, self.disk.next("labels"))
            self._write(self.arbiter.pass_label(at, time))
            try:
                self._write(self.arbiter.label(answer, at))
            except Poison as poison:
                self.disk.written.append(f"{poison.reason}: {poison}".encode())
        self._finish()

    def _finish(self) -> None:
        self._write(self.arbiter.finish())
        self._save()

    def _save(self) -> None:
        self.disk.keep(self._encoder.ledger_row(self.arbiter.state))
        for request_id, row in self.arbiter.book.take_changed().items():
            self.disk.keep(self._encoder.request_row(request_id, row))
        for answer_id, time in self.arbiter.memory.take_changed().items():
            self.disk.keep(self._encoder.answer_row(answer_id, time))

    def _write(self, records: Sequence[wire.Written]) -> None:
        for record in records:
            self.pace = getattr(record, "pace", self.pace)
            out = self._encoder.encode(record)
            self.disk.written.append(b"%s %s" % (out.topic.encode(), out.value or b""))


def _time(sample: Sample) -> int:
    return (sample.source.offset * PARTITIONS + sample.source.partition) * 1000


def _batches() -> Iterator[list[tuple[Sample, Prediction]]]:
    for start in range(0, SAMPLES, BATCH):
        yield [_sample(i) for i in range(start, min(start + BATCH, SAMPLES))]


def _sample(i: int) -> tuple[Sample, Prediction]:
    source = Source("samples", i % PARTITIONS, i // PARTITIONS)
    guess = NO_OPINION if i < 10 else prediction_of(draw(1, "utility", str(i)))
    payload = msgspec.Raw(b'{"text":"t"}') if i % 3 == 0 else None
    return Sample(source, source.text, f"s{i % 50}", {"x": float(i)}, payload), guess


def _answers(service: Service, turn: int) -> Iterator[Answer]:
    """Answers of all kinds, for what is open and what is not."""
    for row in list(service.arbiter.book.rows.values()):
        request_id = row.asked.request_id
        luck = draw(turn, "answer", request_id)
        if luck < 0.25:
            outcome = OUTCOMES[int(luck * 1000) % len(OUTCOMES)]
            label = ("a", "b")[int(luck * 1e6) % 2] if outcome == "labelled" else None
            annotator = ("person", "llm", None)[int(luck * 1e5) % 3]
            yield Answer(
                request_id=request_id,
                label=label,
                outcome=outcome,  # type: ignore[arg-type]
                annotator=annotator,
            )
    yield Answer(label="a", answer_id=f"own-{turn // 3}", features={"x": 1.0})
    yield Answer(sample_id=f"s{turn % 60}", label="b")


def _run(kind: str, restarts: frozenset[int]) -> Disk:
    """Run all batches; before the steps in `restarts` everything is restored from disk."""
    service, step = Service(kind), 0
    for turn, batch in enumerate(_batches()):
        time = _time(batch[-1][0])
        for act in ("route", "answer"):
            if step in restarts:
                service.restart()
            if act == "route":
                service.arbitrate(service.route(batch), time)
            else:
                service.answer(list(_answers(service, turn)), time)
            step += 1
    return service.disk


STEPS = 2 * -(-SAMPLES // BATCH)
UNBROKEN = {kind: _run(kind, frozenset()) for kind in ("rank",)}


@given(st.frozensets(st.integers(0, STEPS - 1), min_size=1, max_size=8))
@settings(max_examples=15)
def test_restarts_at_any_points_change_no_byte(restarts: frozenset[int]) -> None:
    """What is written after any restarts, rows included, is what would have been written."""
    broken, unbroken = _run("rank", restarts), UNBROKEN["rank"]
    assert broken.written == unbroken.written
    assert broken.rows == unbroken.rows


@pytest.mark.parametrize("kind", sorted(POLICIES))
def test_a_restart_before_every_step_changes_no_byte(kind: str) -> None:
    """No policy remembers anything that is not in its partition's row."""
    broken, unbroken = _run(kind, frozenset(range(STEPS))), _run(kind, frozenset())
    assert broken.written == unbroken.written
    assert broken.rows == unbroken.rows


def test_the_run_has_everything_in_it() -> None:
    """The law above is proved on a run in which every kind of record and answer occurs."""
    written = b"\n".join(UNBROKEN["rank"].written)
    for word in ("expired", "skipped", "retracted", "#2", "corrects", "own-", '"hold":true'):
        assert word.encode() in written, word
    for word in ("late:", "duplicate:", "unsolicited:", "cold_start", '"budget"'):
        assert word.encode() in written, word
    late = [line for line in UNBROKEN["rank"].written[-100:] if line.startswith(b"label-requests")]
    assert late, "the budget was spent long before the end"
