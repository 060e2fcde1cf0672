"""What upper apps use of bonded's gateways; they enter this layer by its base."""

from bonded.gateways.calendars import feed as feed  # noqa: PLC0414 (said for mypy: it is handed on)
