"""Calendar files, read by a library of Python and by one of JavaScript that knows nothing of the other."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer

LIBRARY = Path(__file__).resolve().parents[1] / "samples" / "ical_js" / "ical.es5.min.js"
READ = """
    function read(text) {
        const calendar = new ICAL.Component(ICAL.parse(text));
        return {
            method: calendar.getFirstPropertyValue("method"),
            events: calendar.getAllSubcomponents("vevent").map(component => {
                const event = new ICAL.Event(component);
                return {
                    uid: event.uid, sequence: event.sequence, summary: event.summary, place: event.location,
                    status: component.getFirstPropertyValue("status"),
                    starts_at: event.startDate.toJSDate().toISOString(), zone: event.startDate.zone.tzid,
                    ends_at: event.endDate.toJSDate().toISOString(),
                    organizer: event.organizer, attendees: event.attendees.map(one => one.getFirstValue()),
                };
            }),
        };
    }
"""


@cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(LIBRARY.read_text())
    engine.eval(READ)
    return engine


def read_by_ical_js(content: bytes) -> Any:
    """Give a calendar file as ical.js, the parser of Mozilla's calendar, understands it."""
    return json.loads(str(_engine().eval(f"JSON.stringify(read({json.dumps(content.decode())}))")))
