"""`demo --serve`: the pages of a service, without one."""

import json
import re
import signal
from urllib.request import urlopen

from tests.cli.shell import Shell, ended


def test_its_pages_stay_until_told_to_end(shell: Shell) -> None:
    """After the report they show the ledger as it ended; Ctrl-C ends it with 0."""
    child = shell.process(["demo", "--rows", "1000", "--json", "--serve", "--port", "0"])
    assert child.stderr is not None
    assert child.stdout is not None
    found = re.fullmatch(r"pages: (http://127.0.0.1:\d+) .*\n", child.stderr.readline())
    assert found
    report = json.loads(child.stdout.readline())
    with urlopen(f"{found[1]}/status", timeout=20) as page:
        status = json.loads(page.read())
    assert (status["ready"], status["live"]) == (True, True)
    assert status["arbiter"]["budget"]["rate"]["charged"] == report["labels"]["requested"]
    with urlopen(f"{found[1]}/metrics", timeout=20) as page:
        text = page.read().decode()
    assert f'streamal_budget_spent_total{{limit="rate"}} {report["labels"]["requested"]}.0' in text
    assert "streamal_oldest_request_age_seconds 0.0" in text
    child.send_signal(signal.SIGINT)
    assert ended(child).code == 0
