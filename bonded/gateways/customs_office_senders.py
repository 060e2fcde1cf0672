"""Sends what simulated customs offices have to say to the platform, again and again until it is stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx

from bonded.gateways.customs_office_files import Delivery, OfficeFiles
from bonded.gateways.customs_office_scenarios import DeliveryMode
from bonded.gateways.customs_office_simulator import SimulatedOffice, written
from bonded.rules.customs_offices import OFFICE_HEADER
from bonded.rules.signatures import signed_headers

SENDERS = 8
IDLE_SECONDS = 0.05
# Short, because one that hangs holds up the others that were taken up with it.
SEND_TIMEOUT_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 5.0
# These speak of the message; it will never be stored, however often it is sent.
FINAL_REFUSALS = frozenset({httpx.codes.CONFLICT, httpx.codes.REQUEST_ENTITY_TOO_LARGE})


class OfficeSender:
    """Sends for all offices whose scenario is to push."""

    def __init__(self, *, files: OfficeFiles, offices: Mapping[str, SimulatedOffice], messages_url: str) -> None:
        self._files = files
        self._offices = offices
        self._messages_url = messages_url
        self._pushing = [code for code, one in offices.items() if one.scenario.delivery is DeliveryMode.PUSH]

    def keep_sending(self, is_closing: threading.Event) -> None:
        """Send what is due until closed."""
        limits = httpx.Limits(max_connections=SENDERS)
        with (
            httpx.Client(timeout=SEND_TIMEOUT_SECONDS, limits=limits, trust_env=False) as http,
            ThreadPoolExecutor(SENDERS) as pool,
        ):
            while not is_closing.is_set():
                due = self._files.claim_due(self._pushing, now=time.time(), limit=SENDERS)
                if not due:
                    is_closing.wait(IDLE_SECONDS)
                    continue
                are_settled = list(pool.map(lambda one: self._is_settled(http, one), due))
                outcomes = list(zip(due, are_settled, strict=True))
                self._files.settle(
                    done=[one.id for one, is_settled in outcomes if is_settled],
                    again=[(_next_try(one), one.id) for one, is_settled in outcomes if not is_settled],
                )

    def _is_settled(self, http: httpx.Client, delivery: Delivery) -> bool:
        body, content_type = written(delivery)
        at, message_id = datetime.fromtimestamp(time.time(), UTC), delivery.line.message_id
        secret = self._offices[delivery.office].own_secret
        headers = signed_headers(secret=secret, message_id=message_id, body=body, at=at)
        headers |= {OFFICE_HEADER: delivery.office, "Content-Type": content_type}
        try:
            answer = http.post(self._messages_url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success or answer.status_code in FINAL_REFUSALS


def _next_try(delivery: Delivery) -> float:
    return time.time() + min(LONGEST_PAUSE_SECONDS, 0.1 * (1 << min(delivery.attempts, 9)))
