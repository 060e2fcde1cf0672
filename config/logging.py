"""Structured logs: one JSON object a line, or coloured lines for a person at a terminal."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# Whoever knows such an address reads a calendar; a log would tell it to many.
_SECRET_ADDRESS = re.compile(r"(calendar-feeds/)[^/\s]+(\.ics)")


def hide_secret_addresses(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out of a line what would let its reader in somewhere."""
    return {
        key: _SECRET_ADDRESS.sub(r"\1...\2", value) if isinstance(value, str) else value for key, value in event.items()
    }


def logging_settings(log_format: str, level: str) -> dict[str, Any]:
    """Give Django's LOGGING for `json` or `console`, and set structlog up to use it."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # The development renderer prints local variables of a traceback, secrets among them: only on request.
    renderer = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if log_format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    hide_secret_addresses,
                    renderer,
                ],
                "foreign_pre_chain": _SHARED,
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "httpx": {"level": "WARNING"},
        },
    }
