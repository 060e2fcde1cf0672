"""Who acts and when, put on every request once, so that no door reads the clock or guesses the role."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import override

from bonded.api.base import problem
from bonded.queries.parties import actor_of_user
from bonded.rules.permissions import Role
from bonded.web.memberships import ZONE_COOKIE
from bonded.web.times import known_zones

NEEDS_SECOND_FACTOR = frozenset({Role.CUSTOMS_OFFICER, Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR})
# What is needed to set one up, to choose the language, and to leave.
OPEN_WITHOUT_SECOND_FACTOR = ("/account/", "/language", "/livez", "/readyz")


class NulMiddleware:
    """Refuses a NUL character in an address: no text column takes one, so nothing can be meant by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(400, "bad_request", "An address holds no NUL character.", facts={})
        return self.get_response(request)


class ActorMiddleware:
    """Sets `request.at` (aware UTC) and `request.actor` (of the signed-in user's chosen membership)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: actor_of_user(request.user, request.session.get("membership_id"))
        )
        zone = request.COOKIES.get(ZONE_COOKIE, "")
        with override(zone if zone in known_zones() else settings.TIME_ZONE):
            response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


class SecondFactorMiddleware:
    """Lets staff of the vault, of customs and of the platform on only when they have a second factor.

    Who has none is led to where one is set up; so is nobody by a machine's token, which has its own secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR == "required" and self._is_wanting(request):
            if request.path.startswith("/api/"):
                return problem(403, "second_factor_missing", "Set up a second factor first.", facts={})
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)

    def _is_wanting(self, request: HttpRequest) -> bool:
        free = (*OPEN_WITHOUT_SECOND_FACTOR, settings.STATIC_URL)
        if request.path.startswith(free) or not request.user.is_authenticated:
            return False
        return request.actor.role in NEEDS_SECOND_FACTOR and not is_mfa_enabled(request.user)  # type: ignore[attr-defined]
