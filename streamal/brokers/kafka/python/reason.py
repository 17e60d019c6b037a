"""Why a connection does not come about: what the client logs, and its error does not say."""

import logging
from types import TracebackType
from typing import Self

from kafka.errors import KafkaTimeoutError, RequestTimedOutError

_LOGGER = logging.getLogger("kafka.net.manager")
_LATE = (KafkaTimeoutError, RequestTimedOutError)


class LastReason(logging.Handler):
    """``with`` it: hears why connections fail, and keeps the last reason.

    A client that cannot connect raises "Unable to bootstrap", be it for a wrong password, a
    strange certificate or a closed port; 3.0 tells which to its log alone.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._text = ""

    def __enter__(self) -> Self:
        _LOGGER.addHandler(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _LOGGER.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what a record's error says, not the error, which holds sockets."""
        for part in record.args or ():
            if isinstance(part, BaseException) and not isinstance(part, _LATE):
                self._text = str(part)

    def told(self, error: BaseException) -> str:
        """Return the reason, or the error itself where none was heard."""
        return " ".join((self._text or str(error)).split())
