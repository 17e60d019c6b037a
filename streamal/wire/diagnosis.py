"""What is wrong with bytes that are no sample: a reason to count and a message to read."""

import re
from json import JSONDecodeError, dumps, loads
from math import isfinite

import msgspec

from streamal.errors import Poison

MAX_BYTES = 128 * 1024
"""A larger sample is a dead letter: it would not fit beside others in one batch."""

MAX_DEPTH = 64
"""How deep a payload may be nested: it travels inside other records, and every decoder
on its way has a limit of its own."""

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
"""What decoders raise."""

_TOO_DEEP = "nested too deep; features are a flat object"
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def checked_value(value: bytes | None) -> bytes:
    """Return a value that may be a sample; raises `Poison` for one too large or missing."""
    if value is None:
        raise Poison("null_value", "the record has no value; a JSON object was expected")
    if len(value) > MAX_BYTES:
        raise Poison(
            "too_large", f"the value has {len(value)} bytes; a sample has at most {MAX_BYTES}"
        )
    return value


def checked_payload(payload: msgspec.Raw) -> msgspec.Raw | None:
    """Return a payload that every reader can decode, None for null.

    What a decoder passes on raw it only skips: bytes that are not UTF-8, too. Raises one
    of `BROKEN`, or `Poison` where it is nested too deep or has too large a number.
    """
    text = bytes(payload)
    if text == b"null":
        return None
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise Poison("too_deep", f"the payload is nested deeper than {MAX_DEPTH} levels")
    try:
        msgspec.json.decode(text)
    except msgspec.ValidationError:
        raise Poison("not_finite", "the payload holds a number that no double can hold") from None
    return payload.copy()


def _depth(text: bytes) -> int:
    deepest = depth = 0
    for token in _BRACKETS.findall(text):
        depth += (token in b"[{") - (token in b"]}")
        deepest = max(deepest, depth)
    return deepest


def misplaced_id(name: str) -> Poison:
    """Return what is wrong with an id of another type."""
    return Poison("wrong_type", f"field {name!r} must be an id: a string, a number or null")


def diagnosed(value: bytes, error: Exception) -> Poison:
    """Return a Poison that names what is wrong with bytes that did not decode."""
    try:
        return _misfit(loads(value.decode(), parse_int=float), error)
    except UnicodeDecodeError as bad:
        return Poison("invalid_utf8", f"byte {bad.start} is not UTF-8; JSON is UTF-8")
    except JSONDecodeError as bad:
        return Poison("invalid_json", f"not JSON: {bad}")
    except RecursionError:
        return Poison("too_deep", _TOO_DEEP)


def _misfit(found: object, error: Exception) -> Poison:
    """Return a Poison for JSON, or nearly JSON, that is no sample."""
    if isinstance(error, RecursionError):
        return Poison("too_deep", _TOO_DEEP)
    if _is_torn(found):
        return Poison("invalid_utf8", "a string holds half of a surrogate pair, which is no text")
    if not isinstance(found, dict):
        return Poison("wrong_type", f"a sample must be a JSON object: {error}")
    features = found.get("features", found)
    if not isinstance(features, dict):
        return Poison("wrong_type", "features must be an object of names and values, without lists")
    return _misfit_feature(features) or Poison("wrong_type", str(error))


def _is_torn(found: object) -> bool:
    try:
        dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _misfit_feature(features: dict[str, object]) -> Poison | None:
    for name, value in features.items():
        if isinstance(value, list | dict):
            return Poison("wrong_type", f"feature {name!r} is nested; features are flat")
        if isinstance(value, float) and not isfinite(value):
            return Poison("not_finite", f"feature {name!r} is {value}; numbers must be finite")
    return None
