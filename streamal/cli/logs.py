"""Logs: one JSON object a line, on stderr."""

import logging
from typing import TextIO, cast

from streamal.cli.streams import Log


def configure() -> None:
    """Send structlog to stderr as JSON lines."""
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
