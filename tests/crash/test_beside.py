"""A service and its neighbours: a second one, commands, signals; nothing is disturbed."""

import signal
from time import monotonic

import pytest

from streamal.lab.annotator import NAME
from tests.crash.facts import Facts
from tests.crash.process import Starter, once, signalled
from tests.crash.site import Site
from tests.crash.verdict import assert_whole, rest
from tests.crash.waiting import until, until_decided, until_done, until_ended

pytestmark = pytest.mark.crash

GRACE = 10.0
"""Seconds from SIGTERM to the end, at most."""


def test_a_second_run_is_locked_out(site: Site, start: Starter) -> None:
    """The second exits 75 and says who holds the file; the first works on."""
    site.feed(30)
    first = start("run")
    until_decided(site)
    second = start("run", log="second.log")
    assert until_ended(site, second) == 75
    said = (site.folder / "second.log").read_text(encoding="utf-8")
    assert f"process {first.pid}; stop that one first" in said
    assert "Traceback" not in said
    site.feed(30)
    until_done(site)
    signalled(first, signal.SIGTERM)
    assert first.wait() == 0
    assert "rebuilding" not in (site.folder / "run.log").read_text(encoding="utf-8")
    rest(site)
    assert_whole(site)


def test_commands_work_beside_a_service(site: Site, start: Starter) -> None:
    """Sending, answering and looking work while samples are decided, and end with 0."""
    _write_rows(site)
    site.feed(30)
    service = start("run")
    until_decided(site)
    person = start(*"annotate --truth rows.csv --label-column label".split(), log="person.log")
    for line in ("send rows.csv --label-column label", "status", "verify", "tail updates"):
        beside = start(*line.split(), log="beside.log")
        code = until_ended(site, beside)
        assert code == 0, f"{line}: {(site.folder / 'beside.log').read_text(encoding='utf-8')}"
    until(lambda: _answered(site), "the annotator answers", site.trickle)
    assert (service.code(), person.code()) == (None, None)
    for process in (person, service):
        signalled(process, signal.SIGTERM)
        assert process.wait() == 0
    rest(site)
    assert_whole(site)


def _write_rows(site: Site) -> None:
    rows = "".join(f"{n % 7 - 3},{n % 5 - 2},c,{n % 2}\n" for n in range(600))
    (site.folder / "rows.csv").write_text(f"x,y,c,label\n{rows}", encoding="utf-8")


def _answered(site: Site) -> bool:
    return any(NAME.encode() in value for value in Facts(site.broker).labels.values())


def test_sigterm_under_load_ends_the_batch(site: Site, start: Starter) -> None:
    """Asked to end amid work, it exits 0 in time, and nothing is decided again."""
    for _ in range(16):
        site.feed(500)
    service = start("run")
    until_decided(site)
    asked = monotonic()
    signalled(service, signal.SIGTERM)
    assert service.wait() == 0
    assert monotonic() - asked < GRACE
    assert 0 < site.decided() < site.length("samples"), "it was not under load"
    rest(site)
    assert_whole(site)


def test_a_stopped_holder_still_holds(site: Site, start: Starter) -> None:
    """Stopped amid work it keeps the file, which can be read; woken, it goes on."""
    site.feed(200)
    service = start("run")
    until_decided(site)
    signalled(service, signal.SIGSTOP)
    assert once(site.folder, "status", "--json").returncode == 0
    assert once(site.folder, "verify").returncode == 0
    assert once(site.folder, "run").returncode == 75
    signalled(service, signal.SIGCONT)
    site.feed(200)
    until_done(site)
    signalled(service, signal.SIGTERM)
    assert service.wait() == 0
    rest(site)
    assert_whole(site)


def test_one_that_was_believed_dead_is_fenced(site: Site, start: Starter) -> None:
    """Stopped, its locks removed and its place taken, it exits 75 and has written nothing."""
    site.feed(50)
    first = start("run")
    until_done(site)
    signalled(first, signal.SIGSTOP)
    for lock in site.folder.glob("*.lock"):
        lock.unlink()
    site.feed(50)
    second = start("run", log="second.log")
    until_done(site)
    signalled(first, signal.SIGCONT)
    assert until_ended(site, first) == 75
    signalled(second, signal.SIGTERM)
    assert second.wait() == 0
    rest(site)
    assert_whole(site)
