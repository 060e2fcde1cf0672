"""How every JSON door of the platform speaks: actor and moment, strict input, problems, keys, pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

import orjson
import rest_framework.request
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.views import APIView

from bonded.actions.idempotency import Answer, IdempotencyKeyMissing, IdempotencyKeyReused, claim_key, store_answer

# For upper apps, which enter this layer by its base.
from bonded.api.lot_summaries import LotSummary as LotSummary  # noqa: PLC0414 (said for mypy: it is handed on)
from bonded.api.lot_summaries import lot_summary_json as lot_summary_json  # noqa: PLC0414
from bonded.api.parsers import BytesParser as BytesParser  # noqa: PLC0414
from bonded.api.parsers import CsvParser as CsvParser  # noqa: PLC0414
from bonded.api.throttles import AddressThrottle as AddressThrottle  # noqa: PLC0414
from bonded.gateways.refusal_statuses import STATUS_OF_KIND
from bonded.queries.pages import Page
from bonded.queries.refusals import Busy, RefusedByTheDatabase, refusal_of_database
from bonded.rules.errors import InputInvalid, ProblemsFound, RuleViolation
from bonded.rules.permissions import Actor

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="Any word of up to 200 characters that is yours alone. A call repeated with it gets the first answer.",
)
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="`next_cursor` of the page before.")
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="Rows of a page: 1 to 200, else 50.")


class Reason(serializers.Serializer[Any]):
    """Why it is done."""

    reason = serializers.CharField(max_length=500)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def json_response(body: Any, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    """Answer with JSON; decimals become strings, dates ISO 8601, ids strings where they are UUIDs."""
    return HttpResponse(
        orjson.dumps(body, default=_plain, option=orjson.OPT_NON_STR_KEYS), status=status, content_type=content_type
    )


def page_response(page: Page[Any], to_json: Callable[[Any], Any] | None = None) -> HttpResponse:
    """Answer with one page of a list and the cursor of the next."""
    rows = [to_json(row) for row in page.rows] if to_json else list(page.rows)
    return json_response({"results": rows, "next_cursor": page.next_cursor})


def problem(status: int, code: str, title: str, **more: Any) -> HttpResponse:
    """Answer with a problem document (RFC 9457)."""
    body = {"type": f"urn:bonded-trade-platform:problem:{code}", "title": title, "status": status, "code": code, **more}
    return json_response(body, status, "application/problem+json")


def rule_problem(error: RuleViolation) -> HttpResponse:
    """Answer a refusal: its code, its sentence, its facts, and all problems when there are several."""
    status = 422 if isinstance(error, IdempotencyKeyReused) else STATUS_OF_KIND[error.kind]
    # JSON's whole numbers end at 64 bits; an id beyond them is told as text.
    facts = {
        name: str(fact) if isinstance(fact, int) and abs(fact) >= 2**63 else fact for name, fact in error.facts.items()
    }
    more: dict[str, Any] = {"facts": facts}
    if isinstance(error, ProblemsFound):
        more["problems"] = [
            {
                "code": one.code,
                "message": one.message,
                "overridable_by": list(one.overridable_by),
                **({} if one.where is None else {"where": one.where}),
            }
            for one in error.problems
        ]
    return problem(status, error.code, error.message, **more)


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Turn whatever went wrong in a view into a problem document; what is no refusal stays an error."""
    if isinstance(error, RuleViolation):
        return rule_problem(error)
    if isinstance(error, OverflowError):
        return problem(400, "input_invalid", "A number or a day is out of any range.", facts={})
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is no such thing here.", facts={})
    if isinstance(error, PermissionDenied):
        return problem(403, "not_permitted", "This is not yours to do.", facts={})
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "input_invalid", "Some fields are wrong.", facts={}, errors=error.get_full_details())
    if isinstance(error, exceptions.APIException):
        response = problem(error.status_code, _code_of(error), str(error.detail), facts={})
        if header := getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = header
        if wait := getattr(error, "wait", None):
            response["Retry-After"] = str(wait)
        return response
    return _database_problem(error) if isinstance(error, DatabaseError) else None


