"""Everything that hypothesis draws for these tests, in one place."""

from typing import TypeVar

from hypothesis import strategies as st
from msgspec import UNSET, Raw
from msgspec.structs import replace

from streamal.core.estimate import EstimateState
from streamal.core.journal import ArbiterState
from streamal.core.ledger import LedgerState
from streamal.core.limits import Account, Charge, LimitSpec
from streamal.core.policies import POLICIES, PolicySpec, Scored
from streamal.core.prediction import BINS
from streamal.core.records import (
    Candidate,
    Decision,
    Digest,
    Features,
    LimitState,
    Progress,
    Request,
    Source,
    Stamp,
)
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState

SHORT = st.text(max_size=8)
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.floats(0.0, 1.0)
ODD = st.sampled_from([float("nan"), float("inf"), float("-inf"), -1.0, 0.0, 1e-300, 1.0, 2.0])
TIMES = st.integers(0, 10**13)

# ---------------------------------------------------------------- probabilities

PROBABILITIES = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6).map(
    lambda row: [p / sum(row) for p in row] if sum(row) > 0 else [1 / len(row)] * len(row)
)
"""Rows that sum to 1, as the guarded model gives them."""

ODD_ROWS = st.lists(SHARES | ODD, max_size=5)
"""Rows as no model should give them."""

# ----------------------------------------------------------------------- budgets

_BURSTS = st.integers(0, 30)
_OVER = st.none() | st.integers(1, 2000)
_CENTS = st.integers(1, 300).map(lambda cents: cents / 100)

RATES = st.builds(
    lambda amount, burst: LimitSpec("rate", amount / 1000, burst=burst),
    st.integers(1, 1000),
    _BURSTS,
)
COUNTS = st.builds(
    lambda amount, over: LimitSpec("count", amount, over=over), st.integers(1, 100), _OVER
)
WINDOWS = st.builds(
    lambda amount, every: LimitSpec("window", amount, every_ms=every * 1000),
    st.integers(1, 50),
    st.integers(1, 500),
)
COSTS = st.builds(
    lambda amount, prices, over: LimitSpec("cost", amount / 10, over=over, prices=prices),
    st.integers(30, 500),
    st.fixed_dictionaries({"*": _CENTS, "person": _CENTS, "llm": _CENTS}),
    _OVER,
)
LIMITS = st.one_of(RATES, COUNTS, WINDOWS, COSTS)
BUDGETS = st.lists(LIMITS, min_size=1, max_size=4)
ANNOTATORS = st.sampled_from([None, "person", "llm", "somebody"])

# --------------------------------------------------------------------- policies

POLICY_SPECS = st.builds(
    PolicySpec,
    kind=st.sampled_from(sorted(POLICIES)),
    exploration=st.sampled_from([0.0, 0.15, 0.5, 1.0]),
    window=st.integers(1, 20),
)
SCORED = st.builds(
    Scored,
    source=st.integers(0, 10**6).map(lambda offset: f"samples/0/{offset}"),
    utility=st.floats(1e-12, 1.0),
    confidence=SHARES,
    cold=st.booleans(),
    affordable=st.booleans(),
    pace=SHARES,
)

# ---------------------------------------------------------------------- records

COUNTED = st.integers(0, 10**9)
SOURCES = st.builds(Source, WORDS, st.integers(0, 99), COUNTED)
FEATURES: st.SearchStrategy[Features] = st.dictionaries(
    SHORT, st.none() | FINITE | SHORT | st.booleans(), min_size=1, max_size=4
)
PARTS = st.integers(0, 9).map(str)
LIMIT_STATES = st.lists(st.builds(LimitState, FINITE, FINITE), max_size=2)
STAMPS = st.builds(
    Stamp,
    step=COUNTED,
    candidates=st.integers(-1, 10**9),
    labels=st.dictionaries(PARTS, st.integers(-1, 10**9), max_size=2),
    n=COUNTED,
    time=TIMES,
    share=SHARES,
    limits=LIMIT_STATES,
)
PAYLOADS = st.sampled_from([b"null", b'{"text":"hi"}', b"[1, 2.50]"]).map(Raw)

