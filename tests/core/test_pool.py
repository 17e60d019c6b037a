"""The pool: candidates wait in blocks, and the best that differ are asked, never too many."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamal.core.arbiter import Arbiter
from streamal.core.controller import floor
from streamal.core.gower import Gower, spread
from streamal.core.journal import ArbiterSpec
from streamal.core.ledger import Ledger
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.pool import Block, is_full, means, order, turns, verdicts
from streamal.core.prediction import BINS
from streamal.core.records import Candidate, Decision, Features, Progress, Request
from streamal.core.updates import Budget
from tests.core.made import candidate
from tests.core.recount import Recount
from tests.strategies import BUDGETS

POOL = PolicySpec(kind="pool")
PLAIN = PolicySpec(kind="pool", exploration=0.0, diversity=0.0, eager=False)
RATE = LimitSpec("rate", 0.1, burst=0)


def _block(*candidates: Candidate) -> Block:
    block = Block()
    for offset, one in enumerate(candidates):
        block.take(one, offset, offset * 1000)
    return block


def _asked(found: Sequence[object]) -> list[int]:
    return [one.source.offset for one in found if isinstance(one, Request)]


def _arbiter(*limits: LimitSpec, policy: PolicySpec = PLAIN) -> Arbiter:
    arbiter = Arbiter(ArbiterSpec(list(limits), policy=policy))
    arbiter.start(0)
    return arbiter


def test_the_best_of_a_block_are_asked() -> None:
    """Two labels go to the two highest utilities, wherever they came; the rest falls back."""
    utilities = [0.1, 0.9, 0.3, 0.2, 0.8, 0.4, *[0.05] * 14]
    found = _arbiter(RATE).block(_block(*_candidates(utilities)), 20_000)
    assert _asked(found) == [1, 4]
    assert len(found) == 20
    assert {one.propensity for one in found if type(one) is Decision} == {0.0}


def _candidates(utilities: Sequence[float], **changes: object) -> list[Candidate]:
    return [candidate(i, utility=one, **changes) for i, one in enumerate(utilities)]


def test_a_uniform_draw_is_asked_whatever_its_utility() -> None:
    """The draw's propensity is that of the draw, and it takes the label of the second best."""
    made = _candidates([0.9, 0.8, 0.1, *[0.05] * 17])
    made[2] = candidate(2, utility=0.1, draw=0.0, rank=1.0)
    found = _arbiter(RATE, policy=PolicySpec(kind="pool", diversity=0.0)).block(_block(*made), 0)
    asked = {one.source.offset: one for one in found if isinstance(one, Request)}
    assert {at: one.reason for at, one in asked.items()} == {0: "uncertain", 2: "exploration"}
    assert asked[2].propensity == floor(0.1, 0.15)
    assert asked[0].propensity == 1.0


def test_who_is_best_without_its_draw_is_no_exploration() -> None:
    """The best has propensity 1 even if it was drawn too, and leaves its label to the next."""
    made = _candidates([0.9, 0.8, 0.1])
    made[0] = candidate(0, utility=0.9, draw=0.0)
    found = verdicts(made, [0.0] * 3, 2, 20, PolicySpec(kind="pool", diversity=0.0))
    assert [(one.wanted, one.explored, one.propensity) for one, _ in found] == [
        (True, False, 1.0),
        (True, False, 1.0),
        (False, False, floor(0.1, 0.15)),
    ]


def test_what_a_draw_alone_proposed_is_not_among_the_best() -> None:
    """A rank outside the cap was proposed by its draw; its utility does not count."""
    made = [candidate(0, utility=0.9, rank=0.5, cap=0.3), candidate(1, utility=0.1, cap=0.3)]
    assert order(made, 2, POOL) == [1]


