"""Polled samples on their way to a decision: decoded once, predicted some at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice

import msgspec

from streamal.brokers.port import Partitions
from streamal.core.log import Record
from streamal.core.prediction import Prediction
from streamal.core.records import Features, Sample
from streamal.errors import Poison
from streamal.learners.model import Refusal
from streamal.runtime.replica import Replica
from streamal.wire.samples import SampleDecoder


class Lost(msgspec.Struct, frozen=True):
    """Why there is no decision on a record: at which stage it failed, and of what."""

    stage: str
    poison: Poison


Found = Sample | Lost
Guess = tuple[Sample, Prediction] | Lost


class Intake:
    """A queue whose head always has the guess of the model as it is now.

    Parameters
    ----------
    lookahead
        How many samples are predicted in one call; those are predicted again when an
        example changed the model before they were decided.
    """

    def __init__(self, decoder: SampleDecoder, replica: Replica, lookahead: int) -> None:
        self._decoder = decoder
        self._replica = replica
        self._lookahead = lookahead
        self._records: list[Record] = []
        self._found: list[Found] = []
        self._guesses: list[Guess] = []
        self._guessed_at = -1

    def __len__(self) -> int:
        return len(self._records)

    def put(self, records: Sequence[Record]) -> None:
        """Take in what was polled."""
        self._records += records
        self._found += self._decoded(records)

    def _decoded(self, records: Sequence[Record]) -> Iterator[Found]:
        decode = self._decoder.decode
        for record in records:
            try:
                yield decode(record)
            except Poison as poison:
                yield Lost("decode", poison)

    def is_stale(self) -> bool:
        """Return whether the head's guess is missing or of an older model."""
        return not self._guesses or self._guessed_at != self._replica.edition

    def guess(self, limit: int) -> None:
        """Predict the next samples in one call; what the model must not see is refused."""
        self._guessed_at = self._replica.edition
        fit = list(self._fit(self._found[: min(limit, self._lookahead)]))
        judged = iter(self._replica.predict(_features(fit)))
        self._guesses = [one if isinstance(one, Lost) else _guess(one, next(judged)) for one in fit]

    def _fit(self, found: Sequence[Found]) -> Iterator[Found]:
        """Yield the samples, and for one that the model must not see why it is lost."""
        refusals = iter(self._replica.model.refusals(_features(found)))
        for one in found:
            refused = None if isinstance(one, Lost) else next(refusals)
            yield one if refused is None else Lost("features", Poison(*refused))

    def ready(self, limit: int) -> Iterator[tuple[Record, Guess]]:
        """Return up to `limit` of the next records, as far as they have been guessed."""
        return islice(zip(self._records, self._guesses, strict=False), limit)

    def take(self, count: int) -> list[Record]:
        """Take so many off the queue; return their records."""
        taken = self._records[:count]
        del self._records[:count], self._found[:count], self._guesses[:count]
        return taken

    def drop(self, partitions: Partitions) -> None:
        """Drop what belongs to these partitions."""
        kept = [record.partition not in partitions for record in self._records]
        self._records = list(compress(self._records, kept))
        self._found = list(compress(self._found, kept))
        self._guesses.clear()

    def clear(self) -> None:
        """Drop everything."""
        self._records, self._found, self._guesses = [], [], []


def _features(found: Iterable[Found]) -> list[Features]:
    return [one.features for one in found if isinstance(one, Sample)]


def _guess(sample: Sample, judged: Prediction | Refusal) -> Guess:
    if isinstance(judged, Refusal):
        return Lost("predict", Poison(judged.reason, judged.message))
    return sample, judged
