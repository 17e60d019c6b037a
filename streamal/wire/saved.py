"""A sampler as one JSON document: what it is made of, and everything that it remembers."""

from collections.abc import Iterator, Sequence
from math import log

import msgspec

from streamal.core.auditor import UNCOUNTED
from streamal.core.breaker import FIRES
from streamal.core.certifier import CertifierState
from streamal.core.estimate import EstimateState
from streamal.core.journal import ArbiterState
from streamal.core.prediction import BINS
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState
from streamal.core.updates import Update
from streamal.errors import UsageError

FORMAT = "streamal.sampler/1"


class Counters(msgspec.Struct, frozen=True):
    """How far all has come.

    Parameters
    ----------
    decided
        Samples.
    told
        Candidates and progress that the arbiter took in.
    answers
        Answers that it took in.
    pooled
        Rows of pools that were asked about.
    """

    decided: int = 0
    told: int = 0
    answers: int = 0
    pooled: int = 0


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """The document; the model is what a replay of `updates` makes of it.

    Parameters
    ----------
    learner
        The type of a learner that was handed in as an object; None: settings name it.
    clock
        ``samples``, ``wall`` or ``own``.
    """

    format: str = FORMAT
    version: str
    settings: dict[str, object]
    learner: str | None
    clock: str
    counters: Counters
    partition: PartitionState
    ledger: ArbiterState
    requests: list[RequestRow]
    updates: list[Update]


class _Head(msgspec.Struct):
    format: str = "none"
    version: str = "unknown"


_decode_head = msgspec.json.Decoder(_Head).decode
_decode = msgspec.json.Decoder(Saved).decode


def check_text(value: object) -> None:
    """Raise `UnicodeEncodeError` where a string somewhere in a value is no text."""
    msgspec.json.encode(value)


def encode_saved(saved: Saved) -> str:
    """Return the document as text."""
    return msgspec.json.encode(saved).decode()


def decode_saved(text: str, name: str = "saved sampler") -> Saved:
    """Return the document that a text holds.

    Raises
    ------
    UsageError
        It holds none, one of another format, or one whose parts do not fit together.
    """
    try:
        head = _decode_head(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{name}: is no saved sampler: {error}") from None
    except UnicodeEncodeError as error:
        raise UsageError(
            f"{name}: is no saved sampler: character {error.start} is half of a surrogate pair"
        ) from None
    if head.format != FORMAT:
        raise UsageError(
            f"{name}: its format is {head.format} (written by streamal {head.version}); "
            f"{FORMAT} is needed"
        )
    try:
        found = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{name}: is damaged: {error}") from None
    for fits, broken in _looked_at(found):
        if not fits:
            raise UsageError(f"{name}: is damaged: {broken}")
    return found


def _looked_at(saved: Saved) -> Iterator[tuple[bool, str]]:
    """Yield whether each part fits the others, and what is wrong where it does not."""
    ledger, counters = saved.ledger, saved.counters
    limits, accounts = len(ledger.ledger.specs), len(ledger.ledger.accounts)
    yield limits == accounts, f"`ledger` has {accounts} accounts for {limits} limits"
    turning = all(one.every_ms > 0 for one in ledger.ledger.specs if one.kind == "window")
    yield turning, "`ledger` has a window that lasts no time"
    counts = (counters.decided, counters.told, counters.answers, counters.pooled)
    yield min(counts) >= 0, "`counters` has a count below 0"
    yield _is_counted(saved.partition), f"`partition.bins` needs {BINS} counts of at least 0"
    binned = all(map(_is_binned, ledger.bins.values()))
    yield binned, f"`ledger.bins` needs {BINS} counts of at least 0 for each partition"
    is_heard = _is_heard(ledger, saved.partition)
    yield is_heard, "`ledger` counts samples that `partition` has not seen"
    seen = (ledger.n, ledger.version, *ledger.seen.values())
    yield min(seen) >= 0, "`ledger` has a count below 0"
    yield from _estimated(ledger.estimate)
    yield from _certified(ledger.certifier)
    at = next((i for i, row in enumerate(saved.requests) if not _is_asked(row)), None)
    yield at is None, f"`requests[{at}]` has a bin or a propensity that none can have"


def _estimated(state: EstimateState) -> Iterator[tuple[bool, str]]:
    full = _is_binned(state.hits) and _is_binned(state.trials)
    yield full, f"`ledger.estimate` needs {BINS} hits and {BINS} trials of at least 0"
    counts = (state.samples, state.passed, state.labels, state.right)
    yield min(counts) >= 0, "`ledger.estimate` has a count below 0"
    yield state.spread >= 0.0, "`ledger.estimate.spread` is below 0"
    yield state.horizon > 0, f"`ledger.estimate.horizon` is {state.horizon}, must be above 0"
    yield 0.0 < state.p_min <= 1.0, f"`ledger.estimate.p_min` is {state.p_min}, must be in (0, 1]"
    weighed = _is_binned(state.weighed_hits) and _is_binned(state.weighed)
    yield weighed, f"`ledger.estimate` needs {BINS} weighed hits and weights of at least 0"
    fits = 0 <= state.unseen <= max(state.passed, 0) + 1e-6 and state.drawn >= 0
    yield fits, "`ledger.estimate` has unseen samples or drawn labels that cannot be"


def _certified(state: CertifierState) -> Iterator[tuple[bool, str]]:
    unit = 16 if state.strict else 12
    yield len(state.window) % unit == 0, "`ledger.certifier.window` is cut"
    yield _is_binned(state.scores), f"`ledger.certifier.scores` needs {BINS} counts of at least 0"
    fortunes = len(state.fortunes) == 3 and max(state.fortunes, default=0.0) < log(FIRES) + 2.0
    yield fortunes, "`ledger.certifier.fortunes` needs three, none of which has won already"


def _is_counted(partition: PartitionState) -> bool:
    return _is_binned(partition.bins) and partition.seen >= 0


def _is_heard(ledger: ArbiterState, partition: PartitionState) -> bool:
    """Did the arbiter hear of no more samples than there were?"""
    heard = ledger.bins.get("0", partition.bins)
    pairs = zip(heard, partition.bins, strict=True)
    return ledger.seen.get("0", 0) <= partition.seen and all(a <= b for a, b in pairs)


def _is_binned(counts: Sequence[float]) -> bool:
    return len(counts) == BINS and min(counts) >= 0


def _is_asked(row: RequestRow) -> bool:
    return UNCOUNTED <= row.bin < BINS and 0.0 < row.asked.propensity <= 1.0
