"""Settings from the environment: ``STREAMAL_<SECTION>__<KEY>[__…]``.

Parts between double underscores are keys or indexes. Capitals stand for small letters,
and in `topics` an underscore for a dash; a part with small letters is taken as it is. A
variable that ends in ``_FILE`` names a file that holds the value, unless that is the
name of a key, such as ``ca_file``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path as File

from pydantic import SecretStr

from streamal.errors import ConfigError
from streamal.settings.layers import Assignment
from streamal.settings.shape import Path, Shape, root
from streamal.settings.yaml_text import parse

PREFIX = "STREAMAL_"
FILE = "_FILE"


def assignments(environ: Mapping[str, str]) -> tuple[list[Assignment], list[str]]:
    """Return what the environment sets, and what cannot be read of it.

    ``STREAMAL_…`` without a double underscore is somebody else's and left alone.
    """
    found: list[Assignment] = []
    unread: list[str] = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and "__" in name.removeprefix(PREFIX):
            try:
                found.append(_assignment(name, environ))
            except ConfigError as error:
                unread.append(str(error))
    return found, unread


def variable(path: Path) -> str:
    """Return the variable that sets a path.

    Examples
    --------
    >>> variable(("topics", "label-requests")), variable(("budget", 0, "count"))
    ('STREAMAL_TOPICS__LABEL_REQUESTS', 'STREAMAL_BUDGET__0__COUNT')
    """
    return PREFIX + "__".join(str(part).upper().replace("-", "_") for part in path)


def _assignment(name: str, environ: Mapping[str, str]) -> Assignment:
    text, key = environ[name], name if _is_key(name) else name.removesuffix(FILE)
    path, shape = _resolve(key.removeprefix(PREFIX).split("__"))
    if key != name:
        if key in environ:
            raise ConfigError(f"{name}: {key} is set too; keep one of them")
        if shape is not None:
            text = _read(name, text, "the file" if shape.is_secret else text)
    return Assignment(path, _value(text, shape), name)


def _is_key(name: str) -> bool:
    """Does a variable as it stands name a key of a section?"""
    *above, last = name.removeprefix(PREFIX).split("__")
    shape = _resolve(above)[1]
    return shape is not None and _key(last, shape) in shape.names()


def _read(name: str, path: str, called: str) -> str:
    """Return what a file holds; errors call it by a name: its path may be a misplaced secret."""
    try:
        text = File(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{name}: cannot read {called}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: {called} is not UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")


def _resolve(parts: list[str]) -> tuple[Path, Shape | None]:
    """Return the path that a variable's parts name, and what may stand there."""
    path: Path = ()
    shape: Shape | None = root()
    for part in parts:
        key = _key(part, shape)
        path = (*path, key)
        shape = shape.child(key) if shape else None
    return path, shape


def _key(part: str, shape: Shape | None) -> str | int:
    if shape and shape.is_list and part.isdecimal():
        return int(part)
    name = part.lower() if part.isupper() else part
    dashed = name.replace("_", "-")
    return dashed if shape and dashed in shape.names() else name


def _value(text: str, shape: Shape | None) -> object:
    """Text where only text can stand, else YAML; what is no YAML stays text."""
    if shape and shape.is_secret:
        return SecretStr(text)
    if shape and shape.is_text:
        return None if shape.takes_null and text in ("", "null") else text
    try:
        return parse(text, "")
    except ConfigError:
        return text


def options(overrides: Mapping[str, object]) -> Iterator[Assignment]:
    """Yield what dotted keys such as ``policy.kind`` or ``budget.0.rate`` set."""
    for name, value in overrides.items():
        yield Assignment(_resolve(name.split("."))[0], value, "command line")
