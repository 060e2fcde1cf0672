"""What a person is told, to read and to put away, and how they want to hear."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.notices import mark_notice_read, set_notice_preference
from bonded.queries.notices import notices_for, preferences_by_kind
from bonded.rules.errors import InputInvalid
from bonded.rules.notices import Channel, Language, NoticeKind, Preference
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.find import found_by
from bonded.web.lists import listed
from bonded.web.times import time_from_text


@console()
def notices(request: PageRequest) -> HttpResponse:
    """List what the person is told, the unread first."""
    rows = listed(request, notices_for(request.actor, at=request.at), "-is_unread", "-due_at", "-id")
    return page(request, "bonded/everyone/notices.html", {"page": rows})


@acts(shows=notices)
def read_notice(request: PageRequest, notice_id: UUID) -> HttpResponse:
    """Put a notice away, and go to what it is about where the person may see it."""
    notice = mark_notice_read(notice_id=notice_id, actor=request.actor, at=request.at)
    about = found_by(request.actor, notice.subject_id)
    response = done(request, _("Put away."), "notices")
    if about and "go" in request.POST:
        response["Location"] = about[0].href
    return response


@console()
def preferences(request: PageRequest) -> HttpResponse:
    """Show how the person sees pages and hears of things."""
    context = {
        "kinds": preferences_by_kind(actor=request.actor),
        "channels": list(Channel),
        "languages": list(Language),
    }
    return page(request, "bonded/everyone/preferences.html", context)


@acts(shows=preferences)
def set_preference(request: PageRequest) -> HttpResponse:
    """Keep how the person wants to hear of one kind of thing."""
    typed = request.POST
    try:
        kind, channel = NoticeKind(typed.get("kind", "")), Channel(typed.get("channel", ""))
        language = Language(typed.get("language", ""))
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None
    preference = Preference(
        channel,
        language,
        time_from_text(typed.get("quiet_from", "")),
        time_from_text(typed.get("quiet_until", "")),
        typed.get("zone", "") or "Asia/Shanghai",
    )
    set_notice_preference(kind=kind, preference=preference, actor=request.actor, at=request.at)
    return done(request, _("Kept."), "preferences")
