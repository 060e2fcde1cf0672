"""What no log may tell."""

from __future__ import annotations

from config.logging import hide_secret_addresses


def test_hide_secret_addresses__leaves_the_rest_of_the_line() -> None:
    line = {
        "request": "GET /api/v1/calendar-feeds/s3cret-_x.ics",
        "event": "Not Found: /api/v1/calendar-feeds/other.ics and so on",
        "code": 200,
    }
    assert hide_secret_addresses(None, "info", line) == {
        "request": "GET /api/v1/calendar-feeds/....ics",
        "event": "Not Found: /api/v1/calendar-feeds/....ics and so on",
        "code": 200,
    }
