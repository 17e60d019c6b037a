"""Random orders of events, each made of its number alone: what happens to a few requests.

Candidates come, answers come late, twice, from several people, to requests that are
over, or never; time passes, the arbiter is restored. The books are compared after each.
"""

from collections import Counter
from random import Random

import msgspec

from streamal.core.arbiter import Arbiter, Output
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.records import Answer, Request, Source
from streamal.core.updates import Budget, Closed, Example, Vote
from streamal.errors import Poison
from streamal.wire.records import decode_ledger, decode_row
from tests.core.books import Books
from tests.core.made import candidate

EXPIRE_MS, REMEMBER_MS, EVERY_MS = 1000, 4000, 1500
PEOPLE = ("person", "llm", "student", None)
OUTCOMES = ("labelled",) * 6 + ("skipped", "skipped", "unknown", "rejected", "retracted")
REFUNDABLE = ("expired", "skipped", "rejected", "unknown", "retracted")
EVENTS = ("ask",) * 4 + ("answer",) * 10 + ("repeat",) * 2 + ("wait",) * 2 + ("unasked",)
WAITS = (1, 300, 999, 1001, 1700)
LIMITS = {
    "rate": [LimitSpec("rate", 0.5, burst=2), LimitSpec("rate", 1.0, burst=4)],
    "count": [LimitSpec("count", 3), LimitSpec("count", 7, over=20)],
    "window": [LimitSpec("window", 3, every_ms=EVERY_MS), LimitSpec("window", 6, every_ms=700)],
    "cost": [
        LimitSpec("cost", 2.5, prices={"person": 0.8, "llm": 0.02, "*": 0.3}),
        LimitSpec("cost", 6.0, over=30, prices={"person": 0.7, "student": 0.0, "*": 0.7}),
    ],
}


def spec_of(rng: Random) -> ArbiterSpec:
    """Return any configuration."""
    kinds = rng.sample(sorted(LIMITS), rng.choice((1, 1, 2, 3)))
    return ArbiterSpec(
        [rng.choice(LIMITS[kind]) for kind in kinds],
        expire_ms=EXPIRE_MS,
        remember_ms=REMEMBER_MS,
        refund=frozenset(one for one in REFUNDABLE if rng.random() < 0.4),
        ask_again=rng.choice((0, 1, 2)),
        unsolicited=rng.random() < 0.5,
        per_request=rng.choice((1, 1, 2, 3)),
        agreement=rng.choice((0.3, 0.5, 0.6, 1.0)),
    )