_SAID = {
    "sample_id": SHORT,
    "reason": SHORT,
    "label": st.none() | SHORT,
    "probabilities": st.dictionaries(SHORT, SHARES, max_size=3),
    "confidence": SHARES,
    "utility": SHARES,
    "rank": SHARES,
    "threshold": FINITE,
    "propensity": SHARES,
    "model_version": COUNTED,
    "decided_at": TIMES,
    "source": SOURCES,
}
DECISIONS = st.builds(
    Decision,
    route=st.sampled_from(["auto_label", "abstain"]),
    auto_label_threshold=SHARES | st.just(UNSET),
    certificate=st.none() | COUNTED | st.just(UNSET),
    ledger=STAMPS | st.just(UNSET),
    **_SAID,
)
REQUESTS = st.builds(
    Request,
    route=st.just("request"),
    ledger=STAMPS,
    request_id=SHORT,
    features=FEATURES,
    payload=PAYLOADS,
    classes=st.lists(SHORT, max_size=3),
    created_at=TIMES,
    expires_at=TIMES,
    **_SAID,
)
SEEN = st.dictionaries(PARTS, COUNTED, max_size=2)
BINNED = st.dictionaries(PARTS, st.lists(COUNTED, min_size=BINS, max_size=BINS), max_size=1)
Telling = TypeVar("Telling", Candidate, Progress)
TOLD = st.dictionaries(
    PARTS, st.tuples(COUNTED, st.lists(COUNTED, min_size=BINS, max_size=BINS)), max_size=2
)


def _telling(record: Telling, told: dict[str, tuple[int, list[int]]]) -> Telling:
    """Let a record tell seen and bins of the same partitions."""
    seen = {partition: count for partition, (count, _) in told.items()}
    bins = {partition: counts for partition, (_, counts) in told.items()}
    return replace(record, seen=seen, bins=bins)


_CANDIDATES = st.builds(
    Candidate,
    sample_id=SHORT,
    source=SOURCES,
    seen=st.just({}),
    bins=st.just({}),
    rank=SHARES,
    draw=SHARES,
    cap=SHARES,
    utility=SHARES,
    label=st.none() | SHORT,
    probabilities=st.dictionaries(SHORT, SHARES, max_size=3),
    confidence=SHARES,
    cold_start=st.booleans(),
    model_version=COUNTED,
    route=st.sampled_from(["auto_label", "abstain"]),
    reason=SHORT,
    features=FEATURES,
    created_at=TIMES,
    want=st.none() | SHARES,
    threshold=st.none() | SHARES,
    auto_label_threshold=st.none() | SHARES,
    certificate=st.none() | COUNTED,
    coin=SHARES,
    audited_from=SHARES,
    payload=PAYLOADS,
)
CANDIDATES = st.builds(_telling, _CANDIDATES, TOLD)
_PROGRESS = st.builds(
    Progress,
    seen=st.just({}),
    bins=st.just({}),
    digest=st.none() | st.builds(Digest, COUNTED, SHORT),
)
PROGRESS = st.builds(_telling, _PROGRESS, TOLD)

# ------------------------------------------------------------------------- rows

CHARGES = st.dictionaries(SHORT, st.builds(Charge, FINITE, COUNTED), max_size=2)
REQUEST_ROWS = st.builds(
    RequestRow,
    asked=REQUESTS,
    charges=CHARGES,
    bin=st.integers(0, BINS - 1),
    guess=SHARES,
    n=COUNTED,
    attempt=st.integers(1, 5),
    drawn_from=st.none() | SHARES,
    in_force=st.booleans(),
    outcome=st.none() | SHORT,
    label=st.none() | SHORT,
    annotator=ANNOTATORS,
    closed_at=TIMES,
    refunded=st.booleans(),
)
PARTITION_ROWS = st.builds(
    PartitionState,
    seen=COUNTED,
    bins=st.lists(COUNTED, min_size=BINS, max_size=BINS),
    routes=st.dictionaries(SHORT, COUNTED, max_size=2),
    bucket=FINITE,
    kind=SHORT,
    policy=st.none() | SHORT | FINITE,
)
ACCOUNTS = st.builds(Account, FINITE, COUNTED, FINITE, st.integers(-1, 10**6), COUNTED, TIMES)
LEDGER_ROWS = st.builds(
    ArbiterState,
    ledger=st.builds(
        LedgerState,
        specs=BUDGETS,
        accounts=st.lists(ACCOUNTS, max_size=2),
        pace=st.none() | SHARES,
    ),
    estimate=st.builds(EstimateState, total=FINITE, p_min=SHARES),
    labels=st.dictionaries(PARTS, COUNTED, max_size=2),
    seen=SEEN,
    bins=BINNED,
    classes=st.lists(SHORT, max_size=3),
    hold=st.booleans(),
)

# ------------------------------------------------------------------- foreign JSON

SCALARS = st.none() | st.booleans() | st.integers() | FINITE | SHORT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHORT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["features", "id", "payload", "time", "label", "x", "k", "body"])
NEARLY_SAMPLES = st.dictionaries(FIELDS, JSON, max_size=6)
"""Objects that look like samples or answers, and may be."""
