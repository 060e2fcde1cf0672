"""The board of customs messages: what an office sent or was sent, what became of it, and what is done about it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.outgoing_customs_messages import rearm_outgoing
from bonded.actions.parked_customs_messages import deal_with_customs_message, reread_customs_message
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.queries.custody import activities_of
from bonded.queries.message_board import incoming_board, incoming_message, outgoing_board, outgoing_message
from bonded.rules.customs_messages import CustomsMessage, MessageState
from bonded.rules.customs_offices import OFFICES
from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.message_board import VIEWS, Show, View
from bonded.rules.permissions import Act, Role, may
from bonded.rules.retries import DeliveryState
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.lists import listed
from bonded.web.reasons import reason_from

READERS = (Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
# A message may have 2 MB; the rest of a long one is in its file.
MOST_SHOWN = 20_000


def _rows(request: PageRequest, view: View) -> QuerySet[Any]:
    office = request.GET.get("office") or None
    if office and office not in OFFICES:
        raise InputInvalid("Choose from what the form offers.")
    if view.is_incoming:
        assert view.state is None or isinstance(view.state, MessageState)
        return incoming_board(state=view.state, office=office, actor=request.actor)
    assert view.state is None or isinstance(view.state, DeliveryState)
    return outgoing_board(state=view.state, office=office, actor=request.actor)


@console(*READERS)
def customs_messages(request: PageRequest) -> HttpResponse:
    """List messages that are not settled, or those that the address asks for."""
    try:
        show = Show(request.GET.get("show") or Show.UNSETTLED)
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None
    view = VIEWS[show]
    context = {
        "page": listed(request, _rows(request, view), "-id" if view.is_newest_first else "id"),
        "is_incoming": view.is_incoming,
        "incoming": [one.value for one, its in VIEWS.items() if its.is_incoming],
        "outgoing": [one.value for one, its in VIEWS.items() if not its.is_incoming],
        "offices": sorted(OFFICES),
    }
    return page(request, "bonded/officer/customs_messages.html", context)


def _told(message: IncomingCustomsMessage) -> CustomsMessage | None:
    """Read what a message says; None where it can't be read."""
    try:
        return read_stored_message(
            office=message.office,
            message_id=message.message_id,
            raw=bytes(message.raw),
            received_at=message.received_at,
        )
    except RuleViolation:
        return None


@console(*READERS)
def one_incoming(request: PageRequest, message_id: int) -> HttpResponse:
    """Show what an office sent, byte for byte and as it was understood, and what was done about it."""
    message = incoming_message(message_id, actor=request.actor)
    raw = bytes(message.raw)
    if request.GET.get("format") == "file":
        response = HttpResponse(raw, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="customs-message-{message.pk}.bin"'
        return response
    is_parked = message.state == MessageState.PARKED
    context = {
        "message": message,
        "told": _told(message),
        "words": raw[:MOST_SHOWN].decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}"),
        "size": len(raw),
        "is_cut": len(raw) > MOST_SHOWN,
        "digest": bytes(message.sha256).hex(),
        "history": activities_of("incomingcustomsmessage", str(message.pk)),
        "may_reread": may(request.actor, Act.REREAD_CUSTOMS_MESSAGE)
        and (is_parked or message.state == MessageState.SUPERSEDED),
        "may_deal": may(request.actor, Act.DEAL_WITH_CUSTOMS_MESSAGE) and is_parked,
    }
    return page(request, "bonded/officer/incoming_message.html", context)


@console(*READERS)
def one_outgoing(request: PageRequest, message_id: int) -> HttpResponse:
    """Show what an office was sent, how its sending went, and what was done about it."""
    message = outgoing_message(message_id, actor=request.actor)
    context = {
        "message": message,
        "words": message.body[:MOST_SHOWN],
        "is_cut": len(message.body) > MOST_SHOWN,
        "history": activities_of("outgoingcustomsmessage", str(message.pk)),
        "may_rearm": may(request.actor, Act.REARM_CUSTOMS_MESSAGE) and message.state == DeliveryState.DEAD,
    }
    return page(request, "bonded/officer/outgoing_message.html", context)


@acts(Role.ADMINISTRATOR, shows=one_incoming)
def reread(request: PageRequest, message_id: int) -> HttpResponse:
    """Have a message read again, once its cause is mended."""
    reread_customs_message(message_id=message_id, reason=reason_from(request.POST), actor=request.actor, at=request.at)
    return done(request, _("The message will be read again."), "incoming_message", message_id=message_id)


@acts(Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER, shows=one_incoming)
def deal_with(request: PageRequest, message_id: int) -> HttpResponse:
    """Mark a parked message as dealt with otherwise."""
    deal_with_customs_message(
        message_id=message_id, reason=reason_from(request.POST), actor=request.actor, at=request.at
    )
    return done(request, _("Dealt with; it never takes effect."), "incoming_message", message_id=message_id)


@acts(Role.ADMINISTRATOR, shows=one_outgoing)
def rearm(request: PageRequest, message_id: int) -> HttpResponse:
    """Let a message that was given up be sent again."""
    rearm_outgoing(message_id=message_id, actor=request.actor, at=request.at)
    return done(request, _("It is sent again, under the same key."), "outgoing_message", message_id=message_id)
