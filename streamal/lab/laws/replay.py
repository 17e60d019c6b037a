"""Law 5: versions are dense, and replicas agree with a replay of `updates` (law 6: too)."""

from collections import defaultdict
from collections.abc import Iterator

from streamal.core.records import Source
from streamal.core.updates import Example, Update
from streamal.errors import StreamalError
from streamal.lab.laws.facts import source_of
from streamal.lab.laws.log import BROKEN, Log, Tell
from streamal.lab.laws.scores import Scores
from streamal.lab.laws.verdict import Findings
from streamal.runtime.replica import Replica
from streamal.wire.records import decode_update
from streamal.wire.topics import UPDATES


class Agreement:
    """What replicas told of themselves, beside the replay."""

    def __init__(self, log: Log) -> None:
        self.findings = Findings(5, "versions")
        self._log = log
        self._compared = 0
        self._digests: dict[int, list[tuple[str, Source]]] = defaultdict(list)
        for digest, at in log.digests:
            self._digests[digest.version].append((digest.value, at))

    def number(self) -> None:
        """Check that versions are dense: a gap stops every reader."""
        last = 0
        for version, at in self._log.versions:
            self.findings.checked += 1
            if version != last + 1:
                self.findings.wrong(at.text, f"version {version} follows {last}, not {last + 1}")
            last = max(last, version)

    def check(self, replica: Replica) -> None:
        """Compare the digests told at the replica's version."""
        told = self._digests.pop(replica.version, [])
        again = replica.digest() if told and self._log.is_ours(replica.version) else None
        for value, at in told if again else []:
            self._compared += 1
            if value != again:
                self.findings.wrong(
                    at.text, f"the digest at version {replica.version} is {value}, not {again}"
                )

    def learned(self, example: Example, at: Source, error: str | None) -> None:
        """What one replica could not learn none can."""
        if (error is None) != (example.error is None) and self._log.is_ours(example.version):
            said = example.error or "no error"
            self.findings.wrong(at.text, f"it says {said}; the replay had {error or 'none'}")

    def end(self) -> None:
        """Say how much was compared."""
        self.findings.note(f"{self._compared} digests")


class _Replay:
    def __init__(self, log: Log) -> None:
        self.log = log
        self.replica = Replica(log.plan.model, log.plan.model_config, scorer=log.plan.scorer)
        self.agreement = Agreement(log)
        self.scores = Scores(log)

    def run(self, tell: Tell) -> None:
        """Go through all versions, or up to a gap."""
        is_whole = True
        for update, at in updates(self.log):
            before = self.replica.version
            try:
                error = self.replica.apply(update)
            except StreamalError:
                is_whole = False
                break
            if self.replica.version > before:
                self._compare(update, at, error)
                if self.replica.version % 1000 == 0:
                    tell(f"replaying version {self.replica.version}")
        self.scores.end(self.replica.version, is_whole)
        self.agreement.end()

    def _compare(self, update: Update, at: Source, error: str | None) -> None:
        if isinstance(update, Example):
            self.agreement.learned(update, at, error)
        self.agreement.check(self.replica)
        self.scores.check(self.replica)


def updates(log: Log) -> Iterator[tuple[Update, Source]]:
    """Yield what `updates` says, and where; a record that does not decode is left out."""
    for record in log.scan.read(UPDATES):
        try:
            update = decode_update(record.value or b"")
        except BROKEN:  # reported where the log was read; what follows is a gap
            continue
        yield update, source_of(record)


def check(log: Log, tell: Tell) -> list[Findings]:
    """Replay once, for both laws.

    The model is the one configured now, fed with every example from the first on: that
    is what a process does that finds a new configuration recorded. What was decided
    under another configuration is left out.
    """
    replay = _Replay(log)
    found = [replay.agreement.findings, replay.scores.findings]
    for findings in found:
        log.report(findings, UPDATES)
    if log.scan.is_cut(UPDATES):
        for findings in found:
            findings.note(f"the beginning of {log.scan.name(UPDATES)} is gone")
        return found
    replay.agreement.number()
    replay.run(tell)
    return found
