"""Hypothesis strategies for the records of `updates`."""

from hypothesis import strategies as st

from streamal.core.terms import Terms
from streamal.core.updates import (
    Budget,
    Certificate,
    Closed,
    Drift,
    Example,
    ModelConfig,
    Pace,
    Stop,
    Takeover,
    Update,
    Vote,
)
from tests.strategies import (
    ANNOTATORS,
    BUDGETS,
    COUNTED,
    FEATURES,
    FINITE,
    SHARES,
    SHORT,
    SOURCES,
    STAMPS,
    TIMES,
)

_NUMBERED = {"version": COUNTED, "created_at": TIMES, "ledger": STAMPS}
CONFIGS = st.builds(
    ModelConfig,
    version=COUNTED,
    model=st.dictionaries(SHORT, st.none() | SHORT | FINITE, max_size=3),
    library=SHORT,
    written_at=TIMES,
)
EXAMPLES = st.builds(
    Example,
    sample_id=SHORT,
    source=SOURCES,
    features=FEATURES,
    label=SHORT,
    answer=SOURCES,
    request_id=st.none() | SHORT,
    reason=st.none() | SHORT,
    propensity=st.none() | SHARES,
    model_version=st.none() | COUNTED,
    predicted=st.none() | SHORT,
    annotator=ANNOTATORS,
    weight=st.floats(0.1, 10),
    corrects=st.booleans(),
    error=st.none() | SHORT,
    **_NUMBERED,
)
CLOSED = st.builds(
    Closed,
    request_id=SHORT,
    sample_id=SHORT,
    outcome=SHORT,
    refunded=st.booleans(),
    answer=st.none() | SOURCES,
    annotator=ANNOTATORS,
    **_NUMBERED,
)
PACES = st.builds(Pace, pace=SHARES, hold=st.booleans(), **_NUMBERED)
BUDGET_RECORDS = st.builds(Budget, limits=BUDGETS, **_NUMBERED)
VOTES = st.builds(
    Vote,
    request_id=SHORT,
    sample_id=SHORT,
    outcome=SHORT,
    answer=SOURCES,
    annotator=SHORT,
    label=st.none() | SHORT,
    refunded=st.booleans(),
    **_NUMBERED,
)
_BARS = st.dictionaries(SHORT, SHARES, max_size=2)
TERMS = st.builds(Terms, _BARS, _BARS, SHARES, st.none() | COUNTED)
CERTIFICATES = st.builds(
    Certificate,
    terms=TERMS,
    why=SHORT,
    audits=COUNTED,
    errors=COUNTED,
    lower=st.none() | SHARES,
    missing=st.none() | COUNTED,
    **_NUMBERED,
)
_SAW = st.dictionaries(SHORT, FINITE, max_size=2)
DRIFTS = st.builds(Drift, detector=SHORT, saw=_SAW, fresh=st.booleans(), **_NUMBERED)
TAKEOVERS = st.builds(
    Takeover,
    taken=st.booleans(),
    since=COUNTED,
    labels=COUNTED,
    loss=FINITE,
    fresh_loss=FINITE,
    **_NUMBERED,
)
STOPS = st.builds(Stop, rule=st.none() | SHORT, saw=_SAW, **_NUMBERED)
UPDATES: st.SearchStrategy[Update] = st.one_of(
    CONFIGS,
    EXAMPLES,
    VOTES,
    CLOSED,
    PACES,
    BUDGET_RECORDS,
    CERTIFICATES,
    DRIFTS,
    TAKEOVERS,
    STOPS,
)
