"""A file that may not grow: what a full disk is to the service."""

import resource
import signal
import subprocess
import sys

import pytest

from tests.crash.process import COMMAND, Starter, signalled
from tests.crash.site import Site
from tests.crash.verdict import assert_whole, rest
from tests.crash.waiting import until, until_done
from tests.environment import environ

pytestmark = pytest.mark.crash

ROOM = 64 * 1024
"""Bytes that a file may have: less than the log has, so that nothing can be added."""

UNLIMITED = resource.RLIM_INFINITY
LIMITED = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM}, {ROOM}))"


def test_a_service_outlives_a_full_disk(site: Site, start: Starter) -> None:
    """While nothing can be written it tries again and loses nothing; then it goes on."""
    site.feed(400)
    service = start("run")
    until_done(site)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (ROOM, UNLIMITED))
    before = site.decided()
    site.feed(100)
    log = site.folder / "run.log"
    until(lambda: "rebuilding" in log.read_text(encoding="utf-8"), "it says so", site.talk)
    assert site.decided() == before
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
    until_done(site)
    signalled(service, signal.SIGTERM)
    assert service.wait() == 0
    rest(site)
    assert_whole(site)


def test_sending_to_a_full_disk_says_so(site: Site) -> None:
    """The command names the file and exits with an error; no batch is there in part."""
    site.feed(400)
    before = site.length("samples")
    rows = "".join(f"{n},{n}\n" for n in range(1200))
    (site.folder / "rows.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    _, option, script = COMMAND
    ended = subprocess.run(
        [sys.executable, option, f"{LIMITED}; {script}", "send", "rows.csv"],
        cwd=site.folder,
        env=environ({}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode in {69, 70}
    assert "streamal.db" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (site.length("samples") - before) % 500 == 0
    rest(site)
    assert_whole(site)