@settings(max_examples=100)
@given(
    draws=st.lists(st.integers(0, 2**53 - 1).map(lambda n: n * 2.0**-53), min_size=1, max_size=30),
    labels=st.integers(0, 12),
    more=st.integers(0, 100),
)
def test_a_propensity_is_the_chance_of_the_own_draw(
    draws: list[float], labels: int, more: int
) -> None:
    """Drawn again below f(q) each one is asked; above it, asked only where the propensity is 1."""
    made = [candidate(i, utility=(i * 7 % 10) / 10, draw=draw) for i, draw in enumerate(draws)]
    told, policy = len(made) + more, PolicySpec(kind="pool", diversity=0.0, exploration=0.5)
    coins = [0.0] * len(made)
    found = verdicts(made, coins, labels, told, policy)
    for i, (verdict, share) in enumerate(found):
        uniform = floor(share, 0.5)
        assert verdict.propensity in (1.0, uniform)
        if uniform >= 1.0:
            continue
        tie = made[i].draw * 2**24 % 1.0 / 2**24  # the utilities' ties stay as they are
        high = candidate(i, utility=made[i].utility, draw=1.0 - 2**-24 + tie)
        (again, _) = verdicts([*made[:i], high, *made[i + 1 :]], coins, labels, told, policy)[i]
        assert again.wanted == (verdict.propensity == 1.0)


@given(st.integers(0, 12), st.integers(0, 80))
def test_a_block_takes_what_is_affordable(labels: int, more: int) -> None:
    """Where no draw asks for more, it takes as many as its labels, or all that wait."""
    made = _candidates([0.5] * 10, draw=1.0 - 2**-53)
    wanted = sum(one.wanted for one, _ in verdicts(made, [0.0] * 10, labels, 10 + more, POOL))
    assert wanted == min(labels, 10)


RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["candidate", "candidate", "progress"]),
        st.integers(1, 30),
        st.floats(0, 1),
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 40_000),
    ),
    max_size=60,
)


@settings(max_examples=150)
@given(budget=BUDGETS, records=RECORDS, block=st.integers(1, 30), eager=st.booleans())
def test_no_prefix_is_overspent_and_each_candidate_decided_once(
    budget: list[LimitSpec],
    records: list[tuple[str, int, float, float, int]],
    block: int,
    eager: bool,
) -> None:
    """Whatever comes and however blocks fall, every request is within every limit then."""
    policy = PolicySpec(kind="pool", block=block, pool=25, eager=eager)
    arbiter, recount = Arbiter(ArbiterSpec(budget, policy=policy)), Recount(budget)
    (begun,) = arbiter.start(0)
    assert isinstance(begun, Budget)
    recount.stamped(begun.ledger)
    waiting, decided, proposed, seen, time = Block(), list[int](), list[int](), 0, 0
    for offset, (kind, step, rank, draw, later) in enumerate(records):
        seen, time = seen + step, time + later
        told = Progress(seen={"0": seen}, bins={"0": [0] * BINS})
        if waiting.candidates and turns(arbiter.ledger, time):
            decided += _closed(arbiter, waiting, recount)
            waiting = Block()
        if kind == "progress":
            waiting.take(told, offset, time)
        else:
            proposed.append(offset)
            made = candidate(offset, rank=rank, draw=draw, utility=1.0 - rank, seen=told.seen)
            waiting.take(made, offset, time)
        if is_full(waiting, arbiter.ledger, arbiter.state, policy):
            decided += _closed(arbiter, waiting, recount)
            waiting = Block()
    assert decided + [one.source.offset for one in waiting.candidates] == proposed
    assert recount.excess <= 0


def _closed(arbiter: Arbiter, block: Block, recount: Recount) -> list[int]:
    recount.see(Progress(seen=block.seen, bins=block.bins))
    decided = []
    for record in arbiter.block(block, block.time):
        assert isinstance(record, Decision)
        decided.append(record.source.offset)
        if isinstance(record, Request):
            recount.charge(record)
    return decided


@pytest.mark.parametrize(
    ("limit", "n", "expected"),
    [
        (LimitSpec("rate", 0.1), 0, 20),
        (LimitSpec("rate", 0.1), 100, 30),
        (LimitSpec("count", 10), 0, 10),
        (LimitSpec("cost", 0.3, prices={"*": 0.1}), 0, 3),
        (LimitSpec("window", 30, every_ms=1000), 10, 5),
    ],
)
def test_means_are_how_far_the_plan_is_ahead(limit: LimitSpec, n: int, expected: int) -> None:
    """Each kind of limit affords what its planned line has beyond its charges."""
    assert means(Ledger([limit]), n, 0).labels == expected


