"""The log as the laws see it: every topic read once, into small values."""

from array import array
from collections.abc import Callable, Iterator

import msgspec

from streamal.brokers.port import Broker
from streamal.core.log import Record
from streamal.core.records import Candidate, Digest, Source
from streamal.core.updates import Example, ModelConfig
from streamal.errors import Poison
from streamal.lab.laws.course import Course
from streamal.lab.laws.facts import (
    Facts,
    Letter,
    Proposed,
    Said,
    Step,
    Told,
    asked,
    source_of,
)
from streamal.lab.laws.place import Look, look
from streamal.lab.laws.scan import Scan
from streamal.lab.laws.seen import Seen
from streamal.lab.laws.verdict import Findings
from streamal.runtime.plan import Plan
from streamal.wire.dead import about
from streamal.wire.labels import decode_answer
from streamal.wire.records import (
    decode_candidate,
    decode_decision,
    decode_request,
    decode_update,
)
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    REQUESTS,
    SAMPLES,
    UPDATES,
)

Tell = Callable[[str], None]

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Places:
    """Offsets and append times of a partition's records, as they are still there."""

    def __init__(self) -> None:
        self.offsets = array("q")
        self.times = array("q")


class Unreadable(msgspec.Struct, frozen=True):
    """A record of a topic of our own that does not decode."""

    logical: str
    at: str
    why: str


class Log:
    """What was read; `read` fills it.

    Parameters
    ----------
    plan
        The service's, whose topics these are.
    """

    def __init__(self, broker: Broker, plan: Plan) -> None:
        self.plan = plan
        self.look: Look = look(broker, plan)
        self.scan = Scan(broker, plan.topics, self.look.ends)
        self.told: list[Told] = []
        self.steps: list[Step] = []
        self.versions: list[tuple[int, Source]] = []
        self.configs: list[tuple[int, ModelConfig]] = []
        self.course = Course(plan.arbiter.per_request)
        self.warm_since: int | None = None
        self.letters: list[Letter] = []
        self.waiting: dict[int, Proposed] = {}
        self.digests: list[tuple[Digest, Source]] = []
        row, is_cut = self.look.before.row, self.scan.is_cut(CANDIDATES)
        self.seen = Seen(row.seen if row and is_cut else ())
        self.told_back: list[tuple[Source, str]] = []
        self.said: dict[int, list[Said]] = {}
        self.samples: dict[int, Places] = {}
        self.unreadable: list[Unreadable] = []
        self.facts = Facts()
        self.first_label: str | None = None

    def report(self, findings: Findings, *topics: str) -> None:
        """Report the records of some topics that a law needs and that do not decode."""
        for one in self.unreadable:
            if one.logical in topics:
                findings.wrong(one.at, one.why)

    def recorded(self, version: int) -> ModelConfig | None:
        """Return the model configuration in force at a version."""
        found = None
        for since, config in self.configs:
            if since <= version:
                found = config
        return found

    def is_cold(self, version: int) -> bool:
        """Had fewer than two classes been given at a version?"""
        return self.warm_since is None or version < self.warm_since

    def is_ours(self, version: int) -> bool:
        """Was the model at a version made as it is now, by the same library?"""
        plan, config = self.plan, self.recorded(version)
        return config is not None and (config.model, config.library) == (
            plan.model_config,
            plan.library,
        )

    def has_our_seed(self, version: int) -> bool:
        """Was the seed at a version, which is a part of the configuration, the one of now?"""
        config = self.recorded(version)
        return config is not None and config.model.get("seed") == self.plan.model_config.get("seed")

    def read(self, tell: Tell) -> None:
        """Read every topic, in the order of the look."""
        fill = {
            REQUESTS: self._request,
            AUTO_LABELS: self._auto_label,
            ABSTAINED: self._abstained,
            UPDATES: self._update,
            DEAD_LETTERS: self._letter,
            CANDIDATES: self._candidate,
        }
        for logical, take in fill.items():
            tell(f"reading {self.scan.name(logical)}")
            for record in self._each(logical):
                try:
                    take(record)
                except BROKEN as error:
                    self._refuse(logical, record, str(error))
        self._labels(tell)
        self._samples(tell)

    def _each(self, logical: str) -> Iterator[Record]:
        return self.scan.read(logical)

    def _refuse(self, logical: str, record: Record, why: str) -> None:
        self.unreadable.append(Unreadable(logical, record.source, f"cannot be read: {why}"))

    def _request(self, record: Record) -> None:
        request = decode_request(record.value or b"")
        self.course.labels = max(self.course.labels, request.annotators)
        told = self.facts.told(record, request, "request")
        self.told.append(told)
        if told.balance is None:
            self._refuse(REQUESTS, record, "a request without the ledger's stamp")
        else:
            self.steps.append(asked(told, told.balance, request))

    def _auto_label(self, record: Record) -> None:
        decision = decode_decision(record.value or b"")
        self.told.append(self.facts.told(record, decision, "auto_label"))

    def _abstained(self, record: Record) -> None:
        decision = decode_decision(record.value or b"")
        self.told.append(self.facts.told(record, decision, "abstain"))

    def _update(self, record: Record) -> None:
        update = decode_update(record.value or b"")
        self.versions.append((update.version, source_of(record)))
        self.course.take(update, source_of(record))
        if isinstance(update, ModelConfig):
            self.configs.append((update.version, update))
            return
        if isinstance(update, Example):
            self._learn(update)
        self.steps.append(self.facts.step(record, update))

    def _learn(self, example: Example) -> None:
        """Note when a second class was given; an error may have let it in or not."""
        if self.first_label is None:
            self.first_label = example.label
        elif self.warm_since is None and example.label != self.first_label:
            self.warm_since = example.version

    def _letter(self, record: Record) -> None:
        said = about(record)
        original = Source(said.topic, said.partition, said.offset)
        self.letters.append(Letter(source_of(record), original, said.stage))

    def _candidate(self, record: Record) -> None:
        found, at = decode_candidate(record.value or b""), source_of(record)
        back = self.seen.take(record.offset, found.seen)
        self.told_back.extend((at, partition) for partition in back)
        if isinstance(found, Candidate):
            if record.offset > self.look.before.taken:
                self.waiting[record.offset] = self.facts.proposed(record, found)
        elif found.digest is not None:
            self.digests.append((found.digest, at))

    def _labels(self, tell: Tell) -> None:
        tell(f"reading {self.scan.name(LABELS)}")
        for partition in self.scan.ends[LABELS]:
            lane = self.scan.lane(LABELS, partition)
            self.said[partition] = [_said(record) for record in lane]

    def _samples(self, tell: Tell) -> None:
        tell(f"reading {self.scan.name(SAMPLES)}")
        for partition in self.scan.ends[SAMPLES]:
            self.samples[partition] = places = Places()
            for record in self.scan.lane(SAMPLES, partition):
                places.offsets.append(record.offset)
                places.times.append(record.timestamp)


def _said(record: Record) -> Said:
    try:
        answer = decode_answer(record.value)
    except Poison:
        return Said(record.offset, record.timestamp, None, None)
    said = (answer.label, answer.outcome, answer.annotator)
    return Said(record.offset, record.timestamp, *said)


def read(broker: Broker, plan: Plan, tell: Tell) -> Log:
    """Return the log as it is now; a running service is not disturbed."""
    log = Log(broker, plan)
    log.read(tell)
    return log
