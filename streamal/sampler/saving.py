"""A sampler on its way to a text, to a file, and back."""

from os import PathLike
from pathlib import Path

from streamal import __version__
from streamal.errors import ConfigMismatch, UsageError
from streamal.runtime.replica import Replica, differing
from streamal.sampler.clock import Clock
from streamal.sampler.configuration import saved
from streamal.sampler.parts import Parts
from streamal.sampler.text import excerpt
from streamal.wire.saved import Saved, decode_saved

BYTE_ORDER = "\ufeff"
"""What editors on Windows write before a text."""


def snapshot(parts: Parts) -> Saved:
    """Return all that a sampler is made of and remembers."""
    desk = parts.desk
    return Saved(
        version=__version__,
        settings=saved(parts.settings),
        learner=parts.learner,
        clock=parts.clock,
        counters=desk.counters(),
        partition=desk.partition(),
        ledger=desk.arbiter.state,
        requests=desk.requests(),
        updates=desk.updates,
    )


def read(given: str | PathLike[str]) -> Saved:
    """Return what a text or a file holds, with or without a mark of its byte order.

    Raises
    ------
    UsageError
        The file cannot be read, or it is no saved sampler.
    """
    if not isinstance(given, str | PathLike):
        raise UsageError(
            f"a saved sampler is what save() returned, or the path of a file; not a "
            f"{type(given).__name__}"
        )
    if isinstance(given, str) and (text := _unmarked(given))[:1] == "{":
        return decode_saved(text)
    file, name = _file(given)
    try:
        return decode_saved(_unmarked(file.read_text(encoding="utf-8")), name)
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: is no saved sampler: byte {error.start} is not UTF-8") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{name}: cannot be read: {_why(error)}") from None


def write(path: str | PathLike[str], text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    file, name = _file(path)
    try:
        beside = file.with_name(f"{file.name}.part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except (OSError, ValueError) as error:
        raise UsageError(f"{name}: cannot be written: {_why(error)}") from None


def _file(given: str | PathLike[str]) -> tuple[Path, str]:
    """Return a path, and what a message calls it."""
    try:
        file = Path(given)
    except TypeError:
        kind = type(given).__name__
        raise UsageError(f"the path of a file is a string or a Path; not a {kind}") from None
    return file, excerpt(str(given))


def _unmarked(text: str) -> str:
    return text.lstrip().removeprefix(BYTE_ORDER).lstrip()


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeError):
        return "its name holds half of a surrogate pair"
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def check(replica: Replica, version: int) -> None:
    """Refuse a replay that is not what was saved.

    Raises
    ------
    ConfigMismatch
        The model is made of something else here; names each setting.
    UsageError
        Updates are missing.
    """
    recorded = replica.recorded
    if recorded is not None and not replica.is_recorded():
        differ = "; ".join(differing(recorded, replica.config)).replace("updates", "what was saved")
        raise ConfigMismatch(f"{differ}. A saved sampler needs the model that it was saved with")
    if replica.version != version:
        raise UsageError(
            f"saved sampler: is damaged: updates end at {replica.version}, the ledger at {version}"
        )


def given_model(saved: Saved, model: object) -> object:
    """Return the learner that a saved sampler is given again, None where its settings name it.

    Raises
    ------
    UsageError
        It needs one and there is none, or the other way round.
    """
    if saved.learner is not None and model is None:
        raise UsageError(
            f"this sampler was made with a {saved.learner}; hand one in again, untrained: "
            "Sampler.load(..., model=...)"
        )
    if saved.learner is None and model is not None:
        raise UsageError("the settings that were saved name the model; leave `model` out")
    return model


def given_clock(saved: Saved, clock: Clock | None) -> Clock:
    """Return the clock to go on by.

    Raises
    ------
    UsageError
        It was a function, and none is handed in.
    """
    if clock is not None:
        return clock
    if saved.clock == "own":
        raise UsageError(
            "this sampler has a clock of its own; hand it in: Sampler.load(..., clock=...)"
        )
    return "wall" if saved.clock == "wall" else "samples"
