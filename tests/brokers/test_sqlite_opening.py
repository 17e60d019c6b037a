"""A file is opened only when it is a log of ours; else the message says what would be right."""

import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from streamal.brokers.sqlite import SqliteBroker
from streamal.core.log import TopicSpec
from streamal.errors import BrokerError, ConfigError, LockedOut, UsageError
from tests.brokers.child import Spawn, line
from tests.contracts.site import PATIENCE


def test_a_path_in_no_folder_is_refused(tmp_path: Path) -> None:
    """The message names the folder that is not there."""
    with pytest.raises(UsageError, match=r"missing of log\.db is not there; make it first"):
        SqliteBroker(tmp_path / "missing" / "log.db")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """The message names a file that would do."""
    with pytest.raises(
        UsageError, match=r"is a folder; name a file in it, such as .*/streamal\.db"
    ):
        SqliteBroker(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """It is named, and left as it was."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    with pytest.raises(ConfigError, match=r"notes\.txt is not a SQLite database"):
        SqliteBroker(path)
    assert path.read_text() == "not a database\n" * 100


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """It is named, and left byte for byte as it was."""
    path = tmp_path / "other.db"
    _execute(path, "CREATE TABLE songs (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"other\.db is a database of another program"):
        SqliteBroker(path)
    assert path.read_bytes() == before


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    """The message names both schema versions."""
    path = tmp_path / "log.db"
    SqliteBroker(path).close()
    _execute(path, "PRAGMA user_version = 99")
    with pytest.raises(ConfigError, match="schema 99, this release knows 1"):
        SqliteBroker(path)


def test_an_empty_file_is_a_new_log(tmp_path: Path) -> None:
    """A file of no bytes, as `touch` makes it, may be used."""
    path = tmp_path / "log.db"
    path.touch()
    broker = SqliteBroker(path)
    assert broker.create([TopicSpec("in")]) == ["in"]
    broker.close()


def test_a_log_is_opened_again(tmp_path: Path) -> None:
    """A second open finds what the first created, by whatever name of the same file."""
    (tmp_path / "folder").mkdir()
    broker = SqliteBroker(tmp_path / "log.db")
    broker.create([TopicSpec("in", 2)])
    broker.close()
    again = SqliteBroker(str(tmp_path / "folder" / ".." / "log.db"))
    assert again.partitions() == {"in": 2}
    again.close()


def test_a_link_is_the_file_it_leads_to(tmp_path: Path) -> None:
    """Two names of one file share its groups' locks."""
    (tmp_path / "link.db").symlink_to(tmp_path / "log.db")
    one, two = (SqliteBroker(tmp_path / name) for name in ("log.db", "link.db"))
    one.create([TopicSpec("in")])
    consumer = one.subscribe("group", "in", "first")
    with pytest.raises(LockedOut, match="held by first"):
        two.subscribe("group", "in", "second")
    for given in (consumer, one, two):
        given.close()


def test_a_new_file_that_is_busy_is_waited_for(tmp_path: Path) -> None:
    """While another process is about to make the same new file, opening it takes its turn."""
    path = tmp_path / "log.db"
    with ThreadPoolExecutor() as pool, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = pool.submit(lambda: SqliteBroker(path).close())
        with pytest.raises(TimeoutError):
            opening.result(0.1)
        other.rollback()
        opening.result(PATIENCE)


def test_a_topic_needs_a_partition(tmp_path: Path) -> None:
    """The message names the topic; nothing of the call is created."""
    broker = SqliteBroker(tmp_path / "log.db")
    with pytest.raises(UsageError, match="'bad' needs at least 1 partition"):
        broker.create([TopicSpec("good"), TopicSpec("bad", 0)])
    assert broker.partitions() == {}
    broker.close()


def test_a_file_that_may_only_be_read_has_no_writer(spawn: Spawn) -> None:
    """The message names the file and the right that is missing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        SqliteBroker(path).close()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        said = line(spawn("read_only", path))
        Path(folder).chmod(0o755)
    assert said.startswith("ConfigError: ")
    assert "log.db" in said


def test_a_closed_broker_says_so(tmp_path: Path) -> None:
    """Used after its close, a broker raises an error that nobody retries."""
    broker = SqliteBroker(tmp_path / "log.db")
    broker.close()
    with pytest.raises(BrokerError, match="closed") as failure:
        broker.partitions()
    assert not failure.value.retriable


def test_a_damaged_file_is_not_retried(tmp_path: Path) -> None:
    """Reading a file whose pages were overwritten raises an error that nobody retries."""
    path = tmp_path / "log.db"
    broker = SqliteBroker(path)
    broker.create([TopicSpec("in")])
    broker.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    damaged = SqliteBroker(path)
    with pytest.raises(BrokerError, match="restore the file from a copy") as failure:
        damaged.partitions()
    assert not failure.value.retriable
    damaged.close()


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
