"""For whom a person acts, and how pages look to them: kept with the session and in cookies."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.queries.parties import memberships_of
from bonded.rules.errors import InputInvalid, NotFound
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.notices import preferences
from bonded.web.times import known_zones

THEMES = ("auto", "light", "dark")
ZONE_COOKIE, THEME_COOKIE = "zone", "theme"
YEAR_SECONDS = 365 * 24 * 3600


@console()
def memberships(request: PageRequest) -> HttpResponse:
    """List the companies and roles that the person may act in."""
    return page(request, "bonded/everyone/memberships.html", {"memberships": memberships_of(request.user.pk or 0)})


@acts(shows=memberships)
def choose_membership(request: PageRequest) -> HttpResponse:
    """Act in another membership from now on, in this session."""
    text = request.POST.get("membership", "")
    own = {str(one.pk): one for one in memberships_of(request.user.pk or 0)}
    if text not in own:
        raise NotFound("There is no such membership.")
    request.session["membership_id"] = own[text].pk
    return done(request, _("You act for %(company)s now.") % {"company": own[text].company.name}, "home")


@acts(shows=preferences)
def set_appearance(request: PageRequest) -> HttpResponse:
    """Keep the colours and the time zone of the pages on this device."""
    theme, zone = request.POST.get("theme", "auto"), request.POST.get("zone", settings.TIME_ZONE)
    if theme not in THEMES or zone not in known_zones():
        raise InputInvalid("Choose from what the form offers.")
    response = done(request, _("Kept."), "preferences")
    for name, value in ((THEME_COOKIE, theme), (ZONE_COOKIE, zone)):
        response.set_cookie(name, value, max_age=YEAR_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
