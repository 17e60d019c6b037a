"""A dead letter as plain values, in short and whole."""

from base64 import b64encode
from typing import Any

import msgspec

from streamal.lab.deadletters.letter import Letter


def summary(letter: Letter) -> dict[str, Any]:
    """Return a dead letter as one line of a list."""
    told = {} if letter.said is None else msgspec.structs.asdict(letter.said)
    return {
        "place": letter.place,
        "time": letter.time,
        "replayed_at": letter.replayed_at,
        "stage": told.get("stage"),
        "reason": told.get("reason"),
        "original": letter.original,
        "message": told.get("message"),
    }


def whole(letter: Letter) -> dict[str, Any]:
    """Return all of a dead letter; bytes that are no text come as base64."""
    return {
        **summary(letter),
        "version": None if letter.said is None else letter.said.version,
        "key": _readable(letter.record.key),
        "headers": [[name, _readable(value)] for name, value in letter.own_headers],
        "value": _readable(letter.record.value),
    }


def _readable(value: bytes | None) -> str | dict[str, str] | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(value).decode()}
