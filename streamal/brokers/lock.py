"""An operating system's lock on a file: one holder, freed by the kernel when it dies."""

import fcntl
import os
import weakref
from pathlib import Path

from streamal.errors import ConfigError, LockedOut


class FileLock:
    """Hold `path` until `release`, or until this process ends in whatever way.

    It is `flock` on an own open file, so a second lock in the same process is refused
    too. A forked child does not hold it: the parent's death frees it (flock(2): a lock
    belongs to the open file description, which fork shares, hence the hook below).
    The file stays behind, empty of meaning: removing it would let two hold two files.

    Parameters
    ----------
    path
        The lock file; made when it is not there.
    holder
        Who asks, for the message that the next one reads.

    Raises
    ------
    LockedOut
        Another holder is alive; the message names its process.
    ConfigError
        The file cannot be made or opened.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "group.lock"
    >>> lock = FileLock(path, "worker-1")
    >>> FileLock(path, "worker-2")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    streamal.errors.LockedOut: ...group.lock is held by worker-1, process ...
    >>> lock.release()
    """

    def __init__(self, path: Path, holder: str) -> None:
        self.path = path
        descriptor = _open(path)
        # Closing, never LOCK_UN: in a forked child that would free the parent's lock.
        self._close = weakref.finalize(self, os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{path} is held by {_holder(descriptor)}; stop that one first"
            self.release()
            raise LockedOut(message) from None
        _sign(descriptor, holder)
        _held.add(self)

    def release(self) -> None:
        """Let it go; a second release does nothing."""
        self._close()

    def __repr__(self) -> str:
        state = "held" if self._close.alive else "free"
        return f"FileLock({str(self.path)!r}, {state})"


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError(f"cannot open the lock file {path}: {error.strerror}") from error


def _holder(descriptor: int) -> str:
    """Who signed; one that has not done so yet is only "another"."""
    return os.pread(descriptor, 500, 0).decode(errors="replace").strip() or "another process"


def _sign(descriptor: int, holder: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{holder}, process {os.getpid()}\n".encode(), 0)


_held: "weakref.WeakSet[FileLock]" = weakref.WeakSet()


def _after_fork() -> None:
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_after_fork)
