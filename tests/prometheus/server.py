"""A real Prometheus."""

import json
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.kafka.ports import Port

PATIENCE_S = 60.0
LOOK_S = 0.2
OK = 200


class Value(NamedTuple):
    """One series of an answer."""

    labels: Mapping[str, str]
    value: float


class Refused(Exception):
    """Prometheus cannot read the query."""


def until(is_so: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Look until something is so, not for ever."""
    deadline, rest = monotonic() + patience_s, Event()
    while not is_so():
        assert monotonic() < deadline, f"after {patience_s:.0f} s: {what}"
        rest.wait(LOOK_S)


class Prometheus:
    """Scrapes addresses every second, each under the name of its job.

    Parameters
    ----------
    more
        Further sections of its configuration, such as `rule_files`.
    """

    def __init__(self, folder: Path, jobs: Mapping[str, Sequence[str]], more: str = "") -> None:
        self._port = Port()
        self.address = self._port.address
        config = folder / "prometheus.yml"
        config.write_text(_config(jobs) + more, encoding="utf-8")
        self._log = (folder / "prometheus.log").open("ab")
        command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
        ]
        command.append(f"--web.listen-address={self.address}")
        self._child = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        until(self._port.is_open, "Prometheus does not listen")
        until(self._is_ready, "Prometheus answers no queries")

    def _is_ready(self) -> bool:
        """Say whether it answers queries; it listens sooner."""
        try:
            with urlopen(f"http://{self.address}/-/ready", timeout=PATIENCE_S) as answer:
                return bool(answer.status == OK)
        except HTTPError:
            return False

    def ask(self, query: str) -> list[Value]:
        """Return the answer to a query at this moment.

        Raises
        ------
        Refused
            With the reason.
        """
        form = urlencode({"query": query}).encode()
        answer = self.api("query", form)
        if answer["data"]["resultType"] == "scalar":
            return [Value({}, float(answer["data"]["result"][1]))]
        return [Value(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]

    def api(self, page: str, form: bytes | None = None) -> dict[str, Any]:
        """Return what a page of the API says."""
        try:
            with urlopen(f"http://{self.address}/api/v1/{page}", form, timeout=10.0) as answer:
                told: dict[str, Any] = json.load(answer)
                return told
        except HTTPError as error:
            with error:
                raise Refused(error.read().decode()) from None

    def close(self) -> None:
        """End it."""
        self._child.send_signal(signal.SIGTERM)
        self._child.wait(PATIENCE_S)
        self._log.close()
        self._port.close()


def _config(jobs: Mapping[str, Sequence[str]]) -> str:
    scraped = [
        {"job_name": job, "static_configs": [{"targets": [*addresses]}]}
        for job, addresses in jobs.items()
    ]
    times = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    # JSON is YAML.
    return f"global: {json.dumps(times)}\nscrape_configs: {json.dumps(scraped)}\n"
