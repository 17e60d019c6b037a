"""The service on a log in memory that keeps everything, with people who answer in many ways."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from streamal.brokers.memory import MemoryBroker
from streamal.brokers.port import Broker, Clock
from streamal.core.draw import draw
from streamal.core.journal import ArbiterSpec
from streamal.core.limits import LimitSpec
from streamal.core.log import Outgoing
from streamal.core.policies import PolicySpec
from streamal.core.records import Request
from streamal.core.scorer import ScorerSpec
from streamal.learners.model import Model
from streamal.runtime.plan import Plan
from streamal.runtime.worker import Worker
from streamal.wire.records import decode_request
from streamal.wire.samples import SampleMapping
from streamal.wire.topics import LABELS, LOGICAL, REQUESTS, SAMPLES, Topics
from tests.lab.laws.nearest import POISON, Nearest

SECOND = 1000
RATE = LimitSpec("rate", 0.08)
WINDOW = LimitSpec("window", 30, every_ms=200 * SECOND)
COST = LimitSpec("cost", 40.0, over=1000, prices={"person": 0.25, "llm": 0.07, "*": 0.1})
PLAIN = ArbiterSpec([])


def chance(purpose: str, what: str) -> float:
    """Return a number that only depends on its arguments."""
    return draw(3, purpose, what)


@dataclass(frozen=True)
class People:
    """How those who are asked answer; shares of the requests.

    `late` come only after `patience` samples, when the request may have expired; `again`
    are said twice, `corrected` and `retracted` after another `delay`. From the sample
    `turned` on both classes have changed their names.
    """

    delay: int = 0
    skipped: float = 0.0
    never: float = 0.0
    late: float = 0.0
    again: float = 0.0
    corrected: float = 0.0
    retracted: float = 0.0
    noise: float = 0.0
    patience: int = 120
    turned: int = 1 << 62


VOTERS = ("person", "llm", "student", "guest")
"""Who is asked where a request wants several; the one after the last comes too late."""


def in_memory(clock: Clock) -> Broker:
    """Return a broker that keeps everything."""
    return MemoryBroker(clock=clock, keep=LOGICAL)


@dataclass
class Service:
    """One worker over a made stream: sample i comes at i seconds.

    `connect` opens the broker; `broken` is the share of samples that cannot be read,
    `poison` of those that cannot be learned.
    """

    plan: Plan
    people: People = People()
    connect: Callable[[Clock], Broker] = field(default=in_memory, repr=False)
    broken: float = 0.0
    poison: float = 0.0
    broker: Broker = field(init=False)
    sent: int = 0
    now: int = 0
    _due: deque[tuple[int, bytes]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.plan = replace(self.plan, clock=self.clock)
        self.broker = self.connect(self.clock)
        self.broker.create(self.plan.topics.specs())
        self._sender = self.broker.writer("sender")
        self._requests = self.broker.reader({(self.plan.topics[REQUESTS], 0): 0})
        self.start()

    def clock(self) -> int:
        """Return milliseconds."""
        return self.now

    def start(self) -> None:
        """Start a worker, as a process would."""
        self.worker = Worker(self.broker, self.plan)
        self.worker.start()
        self.turn()

    def restart(self, plan: Plan | None = None) -> None:
        """Stop the worker between two batches and start another, maybe by another plan."""
        self.worker.close()
        self.plan = replace(plan or self.plan, clock=self.clock)
        self.start()

    def turn(self) -> int:
        """Give the worker one turn."""
        return self.worker.turn(0)

    def run(self, samples: int, batch: int = 10) -> "Service":
        """Send samples, a batch at a time, and let everybody work."""
        end = self.sent + samples
        while self.sent < end:
            self.send(min(batch, end - self.sent))
            self.turn()
            self.turn()
            self.hear()
            self.speak()
        return self

    def settle(self, samples: int = 0) -> "Service":
        """Let time pass until nobody has anything left to do."""
        self.now += samples * SECOND
        for _ in range(4):
            self.hear()
            self.speak(all_of_it=True)
            while self.turn():
                pass
        return self

    def send(self, count: int) -> None:
        """Send the next samples."""
        partitions, topic = self.plan.topics.partitions, self.plan.topics[SAMPLES]
        batch = [
            Outgoing(topic, None, self._sample(number), (), number % partitions)
            for number in range(self.sent, self.sent + count)
        ]
        self.sent += count
        self.now += count * SECOND
        self._sender.commit(batch)

    def _sample(self, number: int) -> bytes:
        if chance("broken", str(number)) < self.broken:
            return b'{"features": {"x": [1]}}' if number % 2 else b"no JSON"
        return msgspec.json.encode({"id": f"made-{number}", "features": self._features(number)})

    def _features(self, number: int) -> dict[str, float]:
        centre = 1.0 if truth(number) == "ham" else -1.0
        features = {name: 4 * chance(name, str(number)) - 2 + centre for name in ("x", "y")}
        if chance("poison", str(number)) < self.poison:
            features[POISON] = 1.0
        return features

    def hear(self) -> None:
        """Read new requests, and make up answers."""
        for record in self._requests.poll(500, 0):
            self._answer(decode_request(record.value or b""))

    def _answer(self, request: Request) -> None:
        name, wanted = request.request_id, request.annotators
        if wanted == 1:
            who = "llm" if chance("who", name) < 0.3 else "person"
            self._answer_as(request, who, name)
            return
        for who in VOTERS[: wanted + (chance("uninvited", name) < self.people.again)]:
            self._answer_as(request, who, f"{name} {who}")

    def _answer_as(self, request: Request, who: str, name: str) -> None:
        """Make up one annotator's answers; `name` is what they depend on."""
        people = self.people
        said = {"request_id": request.request_id, "annotator": who}
        if chance("never", name) < people.never:
            return
        wait = people.patience if chance("late", name) < people.late else people.delay
        if chance("skipped", name) < people.skipped:
            outcome = ("skipped", "unknown", "rejected", "retracted")[int(4 * chance("how", name))]
            self._say(said | {"outcome": outcome}, wait)
            return
        number = int(request.sample_id.removeprefix("made-"))
        label = truth(number) if number < people.turned else other(truth(number))
        if chance("noise", name) < people.noise:
            label = other(label)
        self._say(said | {"label": label}, wait)
        self._add(said, label, wait, name)

    def _add(self, said: dict[str, str], label: str, wait: int, name: str) -> None:
        """Say it again, or something else after all."""
        people = self.people
        if chance("again", name) < people.again:
            self._say(said | {"label": label}, wait)
        if chance("corrected", name) < people.corrected:
            self._say(said | {"label": other(label)}, wait + people.delay)
        if chance("retracted", name) < people.retracted:
            self._say(said | {"outcome": "retracted"}, wait + people.delay)

    def _say(self, answer: dict[str, str], wait: int) -> None:
        self._due.append((self.sent + wait, msgspec.json.encode(answer)))

    def speak(self, all_of_it: bool = False) -> None:
        """Write the answers that are due."""
        due = [value for at, value in self._due if at <= self.sent or all_of_it]
        self._due = deque(one for one in self._due if one[0] > self.sent and not all_of_it)
        self.label(*due)

    def label(self, *values: bytes) -> None:
        """Write records to `labels`."""
        self._sender.commit([Outgoing(self.plan.topics[LABELS], None, value) for value in values])


def truth(number: int) -> str:
    """Return the class of a sample."""
    return "ham" if chance("class", str(number)) < 0.5 else "spam"


def other(label: str) -> str:
    """Return the other class."""
    return "spam" if label == "ham" else "ham"


def nearest() -> Model:
    """Return a fresh model."""
    return Model(Nearest(0.5), {})


def plan(
    *limits: LimitSpec,
    policy: PolicySpec = PolicySpec(window=20),
    partitions: int = 1,
    model: Callable[[], Model] = nearest,
    spec: ArbiterSpec = PLAIN,
) -> Plan:
    """Return a plan; `spec` says how answers are dealt with, and what is promised and watched."""
    arbiter = replace(spec, limits=list(limits or (RATE,)), policy=policy)
    bar = None if spec.target else 0.95
    gain = None if spec.stop is None else spec.stop.no_gain
    return Plan(
        topics=Topics(partitions=partitions),
        scorer=ScorerSpec(7, policy, bar, no_gain=gain, drift=spec.drift),
        arbiter=arbiter,
        mapping=SampleMapping(),
        model=model,
        model_config={"factory": "nearest", "seed": 7},
        library="none",
        clock=lambda: 0,
    )
