"""Customs offices to talk to where the real ones can't be reached; their HTTP server is customs_office_server.

Each takes in what we send, once for each Idempotency-Key, and plans what it says to it as its
scenario tells. A sender brings that to the platform's `/api/v1/customs/messages`, signed, again and
again until it is stored; or it is kept until it is fetched.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from bonded.gateways.customs_message_writers import write_message
from bonded.gateways.customs_office import PATHS
from bonded.gateways.customs_office_changes import DeclarationFile
from bonded.gateways.customs_office_courses import course, pace_of
from bonded.gateways.customs_office_files import Delivery, OfficeFiles
from bonded.gateways.customs_office_scenarios import DeliveryMode, Fault, Scenario
from bonded.gateways.customs_office_words import code_of
from bonded.rules.customs_messages import CustomsMessage, OutgoingKind
from bonded.rules.customs_offices import HMRC, SIMULATOR, SINGLE_WINDOW, office_of

MOST_OFFERED = 1_000
LARGEST_CURSOR_DIGITS = 18
# As wide as the real ones, 18 characters: the customs district first, or the year and the country.
MRN_STARTS: Mapping[str, str] = {SIMULATOR: "5301", SINGLE_WINDOW: "5302", HMRC: "26GB"}
KINDS = {path: kind for kind, path in PATHS.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered; `hang_seconds` is how long the caller is left without, and then cut off."""

    status: HTTPStatus
    content: Mapping[str, Any]
    hang_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SimulatedOffice:
    """One office with its manner, its secrets and its part of the files; threads may share it.

    Its messages are signed with its own secret, our calls with ours. Times are in seconds since 1970.
    """

    code: str
    scenario: Scenario
    own_secret: str
    their_secret: str
    files: OfficeFiles
    seed: int

    def take(self, path: str, key: str, body: bytes, *, now: float) -> Answer:
        """Take one message in, or say why its content is refused; or fail, as the scenario tells."""
        try:
            document = json.loads(body)
            number, goods = str(document["number"]), document["goods"] if path == PATHS[OutgoingKind.LODGE] else "none"
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return _refusal(f"This is not a declaration: {error!r}."[:200])
        if not number or not goods:
            return _refusal("A declaration has a number and lists goods.")
        calls = self.scenario.http
        is_failing = calls.fault is not None and self.files.count_fault(self._scope(path, key), most=calls.calls)
        if is_failing and not calls.taken:
            return self._failure()
        mrn, is_new = self._taken(path, key, number, document, body, now)
        if is_failing:
            return self._failure()
        return Answer(HTTPStatus.CREATED if is_new else HTTPStatus.OK, {"mrn": mrn})

    def find(self, path: str, key: str) -> Answer:
        """Say what came under a key."""
        mrn = self.files.find(office=self.code, path=path, key=key)
        if mrn is None:
            return Answer(HTTPStatus.NOT_FOUND, {"reason": "Nothing came under it."})
        return Answer(HTTPStatus.OK, {"mrn": mrn})

    def offer(self, *, after: str, limit: str, now: float) -> Answer:
        """Give what is due behind a cursor, oldest first, and the cursor to go on from; nothing where it is sent."""
        if not all(one.isascii() and one.isdigit() and len(one) <= LARGEST_CURSOR_DIGITS for one in (after, limit)):
            return Answer(HTTPStatus.BAD_REQUEST, {"reason": "Send after and limit as whole numbers."})
        found: list[Delivery] = []
        if self.scenario.delivery is DeliveryMode.PULL:
            most = min(int(limit), MOST_OFFERED)
            found = self.files.offer(self.code, after=int(after), now=now, limit=most)
        messages = [_offered(one) for one in found]
        return Answer(HTTPStatus.OK, {"messages": messages, "next": messages[-1]["cursor"] if messages else after})

    def _taken(
        self, path: str, key: str, number: str, document: Mapping[str, Any], body: bytes, now: float
    ) -> tuple[str, bool]:
        def then(database: sqlite3.Connection, mrn: str) -> None:
            pace = pace_of(self.scenario, office=self.code)
            self._react(DeclarationFile(database, self.code, number, mrn, pace, now), KINDS[path], document)

        mrn = self._mrn(key)
        return self.files.take(office=self.code, path=path, key=key, number=number, mrn=mrn, body=body, then=then)

    def _react(self, declaration: DeclarationFile, kind: OutgoingKind, document: Mapping[str, Any]) -> None:
        if kind is OutgoingKind.LODGE:
            lines = course(
                self.scenario,
                office=self.code,
                number=declaration.number,
                mrn=declaration.mrn,
                procedure=document.get("procedure"),
                seed=self.seed,
                now=declaration.now,
            )
            declaration.plan(lines)
        elif kind is OutgoingKind.ANSWER:
            declaration.go_on()
        elif self.scenario.silence_after is None and kind is OutgoingKind.AMEND:
            declaration.amend()
        elif self.scenario.silence_after is None and kind is OutgoingKind.CANCEL:
            declaration.cancel()

    def _scope(self, path: str, key: str) -> str:
        return self.code if self.scenario.http.fault is Fault.OVERLOADED else f"{self.code} {path} {key}"

    def _failure(self) -> Answer:
        match self.scenario.http.fault:
            case Fault.OVERLOADED:
                return Answer(HTTPStatus.SERVICE_UNAVAILABLE, {"reason": "Too much is going on here."})
            case Fault.HANG:
                reason = {"reason": "Nobody listens any more."}
                return Answer(HTTPStatus.GATEWAY_TIMEOUT, reason, hang_seconds=self.scenario.http.seconds)
            case _:
                return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"reason": "Something broke here."})

    def _mrn(self, key: str) -> str:
        """Make a number from the key, so that an office whose files are lost gives no number twice."""
        digest = hashlib.sha256(f"{self.code} {key}".encode()).digest()
        return f"{MRN_STARTS[self.code]}{int.from_bytes(digest) % 10**14:014}"


def written(delivery: Delivery) -> tuple[bytes, str]:
    """Write a delivery's message as its office does; returns its bytes and their content type."""
    line = delivery.line
    code = code_of(delivery.office, line.word)
    assert code is not None, f"{delivery.office} plans only what it has a code for"
    message = CustomsMessage(
        message_id=line.message_id,
        office=delivery.office,
        declaration_number=delivery.number,
        mrn=delivery.mrn,
        sequence=line.sequence if office_of(delivery.office).is_numbered else None,
        issued_at=datetime.fromtimestamp(line.issued_at, UTC),
        code_list=code[0],
        status=code[1],
        facts=line.facts,
    )
    body, content_type = write_message(office=delivery.office, message=message)
    return body[: len(body) // 2] if line.is_corrupt else body, content_type


def _offered(delivery: Delivery) -> dict[str, str]:
    body, content_type = written(delivery)
    return {
        "cursor": str(delivery.cursor),
        "message_id": delivery.line.message_id,
        "content_type": content_type,
        "body": body.decode(errors="replace"),
    }


def _refusal(reason: str) -> Answer:
    return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"reason": reason})
