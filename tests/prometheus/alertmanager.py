"""A real Alertmanager with the example's routes and silences, in a hurry."""

import json
import re
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.kafka.ports import Port
from tests.prometheus.rules import FOLDER
from tests.prometheus.server import PATIENCE_S, until

EXAMPLE = FOLDER / "alertmanager.yml"


def hurried(text: str, receiver: str) -> str:
    """Return the example with waits of a second, and another address of its receivers."""
    soon = re.sub(r"(?m)^( +group_(?:wait|interval):) \w+$", r"\1 1s", text)
    return soon.replace("http://localhost:9095", receiver)


class Alertmanager:
    """Tells a receiver, on the paths `page` and `ticket`.

    Parameters
    ----------
    receiver
        The address of a web server.
    """

    def __init__(self, folder: Path, receiver: str) -> None:
        self._port = Port()
        self.address = self._port.address
        config = folder / "alertmanager.yml"
        text = EXAMPLE.read_text(encoding="utf-8")
        config.write_text(hurried(text, receiver), encoding="utf-8")
        command = [
            "prometheus-alertmanager",
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",  # alone
        ]
        with (folder / "alertmanager.log").open("ab") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._port.is_open, "Alertmanager does not listen")

    def states(self, alert: str) -> list[str]:
        """Return how it has each alert of a name: `active` or `suppressed`."""
        form = urlencode({"filter": f"alertname={alert}"})
        with urlopen(f"http://{self.address}/api/v2/alerts?{form}", timeout=10.0) as answer:
            return [one["status"]["state"] for one in json.load(answer)]

    def close(self) -> None:
        """End it."""
        self._child.send_signal(signal.SIGTERM)
        self._child.wait(PATIENCE_S)
        self._port.close()
