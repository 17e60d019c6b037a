"""Bytes of a file as lines: plain or gzipped, from a path or from standard input."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from streamal.errors import UsageError

LIMIT = 16 * 1024 * 1024
"""The longest line and the longest cell; what is longer cannot be read."""

GZIP = b"\x1f\x8b"
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
BREAKS = (OSError, EOFError, zlib.error)
"""What reading a file raises when it is away, cut off or damaged."""

Stream = io.BufferedReader
Item = TypeVar("Item")


@contextmanager
def opened(path: str) -> Iterator[Stream]:
    """Open a file for the bytes that are in it, as `entered` does, and close it afterwards."""
    with ExitStack() as stack:
        yield entered(path, file(path, stack), stack)


def file(path: str, stack: ExitStack) -> Stream:
    """Open a file for its bytes; the stack closes it. Raises `UsageError`."""
    try:
        return stack.enter_context(Path(path).open("rb"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}") from None


def entered(name: str, stream: Stream, stack: ExitStack) -> Stream:
    """Return a stream of what is in another one: unpacked, after the byte order mark.

    Raises
    ------
    UsageError
        It cannot be read, it is empty, or it is UTF-16.
    """
    try:
        stream = _unpacked(stream, stack)
        start = stream.peek(3)[:3]
        if start == UTF_8_MARK:
            stream.read(3)
        is_empty = not first(stream)
    except BREAKS as error:
        raise UsageError(f"{name}: cannot be read: {reason(error)}") from None
    if start[:2] in UTF_16_MARKS:
        raise UsageError(f"{name}: is UTF-16; save it as UTF-8")
    if is_empty:
        raise UsageError(f"{name}: is empty")
    return stream


def buffered(stream: BinaryIO | io.RawIOBase) -> Stream:
    """Return a stream that can be looked into, such as standard input is already."""
    if isinstance(stream, Stream):
        return stream
    return Stream(cast("io.BytesIO", stream), buffer_size=1 << 17)


def first(stream: Stream) -> bytes:
    """Return the first byte that is no blank, without reading on; none in an empty file."""
    while (seen := stream.peek(1)) and not seen.strip():
        stream.read(len(seen))
    return seen.lstrip()[:1]


def _unpacked(stream: Stream, stack: ExitStack) -> Stream:
    """Read through gzip where the first bytes say so, whatever the name says."""
    if stream.peek(2)[:2] != GZIP:
        return stream
    unpacked = stack.enter_context(gzip.GzipFile(fileobj=stream))
    return stack.enter_context(buffered(_Piecewise(unpacked)))


class _Piecewise(io.RawIOBase):
    """Gives what is unpacked piece by piece, so that a break loses nothing before it."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._packed.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def reason(error: Exception) -> str:
    """Return what went wrong, without the number that Python puts before it."""
    return getattr(error, "strerror", None) or str(error)


def lines(stream: Stream) -> Iterator[bytes]:
    """Yield lines with their ends; of one above the limit only the beginning."""
    for line in iter(partial(stream.readline, LIMIT), b""):
        yield line
        if len(line) >= LIMIT and not line.endswith(b"\n"):
            _drain(stream)


def _drain(stream: Stream) -> None:
    """Read on to the end of a line that is too long to be kept."""
    while (rest := stream.readline(LIMIT)) and not rest.endswith(b"\n"):
        pass


def bare(line: bytes) -> bytes:
    """Return a line without its end."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


def once(name: str, items: Iterator[Item], stack: ExitStack) -> Callable[[], Iterator[Item]]:
    """Return what gives items out for a single reading, and closes the stack after it.

    A second reading raises `UsageError`: the half of a stream is no table.
    """
    left = [items]

    def give() -> Iterator[Item]:
        if not left:
            raise UsageError(f"{name}: can be read only once")
        return _closing(left.pop(), stack)

    return give


def _closing(items: Iterator[Item], stack: ExitStack) -> Iterator[Item]:
    with stack:
        yield from items


def whole(name: str, rows: Iterator[Item]) -> Iterator[Item]:
    """Yield rows; a file that breaks off raises `UsageError` with the last row that came."""
    number = -1
    try:
        for number, row in enumerate(rows):  # noqa: B007 - for the error
            yield row
    except BREAKS as error:
        told = f"cut off or damaged after row {number}" if number >= 0 else "cannot be read"
        raise UsageError(f"{name}: {told}: {reason(error)}") from None
