"""Simulated people: they answer label requests from the truth, late, wrongly or never."""

from collections import deque
from collections.abc import Callable

import msgspec

from streamal.brokers.port import Broker
from streamal.core.draw import draw
from streamal.core.log import Outgoing, Record
from streamal.core.records import Request
from streamal.errors import UsageError
from streamal.wire.records import decode_request
from streamal.wire.topics import LABELS, REQUESTS, Topics

GROUP = "streamal-annotator"
NAME = "simulated"
MAX_BATCH = 500


class Habits(msgspec.Struct, frozen=True):
    """How annotators answer; shares in [0, 1], drawn by keyed hash for each of them.

    Parameters
    ----------
    skip
        Share of requests answered with `skipped`.
    noise
        Share of labels replaced by another class.
    never
        Share of requests that get no answer.
    annotators
        How many there are. As many answer a request as it wants, drawn anew for each; all
        of them where they are fewer.
    """

    seed: int = 0
    skip: float = 0.0
    noise: float = 0.0
    never: float = 0.0
    annotators: int = 1

    def names(self) -> list[str]:
        """Return their names.

        Examples
        --------
        >>> Habits().names(), Habits(annotators=3).names()
        (['simulated'], ['simulated-1', 'simulated-2', 'simulated-3'])
        """
        if self.annotators == 1:
            return [NAME]
        return [f"{NAME}-{number + 1}" for number in range(self.annotators)]


def enough(annotators: int | None, per_request: int) -> int:
    """Return how many people there are, None: as many as a request wants.

    Raises
    ------
    UsageError
        They are too few.
    """
    people = annotators or per_request
    if people < per_request:
        raise UsageError(
            f"annotators: {people} are too few where each request wants {per_request} "
            "(labels.per_request); none would ever be decided"
        )
    return people


class _Pending(msgspec.Struct, frozen=True):
    request: Request
    record: Record
    label: str | None
    due: float


class Annotator:
    """Answers each request once: answers and place are committed together.

    Parameters
    ----------
    truth
        The label of a request's sample, looked up once, when the request is read; None:
        this annotator does not know it.
    due
        When a request is to be answered, in the unit of `answer`'s `now`.
    """

    def __init__(
        self,
        broker: Broker,
        topics: Topics,
        truth: Callable[[Request], str | None],
        due: Callable[[Request], float],
        habits: Habits,
    ) -> None:
        self._topics = topics
        self._truth = truth
        self._due = due
        self._habits = habits
        self._names = habits.names()
        self._pending: deque[_Pending] = deque()
        # One group for each topic of requests: two services may share a broker.
        group = f"{GROUP}-{topics[REQUESTS]}"
        self._consumer = broker.subscribe(group, topics[REQUESTS], NAME)
        self._writer = broker.writer(group)
        self.outcomes: dict[str, int] = {}

    def take(self, timeout: float = 0.0) -> int:
        """Read new requests; return how many."""
        records = self._consumer.poll(MAX_BATCH, timeout)
        for record in records:
            request = decode_request(record.value or b"")
            label, due = self._truth(request), self._due(request)
            self._pending.append(_Pending(request, record, label, due))
        return len(records)

    @property
    def next_due(self) -> float | None:
        """When the next answer is due, None while nothing is asked."""
        return self._pending[0].due if self._pending else None

    def answer(self, now: float) -> int:
        """Answer what is due; return how many requests were dealt with."""
        answers: list[Outgoing] = []
        offsets: dict[int, int] = {}
        done = 0
        while self._pending and self._pending[0].due <= now and done < MAX_BATCH:
            pending = self._pending.popleft()
            answers.extend(self._answers(pending.request, pending.label))
            offsets[pending.record.partition] = pending.record.offset + 1
            done += 1
        if done:
            self._writer.commit(answers, self._consumer, offsets)
        return done

    def _answers(self, request: Request, truth: str | None) -> list[Outgoing]:
        said = (self._answer(request, truth, name) for name in self._asked(request))
        return [one for one in said if one is not None]

    def _asked(self, request: Request) -> list[str]:
        """Return who answers a request."""
        names, wanted = self._names, request.annotators
        if len(names) <= wanted:
            return names
        seed = self._habits.seed
        drawn = {name: draw(seed, "who", self._key(request, name)) for name in names}
        return sorted(names, key=lambda name: drawn[name])[:wanted]

    def _key(self, request: Request, name: str) -> str:
        """Return what an annotator's draws depend on."""
        if len(self._names) == 1:
            return request.request_id
        return f"{request.request_id} {name}"

    def _answer(self, request: Request, truth: str | None, name: str) -> Outgoing | None:
        outcome, label = self._say(request, truth, self._key(request, name))
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        if outcome == "never":
            return None
        value: dict[str, str] = {"request_id": request.request_id, "annotator": name}
        value |= {"label": label} if label is not None else {"outcome": outcome}
        value["answer_id"] = self._key(request, name)
        key = request.sample_id.encode()
        return Outgoing(self._topics[LABELS], key, msgspec.json.encode(value))

    def _say(self, request: Request, label: str | None, source: str) -> tuple[str, str | None]:
        habits = self._habits
        if draw(habits.seed, "never", source) < habits.never:
            return "never", None
        if label is None:
            return "unknown", None
        if draw(habits.seed, "skip", source) < habits.skip:
            return "skipped", None
        if draw(habits.seed, "noise", source) < habits.noise:
            return "labelled", self._wrong(request, label, source)
        return "labelled", label

    def _wrong(self, request: Request, label: str, source: str) -> str:
        others = [one for one in request.classes if one != label]
        at = draw(self._habits.seed, "wrong", source)
        return others[int(at * len(others))] if others else label

    def close(self) -> None:
        """Leave the group; unanswered requests come again to the next annotator."""
        self._consumer.close()
        self._writer.close()
