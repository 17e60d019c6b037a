"""Strings whose hash is the same in every process."""

from zlib import crc32


class Unsalted(str):
    """A string that sets and dicts place alike whatever PYTHONHASHSEED is.

    river's nominal splitter walks a set of a category's values to find the best split;
    among equals, or nearly, the order decides, and every process must decide alike.

    >>> hash(Unsalted("red")), Unsalted("red") == "red"
    (4200685455, True)
    """

    __slots__ = ()

    def __hash__(self) -> int:
        return crc32(self.encode(errors="surrogatepass"))
