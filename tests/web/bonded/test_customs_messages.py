"""The board of customs messages: lists by their address, one message with its words, and what is done about it."""

from __future__ import annotations

from datetime import datetime

import pytest

from bonded.actions.lane_settlements import apply_customs_messages
from bonded.actions.outgoing_customs_messages import claim_outgoing, record_failure
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import IncomingCustomsMessage, OutgoingCustomsMessage
from bonded.rules.permissions import SYSTEM
from bonded.rules.retries import MOST_ATTEMPTS
from tests.cast import Cast
from tests.situations.customs import a_declared_withdrawal, apply_all, message, store
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in, words_of

pytestmark = pytest.mark.django_db


def a_parked_message(cast: Cast, at: datetime, raw: bytes = b"no message") -> IncomingCustomsMessage:
    """What an office sent is no message that anybody can read."""
    stored = store(raw, at=at, message_id="strange-1")
    apply_all(at)
    return IncomingCustomsMessage.objects.get(pk=stored.id)


def a_dead_message(cast: Cast, at: datetime) -> OutgoingCustomsMessage:
    """What was to be sent was tried too often."""
    a_declared_withdrawal(cast, at)
    OutgoingCustomsMessage.objects.update(attempts=MOST_ATTEMPTS - 1)
    (claimed,) = claim_outgoing(limit=1, actor=SYSTEM, at=at)
    record_failure(
        message_id=claimed.id, attempt=claimed.attempt, reason="no answer", is_overloaded=False, jitter=0.0,
        actor=SYSTEM, at=at,
    )  # fmt: skip
    return OutgoingCustomsMessage.objects.get()


def test_customs_messages__lists_what_the_address_asks_for(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    store(message(declaration, 3, "J", at=at), at=at)
    apply_customs_messages(read=read_stored_message, limit=100, actor=SYSTEM, at=at)
    apply_all(at)
    parked = a_parked_message(cast, at)
    client, number = signed_in("olga"), declaration.number

    assert f"/customs/messages/in/{parked.pk}" in said(client, "/customs/messages?show=parked")
    assert number not in said(client, "/customs/messages?show=parked")
    assert f"{number}-3" in said(client, "/customs/messages?show=waiting")
    assert "strange-1" not in said(client, "/customs/messages?show=waiting")
    assert f"{number}-1" in said(client, "/customs/messages?show=applied")
    everything = said(client, "/customs/messages")
    assert "strange-1" in everything
    assert f"{number}-3" in everything
    assert f"{number}-1<" not in everything
    assert "/customs/messages/out/" in said(client, "/customs/messages?show=unsent")
    assert "No such message" in said(client, "/customs/messages?show=dead")
    assert "No such message" in said(client, "/customs/messages?show=parked&office=CNSW")
    assert "strange-1" not in said(client, "/customs/messages?limit=1")
    for wrong in ("show=x", "office=x", "cursor=x", "limit=0"):
        assert client.get(f"/customs/messages?{wrong}").status_code == 400


def test_customs_messages__are_for_officers_and_overseers(cast: Cast, at: datetime) -> None:
    parked = a_parked_message(cast, at)
    dead = a_dead_message(cast, at)
    pages = ("", f"/in/{parked.pk}", f"/out/{dead.pk}")
    nowhere = ("/in/999999", "/out/999999", f"/in/{10**30}", f"/out/{10**30}")

    def answers(username: str, paths: tuple[str, ...]) -> set[int]:
        client = signed_in(username)
        return {client.get(f"/customs/messages{path}").status_code for path in paths}

    readers, others = ("olga", "ada", "audrey"), ("alice", "charlie", "sven", "victor")
    assert [answers(name, pages) for name in readers] == [{200}] * len(readers)
    assert [answers(name, pages) for name in others] == [{403}] * len(others)
    assert answers("olga", nowhere) == {404}


def test_incoming_message__shows_its_bytes_as_words(cast: Cast, at: datetime) -> None:
    parked = a_parked_message(cast, at, NAUGHTY.encode() + b"\0\xff" + b"x" * 30_000)
    client = signed_in("olga")

    page = said(client, f"/customs/messages/in/{parked.pk}")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "Only its beginning is shown" in page
    assert "\0" not in page
    assert bytes(parked.sha256).hex() in page
    file = client.get(f"/customs/messages/in/{parked.pk}?format=file")
    assert file.content == bytes(parked.raw)
    assert (file["Content-Type"], file["Content-Disposition"][:11]) == ("application/octet-stream", "attachment;")


def test_incoming_message__shows_what_it_says(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    stored = store(message(declaration, 1, "L", at=at, facts={"note": "lane green"}), at=at)
    apply_all(at)

    page = said(signed_in("ada"), f"/customs/messages/in/{stored.id}")

    assert f"/declarations/{declaration.number}" in page
    assert "530100000000000001" in page
    assert "lane green" in page
    assert "/deal-with" not in page
    assert "/reread" not in page


def test_deal_with__settles_a_parked_message_once(cast: Cast, at: datetime) -> None:
    parked = a_parked_message(cast, at)
    address = f"/customs/messages/in/{parked.pk}"
    officer = signed_in("olga")
    key = key_of(said(officer, address))

    for wrong in ("", "x" * 481, "a\0b"):
        refused = officer.post(f"{address}/deal-with", {"reason": wrong})
        assert refused.status_code == 400
    for username in ("alice", "sven", "victor", "audrey"):
        assert signed_in(username).post(f"{address}/deal-with", {"reason": "x"}).status_code == 403
    parked.refresh_from_db()
    assert parked.state == "parked"
    for _ in range(2):
        form = {"reason": f"Asked by telephone. {NAUGHTY}", "key": key}
        assert officer.post(f"{address}/deal-with", form).status_code == 303
    page = said(officer, address)
    assert "Asked by telephone." in page
    assert "<script>alert" not in page
    assert "/deal-with" not in page
    again = officer.post(f"{address}/deal-with", {"reason": "once more"})
    assert again.status_code == 409
    assert "Nobody has to decide about this message." in words_of(again)
    parked.refresh_from_db()
    assert parked.state == "dealt_with"


def test_reread__is_the_administrators(cast: Cast, at: datetime) -> None:
    parked = a_parked_message(cast, at)
    address = f"/customs/messages/in/{parked.pk}"

    assert "/reread" not in said(signed_in("olga"), address)
    assert signed_in("olga").post(f"{address}/reread", {"reason": "x"}).status_code == 403
    parked.refresh_from_db()
    assert parked.state == "parked"
    key = key_of(said(signed_in("ada"), address))
    assert signed_in("ada").post(f"{address}/reread", {"reason": "code added", "key": key}).status_code == 303
    parked.refresh_from_db()
    assert (parked.state, parked.cause) == ("stored", None)


def test_rearm__sends_what_was_given_up_again(cast: Cast, at: datetime) -> None:
    dead = a_dead_message(cast, at)
    address = f"/customs/messages/out/{dead.pk}"
    page = said(signed_in("ada"), address)

    assert "no answer" in page
    assert "/rearm" not in said(signed_in("olga"), address)
    assert signed_in("olga").post(f"{address}/rearm").status_code == 403
    form = {"key": key_of(page)}
    assert [signed_in("ada").post(f"{address}/rearm", form).status_code for _ in range(2)] == [303, 303]
    assert signed_in("ada").post(f"{address}/rearm").status_code == 409
    dead.refresh_from_db()
    assert dead.state == "waiting"
