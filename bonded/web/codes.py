"""The keeper's code box: a number or a pass, scanned or typed, leads to where its thing is worked on.

A scanner types fast and ends with Enter, which sends the form. It is sent by POST, because a pass opens doors and must
stand in no address. Each app registers where its numbers lead to.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect, QueryDict

from bonded.rules.errors import InputInvalid
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, View, acts, console, page
from bonded.web.fields import text_of
from bonded.web.find import found_by

LONGEST_CODE = 200
# Gives where a code leads to, None when it is none of the place's.
Place = Callable[[PageRequest, str], HttpResponse | None]
_PLACES: list[Place] = []


class CodeUnknown(InputInvalid):
    """Nothing that the keeper may see goes by this number or pass."""

    code = "code_unknown"


def register_codes(*places: Place) -> None:
    """Add where an app's codes lead to; called once, when the app is ready."""
    _PLACES.extend(places)


def shown_filled(request: PageRequest, view: View, typed: dict[str, str], **words: object) -> HttpResponse:
    """Show a page whose form is filled in already, as the answer to a code."""
    filled = QueryDict(mutable=True)
    filled.update(typed)
    request.typed, request.method = filled, "GET"
    return view(request, **words)


@console(Role.VAULT_KEEPER)
def code_box(request: PageRequest) -> HttpResponse:
    """Show the code box alone."""
    return page(request, "bonded/keeper/code.html", {})


@acts(Role.VAULT_KEEPER, shows=code_box)
def go_to_code(request: PageRequest) -> HttpResponse:
    """Go where a code leads: to the work that waits for its thing, else to the thing; raises CodeUnknown."""
    code = text_of(request, "code", most=LONGEST_CODE)
    for place in _PLACES:
        if answer := place(request, code):
            return answer
    found = found_by(request.actor, code)
    if not found:
        raise CodeUnknown("Nothing here goes by this number or pass.", read=code[:40])
    if len(found) == 1:
        return HttpResponseRedirect(found[0].href, status=303)
    return page(request, "bonded/everyone/found.html", {"text": code, "found": found})
