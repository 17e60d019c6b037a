"""Logs: one JSON object a line, on stderr."""

import logging
from typing import TextIO, cast

from streamal.cli.streams import Log

CLIENTS = "kafka"
"""The logger of the clients of a broker; they say what they try and why it fails."""

SERVERS = {"uvicorn": logging.ERROR, "asyncio": logging.CRITICAL}
"""The loggers of the pages' server, and from where they matter: clients can make them talk."""


class _Forward(logging.Handler):
    """Sends a library's log records the way of our own."""

    def emit(self, record: logging.LogRecord) -> None:
        import structlog

        log = structlog.get_logger("streamal")
        log.warning("client", logger=record.name, message=" ".join(record.getMessage().split()))


def configure() -> None:
    """Send structlog to stderr as JSON lines, and what the clients of a broker say with it."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Log())),
    )
    for name, level in {CLIENTS: logging.ERROR, **SERVERS}.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Forward(level)], False


def hush() -> None:
    """Let the clients of a broker say nothing: a command tells its errors itself."""
    for name in (CLIENTS, *SERVERS):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
