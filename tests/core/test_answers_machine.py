"""The laws of labels, under any sequence of candidates, answers, silences and restarts."""

from collections import Counter
from fractions import Fraction

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streamal.core.arbiter import Arbiter, Output
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.records import Answer, Decision, Features, Outcome, Request, Source, Stamp
from streamal.core.updates import Budget, Closed, Example
from streamal.errors import Poison
from streamal.wire.records import decode_ledger, decode_row
from tests.core.made import candidate
from tests.core.oracle import CLASSES, LABELS, MONEY, PRICES, Oracle
from tests.strategies import ANNOTATORS

PRICE = {annotator: float(price) for annotator, price in PRICES.items()}
LIMITS = [LimitSpec("count", LABELS), LimitSpec("cost", float(MONEY), prices=PRICE)]
EXPIRE_MS, REMEMBER_MS = 1000, 5000
ENDS = st.sampled_from(["skipped", "unknown", "rejected", "expired"])
SAMPLE_IDS = st.sampled_from(["s", "t", "", "nobody"])
FEATURES: st.SearchStrategy[Features | None] = st.sampled_from([None, {}, {"x": 1.0}])
ANSWER_IDS = st.sampled_from(["x", "y"])
OUTCOMES = st.sampled_from(["labelled", "labelled", "skipped", "unknown", "rejected", "retracted"])
WORDS = st.sampled_from([*CLASSES, "undeclared"])


class AnswersMachine(RuleBasedStateMachine):
    """The arbiter beside an oracle that tells its rules more simply."""

    @initialize(refund=st.frozensets(ENDS), ask_again=st.integers(0, 2), unsolicited=st.booleans())
    def begin(self, refund: frozenset[str], ask_again: int, unsolicited: bool) -> None:
        """Any configuration."""
        self.spec = ArbiterSpec(
            LIMITS,
            classes=list(CLASSES),
            expire_ms=EXPIRE_MS,
            remember_ms=REMEMBER_MS,
            refund=refund,
            ask_again=ask_again,
            unsolicited=unsolicited,
        )
        self.arbiter = Arbiter(self.spec)
        self.oracle = Oracle(refund, ask_again, unsolicited, EXPIRE_MS, REMEMBER_MS)
        self.time = self.offset = self.answered = self.version = self.step = 0
        self.counts: Counter[str] = Counter()
        self.learned: Counter[str] = Counter()
        self.asked: list[str] = []
        self.note(self.arbiter.start(0))

    # ------------------------------------------------------------------ what happens

    @rule(sample_id=SAMPLE_IDS)
    def propose(self, sample_id: str) -> None:
        """A candidate of the best rank comes: granted exactly when it is affordable."""
        expired = self.oracle.pass_time(self.time)
        made = candidate(self.offset, sample_id=sample_id)
        out = self.arbiter.candidate(made, self.offset, self.time)
        is_granted = self.oracle.ask(made.source.text, sample_id)
        self.offset += 1
        assert [type(one) for one in out[:-1]] == [Closed] * len(expired)
        assert isinstance(out[-1], Request) == is_granted
        assert isinstance(out[-1], Decision)
        self.note(out)

    @rule(
        data=st.data(),
        outcome=OUTCOMES,
        word=WORDS,
        annotator=ANNOTATORS,
        answer_id=ANSWER_IDS,
    )
    def answer(
        self,
        data: st.DataObject,
        outcome: Outcome,
        word: str,
        annotator: str | None,
        answer_id: str,
    ) -> None:
        """An answer of any kind comes, about anything: first, late, again or never asked."""
        ids = st.sampled_from([*self.asked[-4:], "unknown/0/0"])
        request_id = data.draw(st.none() | ids)
        features = data.draw(FEATURES)
        given = Answer(
            request_id=request_id,
            sample_id=data.draw(st.none() | SAMPLE_IDS) if request_id is None else None,
            label=word if outcome == "labelled" else None,
            outcome=outcome,
            annotator=annotator,
            answer_id=answer_id,
            features=features,
        )
        self.take(given)

    def take(self, given: Answer) -> None:
        """Hand an answer to both, and compare what becomes of it."""
        at = Source("labels", 0, self.answered)
        self.answered += 1
        self.oracle.pass_time(self.time)
        self.note(self.arbiter.pass_label(at, self.time))
        expected = self.oracle.take(given)
        self.counts[expected] += 1
        before = msgspec.json.encode(self.arbiter.state.ledger)
        out = self.label(given, at)
        if isinstance(out, Poison):
            assert out.reason == expected
            assert msgspec.json.encode(self.arbiter.state.ledger) == before
        else:
            self.note(out)
            assert self.is_told(out[0], expected)

    def label(self, given: Answer, at: Source) -> list[Output] | Poison:
        """Return what the arbiter makes of an answer."""
        try:
            return self.arbiter.label(given, at)
        except Poison as poison:
            return poison

    @rule(milliseconds=st.sampled_from([1, 400, 999, 1001, 6000]))
    def wait(self, milliseconds: int) -> None:
        """Nothing comes for a while; sometimes long enough for requests to end."""
        self.time += milliseconds
        expired = self.oracle.pass_time(self.time)
        out = self.arbiter.tick(self.time)
        assert [one.request_id for one in out if isinstance(one, Closed)] == expired
        self.note(out)

    @precondition(lambda self: self.asked)
    @rule()
    def restart(self) -> None:
        """The arbiter is restored from its rows; nobody can tell."""
        state = decode_ledger(msgspec.json.encode(self.arbiter.state))
        rows = [decode_row(msgspec.json.encode(r)) for r in self.arbiter.book.rows.values()]
        self.arbiter = Arbiter(self.spec, state, rows[::-1], dict(self.oracle.learned))
        assert self.arbiter.start(self.time) == []

    # -------------------------------------------------------------- what always holds

    def note(self, out: list[Output]) -> None:
        """Versions and steps have no gaps, ids are unique, no request is overspent."""
        for record in out:
            if isinstance(record, Example | Closed | Budget):
                self.version += 1
                assert record.version == self.version
            if isinstance(record, Request):
                assert record.request_id not in self.asked
                self.asked.append(record.request_id)
            if isinstance(record, Example):
                self.learned[record.answer.text] += 1
            if not isinstance(record, Decision) or isinstance(record, Request):
                self.stepped(record.ledger)  # type: ignore[union-attr]

    def stepped(self, stamp: object) -> None:
        """A transition of the ledger has the next number, and is within the limits."""
        assert isinstance(stamp, Stamp)
        self.step += 1
        assert stamp.step == self.step
        assert all(limit.charged <= limit.allowed for limit in stamp.limits)

    def is_told(self, record: Output, expected: str) -> bool:
        """Say whether a record makes of its answer what was expected."""
        if isinstance(record, Example):
            return expected == ("corrected" if record.corrects else "learned")
        assert isinstance(record, Closed)
        return record.outcome == expected or (record.outcome, expected) == ("skipped", "retracted")

    @invariant()
    def adds_up(self) -> None:
        """Laws 2, 4 and 7: charges are those of the oracle, and every answer is counted."""
        if not hasattr(self, "arbiter"):
            return
        count, cost = self.arbiter.ledger.states()
        assert count.charged == self.oracle.labels
        assert Fraction(cost.charged) == self.oracle.money
        assert Counter(self.arbiter.state.answers) == self.counts
        assert sum(self.counts.values()) == self.answered
        assert not self.learned or max(self.learned.values()) == 1


TestAnswers = AnswersMachine.TestCase
TestAnswers.settings = settings(max_examples=60, stateful_step_count=40)
