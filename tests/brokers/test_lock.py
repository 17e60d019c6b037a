"""A lock on a file has one holder, as long as that one lives."""

import signal
from pathlib import Path

import pytest

from streamal.brokers.lock import FileLock
from streamal.errors import ConfigError, LockedOut
from tests.brokers.child import Spawn, end, line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A lock file that is not there yet."""
    return tmp_path / "lock"


def test_a_second_holder_is_refused(path: Path) -> None:
    """Even in the same process; the message says who holds it and in which process."""
    first = FileLock(path, "worker-1")
    with pytest.raises(LockedOut, match=r"lock is held by worker-1, process \d+; stop"):
        FileLock(path, "worker-2")
    first.release()


def test_a_refused_holder_leaves_no_file_open(path: Path) -> None:
    """Asking again and again for a held lock uses nothing up."""
    first = FileLock(path, "worker-1")
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(LockedOut) as refused:
        FileLock(path, "worker-2")
    assert (len(list(Path("/dev/fd").iterdir())), refused.type) == (before, LockedOut)
    first.release()


def test_a_released_lock_can_be_taken(path: Path) -> None:
    """Release frees it at once, a second release does nothing to the next holder."""
    first = FileLock(path, "a worker with a long name")
    assert repr(first) == f"FileLock('{path}', held)"
    first.release()
    second = FileLock(path, "worker-2")
    first.release()
    with pytest.raises(LockedOut, match=r"held by worker-2, process \d+; stop"):
        FileLock(path, "worker-3")
    assert repr(first) == f"FileLock('{path}', free)"
    second.release()


def test_a_dropped_lock_is_free(path: Path) -> None:
    """A holder that nobody refers to any more holds nothing."""
    FileLock(path, "worker-1")
    FileLock(path, "worker-2").release()


def test_a_lock_outlives_no_killed_process(path: Path, spawn: Spawn) -> None:
    """After kill -9 of the holder the next one gets the lock, though a fork of it lives."""
    child = spawn("fork", path)
    assert sorted([line(child), line(child)]) == [f"child: FileLock('{path}', free)", "parent"]
    with pytest.raises(LockedOut, match=f"parent, process {child.pid}"):
        FileLock(path, "next")
    child.send_signal(signal.SIGKILL)
    child.wait()
    FileLock(path, "next").release()
    end(child)


def test_a_lock_in_no_folder_is_refused(tmp_path: Path) -> None:
    """The message names the file that cannot be made."""
    with pytest.raises(ConfigError, match="missing/lock: No such file"):
        FileLock(tmp_path / "missing" / "lock", "worker-1")
