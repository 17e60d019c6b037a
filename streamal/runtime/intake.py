"""Polled samples on their way to a decision: decoded once, predicted some at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from streamal.brokers.port import Partitions
from streamal.core.log import Record
from streamal.core.prediction import Prediction, predicted
from streamal.core.records import Sample
from streamal.errors import Poison
from streamal.learners.model import Refusal
from streamal.runtime.replica import Replica
from streamal.wire.samples import SampleDecoder


class Item:
    """A polled record: its sample, or what is wrong with it, and the guess of the model.

    `guessed_at` is the replica's count of examples when it was guessed.
    """

    __slots__ = ("guess", "guessed_at", "poison", "record", "sample", "stage")

    def __init__(self, record: Record, decoder: SampleDecoder) -> None:
        self.record = record
        self.sample: Sample | None = None
        self.guess: Prediction | None = None
        self.guessed_at = -1
        self.poison: Poison | None = None
        self.stage = "decode"
        try:
            self.sample = decoder.decode(record)
        except Poison as poison:
            self.poison = poison

    def refuse(self, stage: str, reason: str, message: str) -> None:
        """Note that the model must not see it, or could not answer."""
        self.stage, self.poison, self.guess = stage, Poison(reason, message), None

    def answer(self, guess: Prediction) -> None:
        """Note the model's answer."""
        self.poison, self.guess = None, guess


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
        self._items: deque[Item] = deque()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, records: Iterable[Record]) -> None:
        """Take in what was polled."""
        decoder = self._decoder
        self._items.extend(Item(record, decoder) for record in records)

    def is_stale(self) -> bool:
        """Return whether the head's guess is missing or of an older model."""
        head = self._items[0]
        return head.sample is not None and head.guessed_at != self._replica.examples

    def guess(self, limit: int) -> None:
        """Predict the next samples in one call; what the model must not see is refused."""
        model = self._replica.model
        items = list(self._fit(min(limit, self._lookahead)))
        rows = [item.sample.features for item in items if item.sample is not None]
        for item, answer in zip(items, model.predict(rows), strict=True):
            if isinstance(answer, Refusal):
                item.refuse("predict", answer.reason, answer.message)
            else:
                item.answer(predicted(model.classes, answer))

    def _fit(self, count: int) -> Iterator[Item]:
        """Yield those of the next samples that the model may see."""
        model, examples = self._replica.model, self._replica.examples
        for item in islice(self._items, count):
            if item.sample is None:
                continue
            item.guessed_at = examples
            refused = model.refuse(item.sample.features)
            if refused is None:
                yield item
            else:
                item.refuse("features", *refused)

    def take(self) -> Item:
        """Take the head off the queue."""
        return self._items.popleft()

    def drop(self, partitions: Partitions) -> None:
        """Drop what belongs to these partitions."""
        self._items = deque(i for i in self._items if i.record.partition not in partitions)

    def clear(self) -> None:
        """Drop everything."""
        self._items.clear()
