"""One box for every number that people hold in their hands: stock, report, declaration, seal, consignment, booking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from bonded.models.consignments import Consignment
from bonded.models.declarations import Declaration
from bonded.models.lots import Lot
from bonded.rules.permissions import Actor
from bonded.web.doors import PageRequest, console, page

MOST_OF_A_KIND = 10
LONGEST_NUMBER = 80


@dataclass(frozen=True, slots=True)
class Found:
    """Something that goes by the number: what sort of thing it is, what it is called, and its page."""

    kind: str
    label: str
    href: str


Finder = Callable[[Actor, str], Iterable[Found]]
_FINDERS: list[Finder] = []


def register_finders(*finders: Finder) -> None:
    """Add where an app looks for a number; called once, when the app is ready."""
    _FINDERS.extend(finders)


def address_of(name: str, **words: object) -> str:
    """Give the address of a thing's page, the first page's where the thing has none."""
    try:
        return reverse(name, kwargs=words)
    except NoReverseMatch:
        return reverse("home")


def uuid_from_text(text: str) -> UUID | None:
    """Read an id, None when the text is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def lots_by_number(actor: Actor, text: str) -> Iterable[Found]:
    """Look for lots by stock number, as typed or all in large or small letters, report number, or, for staff, seal."""
    # Each way has its own index; asked for together by OR, every lot would be read.
    ways = [Q(report_number=text) & ~Q(report_number="")]
    if actor.is_staff:
        ways.append(Q(seal_number=text) & ~Q(seal_number=""))
    ids = Lot.objects.filter(stock_number__in={text, text.upper(), text.lower()}).values("pk")
    named = ids.union(*(Lot.objects.filter(way).values("pk") for way in ways))
    for lot in Lot.objects.visible_to(actor).filter(pk__in=named).order_by("pk")[:MOST_OF_A_KIND]:
        yield Found("lot", lot.stock_number, address_of("stone", stock_number=lot.stock_number))


def declarations_by_number(actor: Actor, text: str) -> Iterable[Found]:
    """Look for declarations by our number or the office's."""
    named = Q(number=text) | Q(mrn=text) | Q(provisional_number=text)
    for one in Declaration.objects.visible_to(actor).filter(named)[:MOST_OF_A_KIND]:
        yield Found("declaration", one.number, address_of("declaration", number=one.number))


def consignments_by_reference(actor: Actor, text: str) -> Iterable[Found]:
    """Look for consignments by their supplier's reference."""
    for one in Consignment.objects.visible_to(actor).filter(reference=text)[:MOST_OF_A_KIND]:
        yield Found("consignment", one.reference, address_of("consignment", reference=one.reference))


def found_by(actor: Actor, text: str) -> Sequence[Found]:
    """Give everything that the actor may see and that goes by this number, of each kind at most ten."""
    return [one for finder in _FINDERS for one in finder(actor, text)]


@console()
def find(request: PageRequest) -> HttpResponse:
    """Go to the thing that goes by a number; say so when there is none, and list them when there are several."""
    text = " ".join(request.GET.get("q", "").split())[:LONGEST_NUMBER]
    found = found_by(request.actor, text) if text else []
    if len(found) == 1:
        return HttpResponseRedirect(found[0].href)
    return page(request, "bonded/everyone/found.html", {"text": text, "found": found})
