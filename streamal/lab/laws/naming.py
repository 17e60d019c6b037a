"""Law 3: request ids are unique, and each names a sample that exists."""

from streamal.brokers.port import Broker
from streamal.core.records import Source
from streamal.lab.laws.facts import Told, attempt
from streamal.lab.laws.log import Log
from streamal.lab.laws.scan import Ends
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import REQUESTS


class _Naming:
    def __init__(self, log: Log, broker: Broker) -> None:
        self.findings = Findings(3, "requests")
        self._broker = broker
        self._first: dict[str, Source] = {}
        self._ends: dict[str, Ends] = {}

    def take(self, told: Told, request_id: str) -> None:
        """Check one request."""
        self.findings.checked += 1
        first = self._first.setdefault(request_id, told.at)
        why = None
        if first is not told.at:
            why = f"request id {request_id} was used before, by {first.text}"
        elif attempt(request_id)[0] != told.source.text:
            why = f"request id {request_id} is not that of its sample, {told.source.text}"
        elif not self._exists(told.source):
            why = f"its sample {told.source.text} does not exist"
        if why:
            self.findings.wrong(told.at.text, why)

    def _exists(self, source: Source) -> bool:
        """Was there ever a record at that place? It may be gone by now."""
        if source.topic not in self._ends:
            known = source.topic in self._broker.partitions()
            self._ends[source.topic] = self._broker.ends(source.topic) if known else {}
        _, end = self._ends[source.topic].get(source.partition, (0, 0))
        return 0 <= source.offset < end


def check(log: Log, broker: Broker) -> list[Findings]:
    """Check the id of each request, and the place it names."""
    naming = _Naming(log, broker)
    log.report(naming.findings, REQUESTS)
    for told in log.told:
        if told.request_id is not None:
            naming.take(told, told.request_id)
    return [naming.findings]
