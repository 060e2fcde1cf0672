"""Who calls the API: a person by session, a machine by token."""

from __future__ import annotations

from typing import Any

import knox.auth
import rest_framework.authentication
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bonded.queries.parties import actor_of_token
from bonded.rules.permissions import Role


class TokenAuthentication(knox.auth.TokenAuthentication):  # type: ignore[misc]
    """Knows a machine by `Authorization: Token btp_…`; the token's membership acts."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Give user and token, and make the token's membership the actor."""
        found = super().authenticate(request)
        if found is not None:
            request._request.actor = actor_of_token(found[1])  # type: ignore[attr-defined]
        return found  # type: ignore[no-any-return]

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Say whether the token has expired; the library would read all tokens of its user at each call."""
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class SessionAuthentication(rest_framework.authentication.SessionAuthentication):
    """Knows a person by session; unsafe calls need the CSRF token."""


class IsSignedIn(BasePermission):
    """Lets everybody in who acts in some role; what the role may do, the acts decide."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether somebody is acting."""
        return request.actor.role is not Role.ANONYMOUS  # type: ignore[attr-defined]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the token in the OpenAPI document."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Give the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token btp_…`, made by an administrator with `manage.py make_api_token`.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the session cookie in the OpenAPI document."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Give the scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}
