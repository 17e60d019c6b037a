"""Made values for tests of the core: samples, candidates, an arbiter at a desk."""

from collections.abc import Sequence

import msgspec

from streamal.core.arbiter import Arbiter, Output
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.prediction import BINS
from streamal.core.records import Answer, Candidate, Outcome, Progress, Request, Sample, Source
from streamal.errors import Poison

DAY = 86_400_000
LABELS = "labels"


def sample(offset: int, partition: int = 0) -> Sample:
    """Return the sample at an offset."""
    source = Source("samples", partition, offset)
    return Sample(source, source.text, f"s{offset}", {"x": float(offset)})


def candidate(offset: int, **changes: object) -> Candidate:
    """Return a candidate that any affordable share wants; all before it were seen."""
    made = Candidate(
        sample_id=f"s{offset}",
        source=Source("samples", 0, offset),
        seen={"0": offset + 1},
        bins={"0": [0] * BINS},
        rank=0.0,
        draw=0.5,
        cap=1.0,
        utility=0.5,
        label="a",
        probabilities={"a": 0.6, "b": 0.4},
        confidence=0.6,
        cold_start=False,
        model_version=1,
        route="abstain",
        reason="not_informative",
        features={"x": float(offset)},
        created_at=0,
    )
    return msgspec.structs.replace(made, **changes)


class Desk:
    """An arbiter, and short ways to hand it what arrives; times in milliseconds."""

    def __init__(self, *limits: LimitSpec, time: int = 0, **spec: object) -> None:
        wanted = list(limits) or [LimitSpec("count", 10)]
        self.arbiter = Arbiter(msgspec.convert({"limits": wanted, **spec}, ArbiterSpec))
        self.time = time
        self.answered = 0
        self.begun = self.arbiter.start(time)

    def ask(self, offset: int, **changes: object) -> Request:
        """Return the request that a candidate becomes."""
        (found,) = self.propose(offset, **changes)
        assert isinstance(found, Request)
        return found

    def propose(self, offset: int, **changes: object) -> list[Output]:
        """Return all that a candidate leads to."""
        made = candidate(offset, **changes)
        return self.arbiter.candidate(made, self.arbiter.state.candidates + 1, self.time)

    def see(self, seen: int, partition: int = 0) -> list[Output]:
        """Let a scorer tell how far it has come."""
        progress = Progress(seen={str(partition): seen}, bins={str(partition): [0] * BINS})
        return self.arbiter.progress(progress, self.arbiter.state.candidates + 1, self.time)

    def answer(
        self, request_id: str | None, label: str = "a", annotator: str | None = None
    ) -> list[Output]:
        """Return what a label leads to."""
        return self.take(Answer(request_id=request_id, label=label, annotator=annotator))

    def end(self, request_id: str, outcome: Outcome, annotator: str | None = None) -> list[Output]:
        """Return what an answer without a label leads to."""
        return self.take(Answer(request_id=request_id, outcome=outcome, annotator=annotator))

    def take(self, answer: Answer) -> list[Output]:
        """Return what any answer leads to, the passing of time included."""
        at = Source(LABELS, 0, self.answered)
        self.answered += 1
        return [*self.arbiter.pass_label(at, self.time), *self.arbiter.label(answer, at)]

    def refuses(self, answer: Answer) -> str:
        """Return the reason for which an answer is refused, and check that it cost nothing."""
        before = self.charged
        try:
            self.take(answer)
        except Poison as poison:
            assert self.charged == before
            return poison.reason
        raise AssertionError(f"{answer} was taken")

    @property
    def charged(self) -> Sequence[float]:
        """What each limit has charged."""
        return [one.charged for one in self.arbiter.ledger.states()]

    @property
    def counts(self) -> dict[str, int]:
        """How many answers there were, by what became of them."""
        return self.arbiter.state.answers
