"""A sampler as one JSON document: what it is made of, and everything that it remembers."""

import msgspec

from streamal.core.journal import ArbiterState
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


def encode_saved(saved: Saved) -> str:
    """Return the document as text."""
    return msgspec.json.encode(saved).decode()


def decode_saved(text: str, name: str = "saved sampler") -> Saved:
    """Return the document that a text holds.

    Raises
    ------
    UsageError
        It holds none, or one of another format.
    """
    try:
        head = _decode_head(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{name}: is no saved sampler: {error}") from None
    if head.format != FORMAT:
        raise UsageError(
            f"{name}: its format is {head.format} (written by streamal {head.version}); "
            f"{FORMAT} is needed"
        )
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{name}: is damaged: {error}") from None
