"""The connection: the one file that knows sqlite3, its pragmas and its errors."""

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from streamal.brokers.sqlite.schema import APPLICATION, SCHEMA, VERSION
from streamal.errors import (
    BrokerError,
    BrokerUnavailable,
    CommitFailed,
    ConfigError,
    StreamalError,
    UsageError,
)

BUSY_SECONDS = 10.0
"""How long to wait for the transactions of other processes; each takes milliseconds."""

SqlError = sqlite3.Error
LASTING = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
"""Errors of ours: a closed broker, another thread, a value above SQLite's limit."""

Cell = str | bytes | int | None


class Database:
    """An open log.

    Parameters
    ----------
    path
        The file, made when it is not there.

    Raises
    ------
    UsageError
        Its folder is not there, or the path is a folder.
    ConfigError
        The file is not a log of this program, is of a newer one, or may not be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(_place(Path(path)))
        try:
            # isolation_level None: Python begins no transaction behind our back.
            self._connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256
            )
        except sqlite3.Error as error:
            raise ConfigError(f"cannot open {self.path}: {error}") from error
        self.run = self._connection.execute
        self.run_many = self._connection.executemany
        self.commits = Transaction(self, CommitFailed)
        self.changes = Transaction(self, BrokerUnavailable)
        self._prepare()

    def rows(self, sql: str, values: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query and leave no cursor open.

        Raises
        ------
        BrokerUnavailable
            SQLite could not answer, for now.
        """
        try:
            return self.run(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self.failure(error, BrokerUnavailable) from error

    def number(self, sql: str, values: Sequence[Cell] = ()) -> int | None:
        """Return the one number that a query gives, None for NULL."""
        value = self.rows(sql, values)[0][0]
        return None if value is None else int(value)

    def failure(self, error: Exception, otherwise: type[BrokerError]) -> StreamalError:
        """Say what SQLite said as an error of ours: `otherwise` when it may pass."""
        name = _name(error)
        message = f"{self.path}: {error} ({name})"
        if isinstance(error, LASTING):
            return BrokerError(message)
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return BrokerError(f"{message}: restore the file from a copy")
        if name.startswith("SQLITE_READONLY") and otherwise is not CommitFailed:
            return ConfigError(f"{message}: this user needs the right to write it")
        return otherwise(message)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on this connection."""
        return self._connection.in_transaction

    def close(self) -> None:
        """Close it; a second close does nothing."""
        self._connection.close()

    def _prepare(self) -> None:
        try:
            self._check_identity()
            self._configure()
        except sqlite3.Error as error:
            self.close()
            raise self._refusal(error) from error
        except BaseException:
            self.close()
            raise

    def _refusal(self, error: sqlite3.Error) -> StreamalError:
        if _name(error) == "SQLITE_NOTADB":
            return ConfigError(f"{self.path} is not a SQLite database; name another file")
        if _name(error).startswith("SQLITE_CANTOPEN"):
            return ConfigError(f"{self.path} or a file beside it cannot be opened: {error}")
        return self.failure(error, BrokerUnavailable)

    def _check_identity(self) -> None:
        """Refuse a foreign file before the first change to it."""
        application, version, tables = self._identity()
        if (application, tables) == (0, 0):
            return
        if application != APPLICATION:
            raise ConfigError(
                f"{self.path} is a database of another program; name another file, "
                "or one that is not there yet"
            )
        if version > VERSION:
            raise ConfigError(
                f"{self.path} was written by a newer release (schema {version}, this release "
                f"knows {VERSION}); use that release, or name another file"
            )

    def _identity(self) -> tuple[int, int, int]:
        query = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
        tables = "pragma_application_id, pragma_user_version"
        application, version, count = self.run(f"{query} FROM {tables}").fetchone()
        return application, version, count

    def _configure(self) -> None:
        self.run("PRAGMA cache_size = -32000")
        # FULL: in WAL mode, a committed transaction then outlives a loss of power too.
        self.run("PRAGMA synchronous = FULL")
        self._log_ahead()
        if self._identity()[0] == 0:
            self._create()

    def _log_ahead(self) -> None:
        """Switch to WAL: readers and the one writer at a time do not wait for each other."""
        give_up = time.monotonic() + BUSY_SECONDS
        while not self._switched(give_up):
            time.sleep(0.005)

    def _switched(self, give_up: float) -> bool:
        """Try once: while others open the same new file, SQLite is busy without waiting."""
        try:
            self.run("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if _name(error) == "SQLITE_BUSY" and time.monotonic() < give_up:
                return False
            raise
        return True

    def _create(self) -> None:
        with self.changes:
            if self._identity()[0] == 0:
                for statement in SCHEMA:
                    self.run(statement)


class Transaction:
    """``with`` it: what happens inside is committed together or not at all.

    It takes the write lock at once: a transaction that begins by reading and then
    writes fails as "locked" whatever the timeout (https://www.sqlite.org/isolation.html).
    SQLite's errors inside come out as `otherwise`.
    """

    def __init__(self, database: Database, otherwise: type[BrokerError]) -> None:
        self._database = database
        self._run = database.run
        self._otherwise = otherwise

    def __enter__(self) -> None:
        try:
            if self._database.in_transaction:  # an interrupt cut the last one short
                self._run("ROLLBACK")
            self._run("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._database.failure(error, self._otherwise) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._run("COMMIT")
                return
        except sqlite3.Error as refused:
            error = refused
        self._undo()
        if isinstance(error, sqlite3.Error):
            raise self._database.failure(error, self._otherwise) from error

    def _undo(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._database.in_transaction:
                self._run("ROLLBACK")


def _name(error: Exception) -> str:
    """SQLite's own name of an error; Python's where it does not come from SQLite."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))


def _place(path: Path) -> Path:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it, such as {path / 'streamal.db'}")
    if not path.parent.is_dir():
        raise UsageError(f"the folder {path.parent} of {path.name} is not there; make it first")
    return path.resolve()
