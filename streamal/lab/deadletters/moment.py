"""A moment as people write it: a date, a time, or how long ago."""

from datetime import UTC, datetime

from streamal.errors import UsageError
from streamal.settings.duration import Duration


def moment(text: str, now: int, name: str) -> int:
    """Return the milliseconds since the epoch that a text means; without a zone it is UTC.

    Parameters
    ----------
    now
        Milliseconds since the epoch, from where a duration is counted back.
    name
        Of the option, for the error.

    Raises
    ------
    UsageError
        It is neither; says what would be right.

    Examples
    --------
    >>> moment("1970-01-02", 0, "--since"), moment("1970-01-01T02:00:01+02:00", 0, "--since")
    (86400000, 1000)
    >>> moment("2h", 10_000_000, "--since")
    2800000
    """
    try:
        return now - Duration.parse(text).milliseconds
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
        return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{name} {text!r} is no moment: write a date or time such as 2026-11-21 or "
            "2026-11-21T20:13:00Z, or how long ago, such as 30m, 2h or 7d"
        ) from None
