"""Tables from files that break off, and from streams: pipes and standard input."""

import io
import os
from pathlib import Path
from typing import cast

import pytest

from streamal.errors import UsageError
from streamal.lab.tables import open_table
from tests.lab.made import made, piped, raws, table


@pytest.mark.parametrize("lost", [1, 9, 400])
def test_a_gzip_that_is_cut_off_is_told_with_the_row(tmp_path: Path, lost: int) -> None:
    """Half a file is an error that names the last row that came, not a short table."""
    lines = "".join(f"{number},{number * 7919 % 1000}\n" for number in range(5000))
    path = Path(made(tmp_path, f"a,b\n{lines}", "cut.csv.gz"))
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(UsageError, match=rf"^{path}: cut off or damaged after row [0-9]+: "):
        table(str(path))
    with path.open("rb") as stdin:
        found = open_table("-", label_column=None, id_column=None, stdin=stdin)
        with pytest.raises(UsageError, match=r"^-: cut off or damaged after row [0-9]{4}: "):
            list(found)


def test_a_damaged_gzip_is_told(tmp_path: Path) -> None:
    """A checksum that is wrong is an error, and so is a start that is nothing but a mark."""
    path = Path(made(tmp_path, "a,b\n1,2\n", "bad.csv.gz"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-8] + b"\0" * 8)
    with pytest.raises(UsageError, match=r"cut off or damaged|cannot be read"):
        table(str(path))
    path.write_bytes(whole[:5])
    with pytest.raises(UsageError, match=rf"^{path}: cannot be read: "):
        table(str(path))


def test_a_table_can_be_read_again_and_a_stream_not(tmp_path: Path) -> None:
    """A file starts over each time; the half of a stream is never taken for a table."""
    found = table(made(tmp_path, "a,b\n1,2\n"))
    assert list(found) == list(found)
    stream = piped("a,b\n1,2\n")
    assert len(list(stream)) == 1
    with pytest.raises(UsageError, match="-: can be read only once"):
        list(stream)


def test_standard_input_is_typed_by_its_first_thousand_rows() -> None:
    """A later cell that does not fit costs its row; ids say where they are from."""
    head = "".join(f"{number}\n" for number in range(1000))
    found = piped(f"a\n{head}oops\ninf\nnan\n7\n")
    rows = list(found)
    assert found.columns == {"a": "number"}
    assert found.count() is None
    assert raws(rows) == [(1000, b"oops"), (1001, b"inf")]
    assert [row.features for row in rows[1002:]] == [{}, {"a": 7.0}]
    assert rows[1003].id == "stdin-1003"


class _Endless(io.RawIOBase):
    """Standard input that never ends."""

    def __init__(self, head: bytes, line: bytes) -> None:
        self._left = head
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._left = self._left or self._line
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


@pytest.mark.parametrize("head", [b"a,b\n", b""], ids=["csv", "jsonl"])
def test_rows_come_before_the_end(head: bytes) -> None:
    """A stream without an end gives its rows: nothing waits for all of them."""
    endless = _Endless(head, b"1,2\n" if head else b'{"b": 2}\n')
    stdin = cast("io.BytesIO", endless)
    found = open_table("-", label_column="b", id_column=None, stdin=stdin)
    rows = iter(found)
    assert [next(rows).label for _ in range(5000)] == ["2"] * 5000


def test_a_pipe_with_a_name_is_a_stream() -> None:
    """What a shell's <(…) gives can be read only once, so it is typed as standard input is."""
    out, into = os.pipe()
    os.write(into, b"a,b\n1,x\n")
    os.close(into)
    found = table(f"/dev/fd/{out}", "b")
    assert [(row.features, row.label) for row in found] == [({"a": 1.0}, "x")]
    os.close(out)
