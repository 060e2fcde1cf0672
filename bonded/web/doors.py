"""How a page is opened and how a form acts: who may, once, and what is said when it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from inspect import signature
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bonded.actions.idempotency import Answer, claim_key, store_answer
from bonded.gateways.refusal_statuses import STATUS_OF_KIND
from bonded.queries.refusals import refusal_of_database
from bonded.rules.errors import ErrorKind, NotPermitted, RuleViolation
from bonded.rules.permissions import Actor, Role

LONGEST_KEY = 200
# Not even in the digest of a form: it could be guessed from.
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "witness_password", "witness_code"})


class PageRequest(HttpRequest):
    """A request that knows who acts, when, and, after a form was refused, why and what had been typed into it.

    `to_tell` are sentences that are true once the act is done.
    """

    actor: Actor
    at: datetime
    refusal: RuleViolation | None
    typed: QueryDict | None
    to_tell: list[str]


View = Callable[..., HttpResponse]


def page(request: PageRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Show a page; when it is shown again after a refused form, with the refusal's status."""
    refusal = getattr(request, "refusal", None)
    return render(request, template, dict(context), status=STATUS_OF_KIND[refusal.kind] if refusal else status)


def done(request: PageRequest, sentence: str, to: str, /, **kwargs: Any) -> HttpResponse:
    """Say what was done on the page that comes next, by its name and the words of its address."""
    messages.success(request, sentence)
    for more in getattr(request, "to_tell", ()):
        messages.info(request, more)
    return HttpResponseRedirect(reverse(to, kwargs=kwargs), status=303)


def _refused_page(request: PageRequest, refusal: RuleViolation) -> HttpResponse:
    return render(request, "refused.html", {"refusal": refusal}, status=STATUS_OF_KIND[refusal.kind])


def _require_role(request: PageRequest, roles: frozenset[Role]) -> None:
    if roles and request.actor.role not in roles:
        words = sorted(role.value for role in roles)
        raise NotPermitted(_("This page is for others."), role=request.actor.role.value, roles=words)


def _opened(request: PageRequest, roles: frozenset[Role], show: Callable[[], HttpResponse]) -> HttpResponse:
    """Show what is asked for, the sign-in page to nobody, and a page with the reason when it is refused."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        _require_role(request, roles)
        return show()
    except RuleViolation as refusal:
        return _refused_page(request, refusal)


def console(*roles: Role) -> Callable[[View], View]:
    """Open a page to the roles named, to every signed-in person when none is; it is read, never acts."""
    allowed = frozenset(roles)

    def opens(view: View) -> View:
        @require_safe
        @wraps(view)
        def open_page(request: PageRequest, /, **kwargs: Any) -> HttpResponse:
            return _opened(request, allowed, lambda: view(request, **kwargs))

        open_page.is_console_door = True  # type: ignore[attr-defined]
        return cast("View", open_page)

    return opens


def acts(*roles: Role, shows: View) -> Callable[[View], View]:
    """Let a form of the page `shows` act once, however often it is sent; a refusal is said on that page again.

    The form's `key` is taken in the transaction of the act, so that a second sending comes to where the first led.
    Refused, nothing is written, and the page is shown with the reason and with what had been typed.
    """
    allowed = frozenset(roles)

    def opens(view: View) -> View:
        @require_POST
        @wraps(view)
        def act(request: PageRequest, /, **kwargs: Any) -> HttpResponse:
            def once() -> HttpResponse:
                try:
                    return _act_once(request, lambda: view(request, **kwargs))
                except RuleViolation as refusal:
                    return _shown_again(request, refusal, shows, kwargs)
                except DatabaseError as error:
                    known = refusal_of_database(error)
                    if known is None:
                        raise
                    return _shown_again(request, known, shows, kwargs)

            return _opened(request, allowed, once)

        act.is_console_door = act.acts = True  # type: ignore[attr-defined]
        return cast("View", act)

    return opens


def _shown_again(request: PageRequest, refusal: RuleViolation, shows: View, kwargs: Mapping[str, Any]) -> HttpResponse:
    if refusal.kind in (ErrorKind.NOT_FOUND, ErrorKind.NOT_SIGNED_IN, ErrorKind.FORBIDDEN):
        raise refusal
    request.refusal, request.typed = refusal, request.POST
    # The page is read, though it is the answer to a form.
    request.method = "GET"
    # A list knows nothing of the word by which the address names one of its things.
    words = signature(shows).parameters
    return shows(request, **{word: thing for word, thing in kwargs.items() if word in words})


def _act_once(request: PageRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    key = request.POST.get("key", "")[:LONGEST_KEY]
    if not key:
        # A form without one was not ours; it acts, but can't be recognised when it comes twice.
        with transaction.atomic():
            return act()
    companies = ",".join(map(str, sorted(request.actor.company_ids)))
    caller = f"page:{request.user.pk}:{request.actor.role}:{companies}"
    with transaction.atomic():
        first = claim_key(caller=caller, key=key, request_digest=_digest(request), at=request.at)
        if first is not None:
            return HttpResponseRedirect(first.body.decode(), status=303)
        response = act()
        answer = Answer(response.status_code, response.get("Location", "/").encode(), "text/uri-list")
        store_answer(caller=caller, key=key, answer=answer)
    return response


def _digest(request: PageRequest) -> bytes:
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in NEVER_KEPT)
    files = sorted((name, [(file.name, file.size) for file in sent]) for name, sent in request.FILES.lists())
    return hashlib.sha256(repr((request.path, typed, files)).encode()).digest()
