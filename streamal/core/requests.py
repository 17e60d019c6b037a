"""The book of requests: what is open, what was closed and is still remembered."""

from heapq import heappop, heappush
from itertools import islice
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from streamal.core.ballots import Ballot
from streamal.core.ledger import Charges
from streamal.core.records import NO_PAYLOAD, Features, Request, Stamp
from streamal.core.repeats import ThinningSpec, fingerprint

Key = TypeVar("Key", str, bytes)


class RequestRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One request; also its row in `state`. Open while `outcome` is None.

    `bin` and `guess` are what the accuracy estimate noted when it was asked; `n` is
    the number of samples seen then; `label` is the answer that was learned last.
    `drawn_from` is the confidence from which it was drawn uniformly (0: of all samples; None:
    it was chosen), and `in_force` says whether it would have been an auto-label.
    Where several annotators are asked, `charges` is what each label was reserved at, and
    `ballots` has what they said; else `charges` is what the answer cost.
    """

    asked: Request
    charges: Charges
    bin: int
    guess: float
    n: int
    attempt: int = 1
    drawn_from: float | None = None
    in_force: bool = False
    outcome: str | None = None
    label: str | None = None
    annotator: str | None = None
    closed_at: int = 0
    refunded: bool = False
    ballots: dict[str, Ballot] = {}

    @property
    def unanswered(self) -> int:
        """How many of the annotators that it wants have not answered."""
        return self.asked.annotators - len(self.ballots)

    @property
    def step(self) -> int:
        """The ledger's step at which it was asked: the order of all requests."""
        stamp = self.asked.ledger
        return stamp.step if isinstance(stamp, Stamp) else 0


