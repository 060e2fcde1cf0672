"""Who acts and when, put on every request once, so that no door reads the clock or guesses the role."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from bonded.api.base import problem
from bonded.queries.parties import actor_of_user


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
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
