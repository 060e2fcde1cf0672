"""What an address answers that no view took: a problem document below /api/, a page elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from bonded.api.base import problem

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses to read."""
    if request.path.startswith(API):
        return problem(400, "bad_request", "The request can't be read.", facts={})
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    if request.path.startswith(API):
        return problem(404, "not_found", "There is no such thing here.", facts={})
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Answer when something went wrong that nobody foresaw; nothing was changed."""
    if request.path.startswith(API):
        return problem(500, "server_error", "Something went wrong; nothing was changed.", facts={})
    return defaults.server_error(request)