def test_looking_ahead_moves_nothing() -> None:
    """A ledger that was asked what it will afford is as it was before."""
    ledger = Ledger([LimitSpec("window", 3, every_ms=1000), RATE])
    ledger.advance(5, 500)
    before = repr(ledger.state)
    means(ledger, 500, 70_000)
    assert repr(ledger.state) == before


def test_a_window_ends_before_a_time() -> None:
    """A block must be closed before what its window affords is lost."""
    ledger = Ledger([LimitSpec("window", 3, every_ms=1000)])
    ledger.advance(1, 1500)
    assert [turns(ledger, time) for time in (1400, 1999, 2000)] == [False, False, True]


def _fed(policy: PolicySpec, *limits: LimitSpec, count: int, rank: float = 0.5) -> list[int]:
    """Return the sizes of the blocks that so many candidates fall into."""
    arbiter, block, sizes = _arbiter(*limits, policy=policy), Block(), list[int]()
    for i in range(count):
        block.take(candidate(i, rank=rank, utility=(i * 7 % 11) / 11), i, i * 1000)
        if is_full(block, arbiter.ledger, arbiter.state, policy):
            arbiter.block(block, block.time)
            sizes.append(len(block.candidates))
            block = Block()
    return sizes


def test_a_block_waits_for_its_labels() -> None:
    """At a tenth of the samples, blocks of three labels are thirty samples long."""
    policy = PolicySpec(kind="pool", block=3, eager=False, exploration=0.0)
    assert _fed(policy, RATE, count=95) == [30, 30, 30]


def test_so_many_wait_at_most() -> None:
    """Where labels are rare, what waits is bounded all the same."""
    policy = PolicySpec(kind="pool", pool=7, eager=False)
    assert _fed(policy, LimitSpec("rate", 0.001, burst=0), count=21) == [7, 7, 7]


def test_what_can_not_be_asked_does_not_wait() -> None:
    """With nothing left to spend each candidate goes its other way at once."""
    policy = PolicySpec(kind="pool", eager=False)
    assert _fed(policy, LimitSpec("count", 2, over=2), count=12)[-5:] == [1] * 5


def test_what_can_all_be_asked_does_not_wait() -> None:
    """A burst that has a label for each sample is spent at once, as by rank."""
    policy = PolicySpec(kind="pool", eager=False)
    assert _fed(policy, LimitSpec("rate", 0.1), count=20) == [1] * 20


def test_an_eager_block_is_closed_early() -> None:
    """While little was asked blocks are small; in a rush of the best nothing waits for more."""
    eager = PolicySpec(kind="pool", exploration=0.0)
    assert _fed(eager, RATE, count=60) == [10] * 6
    assert _fed(eager, RATE, count=60, rank=0.0) == [10] * 6
    assert _fed(PLAIN, RATE, count=60) == []


ROWS = st.lists(
    st.dictionaries(
        st.sampled_from("abc"),
        st.none() | st.booleans() | st.floats() | st.sampled_from(["x", "y", "x y", "y z", ""]),
        max_size=3,
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS)
def test_distances_are_those_of_a_measure(rows: list[Features]) -> None:
    """None to itself, the same both ways, and never below zero."""
    gower = Gower(rows)
    table = [gower.distances(i).tolist() for i in range(len(rows))]
    for i, row in enumerate(table):
        assert row[i] == 0
        assert min(row) >= 0
        assert [other[i] for other in table] == row


@given(ROWS, st.integers(0, 12), st.sampled_from([0.2, 0.5, 1.0]))
def test_a_deeper_choice_begins_the_same(rows: list[Features], depth: int, part: float) -> None:
    """Each row is chosen once, and the first ones do not depend on how many are wanted."""
    all_of_them = spread(rows, len(rows), part)
    assert sorted(all_of_them) == list(range(len(rows)))
    assert spread(rows, depth, part) == all_of_them[:depth]


def test_twins_are_not_asked_twice() -> None:
    """Of ten that are alike one is asked, then those that differ, though worth less."""
    made = _candidates([0.9] * 10, features={"x": 1.0, "text": "disk is full"})
    made += [
        candidate(10 + i, utility=0.8, features={"x": float(i), "text": f"no {i}"})
        for i in range(3)
    ]
    found = order(made, 3, PolicySpec(kind="pool", diversity=0.5))
    assert found[0] < 10
    assert set(found[1:]) <= {10, 11, 12}