def _code_of(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return {"not_authenticated": "not_signed_in", "permission_denied": "not_permitted"}.get(str(codes), str(codes))


def _database_problem(error: DatabaseError) -> HttpResponse | None:
    """Answer for the database: a constraint's name is the code, and the sentence that it keeps."""
    refusal = refusal_of_database(error)
    if isinstance(refusal, Busy):
        response = problem(503, refusal.code, refusal.message, facts={})
        response["Retry-After"] = "1"
        return response
    if isinstance(refusal, RefusedByTheDatabase):
        return problem(409, str(refusal.facts["constraint"]), refusal.message, facts={})
    return None if refusal is None else rule_problem(refusal)


class Request(rest_framework.request.Request):
    """A request that knows who acts and when."""

    @property
    def actor(self) -> Actor:
        """Give who acts: the token's membership, else the session's."""
        return cast("Actor", self._request.actor)  # type: ignore[attr-defined]

    @property
    def at(self) -> datetime:
        """Give the moment of the request, aware, in UTC."""
        return cast("datetime", self._request.at)  # type: ignore[attr-defined]


class ApiView(APIView):
    """A door of the API: `request.actor` and `request.at` are there, and every refusal is a problem document."""

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Wrap Django's request in ours."""
        return Request(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def permission_denied(
        self, request: rest_framework.request.Request, message: str | None = None, code: str | None = None
    ) -> Any:
        """Tell who is not signed in to sign in."""
        raise exceptions.NotAuthenticated("Sign in, or send a token.")


View = TypeVar("View", bound=Callable[..., HttpResponse])
Choice = TypeVar("Choice", bound=StrEnum)


def idempotent(view: View) -> View:
    """Make an unsafe method of an ApiView happen once for one Idempotency-Key.

    Key, effect and answer are committed together. A refusal rolls all three back, so the same
    key may be tried again once the reason is gone.
    """

    @wraps(view)
    def answer_once(self: ApiView, request: Request, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key or len(key) > 200:
            raise IdempotencyKeyMissing("Send an Idempotency-Key header of 1 to 200 characters.")
        companies = ",".join(map(str, sorted(request.actor.company_ids)))
        caller = f"user:{request.user.pk}:{request.actor.role}:{companies}"
        digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).digest()
        with transaction.atomic():
            first = claim_key(caller=caller, key=key, request_digest=digest, at=request.at)
            if first is not None:
                replay = HttpResponse(first.body, status=first.status, content_type=first.content_type)
                replay["Idempotency-Replayed"] = "true"
                return replay
            response = view(self, request, **kwargs)
            answer = Answer(response.status_code, response.content, response["Content-Type"])
            store_answer(caller=caller, key=key, answer=answer)
        return response

    return cast("View", answer_once)


def read(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Give the fields of the body, or refuse with all that is wrong with them; unknown fields are refused too."""
    body = request.data
    checked = serializer(data=body)
    unknown = sorted(set(body) - set(checked.fields)) if isinstance(body, dict) else []
    if unknown:
        raise exceptions.ValidationError(dict.fromkeys(unknown, "There is no such field."))
    checked.is_valid(raise_exception=True)
    return cast("dict[str, Any]", checked.validated_data)


def choice_from_text(choices: type[Choice], name: str, text: str | None) -> Choice | None:
    """Read a word of a list's address, None when none is given; raises InputInvalid with the words that there are."""
    try:
        return choices(text) if text else None
    except ValueError:
        known = [choice.value for choice in choices]
        raise InputInvalid(f"{name} is one of {', '.join(known)}.", **{name: (text or "")[:40]}) from None


def columns_of(serializer: type[serializers.Serializer[Any]], row: Any) -> dict[str, Any]:
    """Give what the serializer describes, straight from the row's columns of the same names."""
    return {name: getattr(row, name) for name in serializer().get_fields()}