class RequestBook:
    """Finds requests by id or sample, and says which are due.

    Parameters
    ----------
    remember_ms
        How long a closed request is remembered.
    thinning
        How requests for samples that repeat each other are counted; None: not at all.
    """

    def __init__(self, remember_ms: int, thinning: ThinningSpec | None = None) -> None:
        self.rows: dict[str, RequestRow] = {}
        self.changed: dict[str, RequestRow | None] = {}
        self._remember_ms = remember_ms
        self._by_sample: dict[str, list[str]] = {}
        self._thinning = thinning
        self._alike: dict[bytes, list[str]] = {}
        self._open: dict[str, None] = {}
        self._expiring: list[tuple[int, str]] = []
        self._forgetting: list[tuple[int, str]] = []

    @property
    def outstanding(self) -> int:
        """How many requests are open."""
        return len(self._open)

    def oldest(self) -> RequestRow | None:
        """Return the open request that was made first."""
        return self.rows[next(iter(self._open))] if self._open else None

    def restore(self, row: RequestRow) -> None:
        """Take in a row as it was saved."""
        asked = row.asked
        self.rows[asked.request_id] = row
        self._by_sample.setdefault(asked.sample_id, []).append(asked.request_id)
        if self._thinning is not None:
            self._alike.setdefault(self._print(asked.features), []).append(asked.request_id)
        if row.outcome is None:
            self._open[asked.request_id] = None
            heappush(self._expiring, (asked.expires_at, asked.request_id))
        else:
            heappush(self._forgetting, (row.closed_at + self._remember_ms, asked.request_id))

    def add(self, row: RequestRow) -> None:
        """Take in a new request."""
        self.restore(row)
        self.changed[row.asked.request_id] = row

    def close(self, row: RequestRow, outcome: str, time: int) -> None:
        """End an open request, or change how a closed one ended.

        What only its asking needed is dropped: payload and probabilities.
        """
        request_id = row.asked.request_id
        if row.outcome is None:
            del self._open[request_id]
            heappush(self._forgetting, (time + self._remember_ms, request_id))
            row.closed_at = time
            row.asked = replace(row.asked, payload=NO_PAYLOAD, probabilities={})
        row.outcome = outcome
        self.changed[request_id] = row

    def touch(self, row: RequestRow) -> None:
        """Note that a row has changed."""
        self.changed[row.asked.request_id] = row

    def find(self, request_id: str | None, sample_id: str | None) -> RequestRow | None:
        """Return the request of an answer: by id, else the sample's oldest open one.

        A sample without an open request gives its newest closed one.
        """
        if request_id is not None:
            return self.rows.get(request_id)
        ids = [] if sample_id is None else self._by_sample.get(sample_id, [])
        return self.rows[next((i for i in ids if i in self._open), ids[-1])] if ids else None

    def _print(self, features: Features) -> bytes:
        assert self._thinning is not None
        return fingerprint(features, self._thinning.digits)

    def is_repeated(self, features: Features, n: int) -> bool:
        """Were enough samples like this one asked about, as of n samples seen?"""
        thinning = self._thinning
        if thinning is None:
            return False
        alike = self._alike.get(self._print(features), [])
        if thinning.within is None:
            return len(alike) >= thinning.most
        # They are in order: the oldest of the newest tells for all.
        newest = alike[-thinning.most :]
        return len(newest) == thinning.most and self.rows[newest[0]].n >= n - thinning.within

    def waiting(self, newest: int) -> list[Features]:
        """Return the features of the newest open requests, oldest first."""
        ids = list(islice(reversed(self._open), newest))
        return [self.rows[request_id].asked.features for request_id in reversed(ids)]

    def is_due(self, time: int) -> bool:
        """Return whether anything may end or be forgotten before `time`."""
        expiring, forgetting = self._expiring, self._forgetting
        if expiring and expiring[0][0] < time:
            return True
        return bool(forgetting) and forgetting[0][0] < time

    def due(self, time: int) -> list[RequestRow]:
        """Return the open requests that end before `time`, in the order they end."""
        found = []
        while self._expiring and self._expiring[0][0] < time:
            _, request_id = heappop(self._expiring)
            if request_id in self._open:
                found.append(self.rows[request_id])
        return found

    def next_due(self) -> int | None:
        """Return when the next open request ends, None without one."""
        while self._expiring and self._expiring[0][1] not in self._open:
            heappop(self._expiring)
        return self._expiring[0][0] if self._expiring else None

    def forget(self, time: int) -> None:
        """Drop the closed requests that were remembered long enough."""
        while self._forgetting and self._forgetting[0][0] < time:
            _, request_id = heappop(self._forgetting)
            row = self.rows.pop(request_id)
            self._drop_sample(row)
            self.changed[request_id] = None

    def _drop_sample(self, row: RequestRow) -> None:
        _drop(self._by_sample, row.asked.sample_id, row.asked.request_id)
        if self._thinning is not None:
            _drop(self._alike, self._print(row.asked.features), row.asked.request_id)

    def take_changed(self) -> dict[str, RequestRow | None]:
        """Return the rows to save since the last call; None is to be removed."""
        changed, self.changed = self.changed, {}
        return changed


def _drop(index: dict[Key, list[str]], key: Key, request_id: str) -> None:
    """Take a request out of an index."""
    ids = index[key]
    ids.remove(request_id)
    if not ids:
        del index[key]


class AnswerMemory:
    """The ids of unsolicited answers that were learned, so that repeats are refused.

    Examples
    --------
    >>> memory = AnswerMemory(remember_ms=1000)
    >>> memory.add("a", 0), memory.add("a", 1)
    (True, False)
    """

    def __init__(self, remember_ms: int) -> None:
        self._remember_ms = remember_ms
        self._times: dict[str, int] = {}
        self._changed: dict[str, int | None] = {}

    def restore(self, answer_id: str, time: int) -> None:
        """Take in an id as it was saved; oldest first."""
        self._times[answer_id] = time

    def add(self, answer_id: str, time: int) -> bool:
        """Remember an id; False if it is remembered already."""
        if answer_id in self._times:
            return False
        self._times[answer_id] = self._changed[answer_id] = time
        return True

    def forget(self, time: int) -> None:
        """Drop what was remembered long enough."""
        while self._times:
            answer_id = next(iter(self._times))
            if self._times[answer_id] + self._remember_ms >= time:
                return
            del self._times[answer_id]
            self._changed[answer_id] = None

    def take_changed(self) -> dict[str, int | None]:
        """Return the ids to save since the last call; None is to be removed."""
        changed, self._changed = self._changed, {}
        return changed
