"""The bare loop as a subject."""

import msgspec

from benchmarks.kafka.bare import READY, Template, Work
from benchmarks.kafka.program import Program
from benchmarks.kafka.site import Site
from benchmarks.kafka.subject import Ended, run_through
from streamal.brokers.kafka.options import Client
from streamal.core.log import TopicSpec

WARM_UP = 500


class BareLoop:
    """Reads and writes topics that are made as those of the service are.

    Parameters
    ----------
    template
        What its results are as large as; without one they have no headers.
    """

    def __init__(
        self, site: Site, client: Client, partitions: int = 1, template: Template | None = None
    ) -> None:
        self.name = "bare, same bytes" if template else "bare"
        self.client: Client = client
        self._site = site
        self._partitions = partitions
        self._template = template
        self.group = f"{client}-bare{'-same' if template else ''}-{partitions}"
        self.samples = f"{self.group}-samples"
        self._results = f"{self.group}-results"
        self.outputs: tuple[str, ...] = (self._results,)
        self.requests: tuple[str, ...] = ()
        self._program: Program | None = None

    def prepare(self) -> None:
        specs = [TopicSpec(self.samples, self._partitions), TopicSpec(self._results)]
        self._site.broker.create(specs)
        run_through(self._site, self, WARM_UP)

    def start_beside(self) -> None:
        """Nothing runs beside it."""

    def start(self) -> Program:
        work = Work(
            servers=tuple(self._site.servers),
            client=self.client,
            group=self.group,
            samples=self.samples,
            results=self._results,
            template=self._template,
        )
        words = ["-m", "benchmarks.kafka.bare", msgspec.json.encode(work).decode()]
        self._program = Program(words, self._site.folder / f"{self.group}.log", READY)
        self._program.wait_ready()
        return self._program

    def settle(self) -> None:
        """What is decided is done."""

    def stop(self) -> Ended:
        if self._program is not None:
            self._program.end()
        self._program = None
        return Ended(0.0, {})