class Order:
    """One order of events; `counts` says what became of them.

    Parameters
    ----------
    number
        Which one.
    counts
        Added to.
    """

    def __init__(self, number: int, counts: Counter[str]) -> None:
        self.rng = Random(number)
        self.counts = counts
        self.spec = spec_of(self.rng)
        self.books = Books(self.spec.limits, self.spec.refund)
        self.arbiter = Arbiter(self.spec)
        self.time = self.candidates = self.answers = 0
        self.asked: list[str] = []
        self.said: list[Answer] = []
        self.take(self.arbiter.start(0), None)

    def run(self) -> None:
        """Let it all happen, then wait until nothing is open, and until all is forgotten."""
        rng = self.rng
        self.ask()
        for _ in range(rng.randrange(8, 19)):
            getattr(self, rng.choice(EVENTS))()
            if rng.random() < 0.01:
                self.restore()
        self.drain()

    def ask(self) -> None:
        """A candidate comes, of the best rank."""
        made = candidate(self.candidates, sample_id=f"s{self.candidates % 3}")
        self.books.n = max(self.books.n, self.candidates + 1)
        out = self.arbiter.candidate(made, self.candidates, self.time)
        self.candidates += 1
        self.take(out, None)

    def answer(self) -> None:
        """Somebody answers a request, first, late, otherwise or once too often."""
        rng = self.rng
        if not self.asked:
            return
        outcome = rng.choice(OUTCOMES)
        label = rng.choice("aab") if outcome == "labelled" else None
        request_id: str | None = rng.choice(self.asked[-3:])
        sample_id = None
        if rng.random() < 0.1:
            request_id, sample_id = None, f"s{rng.randrange(3)}"
        self.say(
            Answer(
                request_id=request_id,
                sample_id=sample_id,
                label=label,
                outcome=outcome,  # type: ignore[arg-type]
                annotator=rng.choice(PEOPLE),
            )
        )

    def repeat(self) -> None:
        """An answer comes again."""
        if self.said:
            self.say(self.rng.choice(self.said))

    def unasked(self) -> None:
        """A label comes that nobody asked for."""
        self.say(Answer(label="a", answer_id=self.rng.choice("xyz"), features={"x": 1.0}))

    def wait(self) -> None:
        """Time passes."""
        self.time += self.rng.choice(WAITS)
        self.take(self.arbiter.tick(self.time), None)

    def say(self, answer: Answer) -> None:
        """Hand an answer to the arbiter; one that is refused must change nothing."""
        self.said.append(answer)
        at = Source("labels", 0, self.answers)
        self.answers += 1
        self.take(self.arbiter.pass_label(at, self.time), None)
        is_awaited = self.books.awaits(answer)
        out = self._label(answer, at)
        assert out or not is_awaited
        self.take(out, answer)

    def _label(self, answer: Answer, at: Source) -> list[Output]:
        """Return what an answer leads to; nothing where it is refused."""
        try:
            return self.arbiter.label(answer, at)
        except Poison as poison:
            self.counts[poison.reason] += 1
            return []

    def take(self, out: list[Output], answer: Answer | None) -> None:
        """Enter records into the books; the answer led to the first of them."""
        for record in out:
            if isinstance(record, Budget):
                self.books.version += 1
                self.books.stamped(record.ledger)
            elif isinstance(record, Request | Example | Vote | Closed):
                self.books.take(record, answer, record.created_at)
                self._count(record)
        for account in self.books.accounts:
            account.advance(self.time)
        self.books.compare(self.arbiter.ledger.states())

    def _count(self, record: Request | Example | Vote | Closed) -> None:
        if isinstance(record, Request):
            self.asked.append(record.request_id)
            self.counts["requests"] += 1
        elif isinstance(record, Example):
            self.counts["corrected" if record.corrects else "learned"] += 1
        elif isinstance(record, Vote):
            self.counts["voted"] += 1
        else:
            self.counts[record.outcome] += 1
            self.counts["refunded"] += record.refunded

    def restore(self) -> None:
        """The arbiter is restored from its rows."""
        arbiter = self.arbiter
        state = decode_ledger(msgspec.json.encode(arbiter.state))
        rows = [decode_row(msgspec.json.encode(row)) for row in arbiter.book.rows.values()]
        learned = self.arbiter.memory.take_changed()
        kept = {name: at for name, at in learned.items() if at is not None}
        self.arbiter = Arbiter(self.spec, state, rows, kept)
        self.take(self.arbiter.start(self.time), None)
        self.counts["restored"] += 1

    def drain(self) -> None:
        """Wait for the end: nothing is held, and nothing is kept that is over."""
        self.time += EXPIRE_MS + 1
        self.take(self.arbiter.tick(self.time), None)
        assert self.arbiter.book.outstanding == 0
        self.books.drained()
        self.time += REMEMBER_MS + 1
        self.take(self.arbiter.tick(self.time), None)
        assert self.arbiter.book.rows == {}
        assert self.arbiter.book.next_due() is None
        self.books.drained()


def run(number: int, counts: Counter[str]) -> None:
    """Run one order; an assertion tells what does not add up."""
    order = Order(number, counts)
    order.run()
    counts["events"] += order.candidates + order.answers
    counts["steps"] += order.books.step
    counts[f"{order.spec.per_request} annotators"] += 1
    for account in order.books.accounts:
        counts[account.kind] += 1
