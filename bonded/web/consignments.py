"""Consignments: announced, filled line by line or by file, given their papers, and declared into bond."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.consignment_files import store_consignment_file
from bonded.actions.consignments import announce_consignment
from bonded.actions.declarations import declare_consignment
from bonded.actions.documents import record_kimberley_certificate
from bonded.models.consignments import Consignment
from bonded.models.lots import Lot
from bonded.queries.consignment_files import files_of_consignment
from bonded.queries.consignments import consignment_by_reference, standing_of_consignment
from bonded.queries.declarations import declarations_of_consignment
from bonded.queries.documents import certificates_on_record
from bonded.rules.consignment_files import FileState
from bonded.rules.consignment_lines import FileUnreadable
from bonded.rules.consignments import ConsignmentState
from bonded.rules.customs_offices import OFFICES, SIMULATOR
from bonded.rules.lots import LotKind
from bonded.rules.money import CURRENCY_DECIMALS, Money, decimal_from_text
from bonded.rules.permissions import Role
from bonded.rules.validity import Validity
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.fields import day_of, file_of, text_of
from bonded.web.lists import csv_of, listed
from bonded.web.stale import require_unchanged

READERS = (Role.SUPPLIER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
SENDERS = (Role.SUPPLIER, Role.ADMINISTRATOR)
# More lines than these come as a file.
LINES_BY_HAND = 4
LINE_COLUMNS = (
    *("kind", "stock_number", "hs_code", "pieces", "weight_carats", "value", "shape", "colour", "clarity"),
    "kimberley_number",
)


@console(*READERS)
def consignments(request: PageRequest) -> HttpResponse:
    """List the consignments that the reader may see, the newest first, in one state if the address names one."""
    rows = Consignment.objects.visible_to(request.actor).select_related("supplier")
    state = request.GET.get("state", "")
    if state in set(ConsignmentState):
        rows = rows.filter(state=state)
    if request.GET.get("format") == "csv":
        return consignments_file(rows.order_by("-pk"))
    context = {
        "page": listed(request, rows, "-id"),
        "states": list(ConsignmentState),
        "currencies": sorted(CURRENCY_DECIMALS),
        "may_announce": request.actor.role is Role.SUPPLIER,
    }
    return page(request, "bonded/supplier/consignments.html", context)


def consignments_file(rows: Any) -> HttpResponse:
    """Give consignments as a file."""
    columns = ("reference", "state", "origin", "currency", "announced_at", "received_at")
    by_name = {name: (lambda one, name=name: getattr(one, name)) for name in columns}
    return csv_of("consignments", rows, {"supplier": lambda one: one.supplier.name, **by_name})


@acts(Role.SUPPLIER, shows=consignments)
def announce(request: PageRequest) -> HttpResponse:
    """Open a consignment, to which lines are added next."""
    one = announce_consignment(
        reference=text_of(request, "reference", most=32, pattern=r"[A-Za-z0-9][A-Za-z0-9-]{2,31}"),
        origin=text_of(request, "origin", most=2, pattern=r"[A-Z]{2}"),
        currency=text_of(request, "currency", most=3),
        supplier_id=request.actor.company_id,
        actor=request.actor,
        at=request.at,
    )
    told = _("Announced. Now add its lines, by hand or as a file.")
    return done(request, told, "consignment", reference=one.reference)


@console(*READERS)
def consignment(request: PageRequest, reference: str) -> HttpResponse:
    """Show one consignment: its lots, papers, files and declarations, and what may be done with it."""
    one = consignment_by_reference(reference, actor=request.actor)
    lots = listed(request, Lot.objects.filter(consignment=one), "id")
    context = {
        "consignment": one,
        "standing": standing_of_consignment(one.pk),
        "page": lots,
        "lots": [{"lot": lot, "value": Money(lot.value_minor, lot.currency)} for lot in lots.rows],
        "certificates": certificates_on_record(one.pk),
        "files": files_of_consignment(one.pk),
        "declarations": declarations_of_consignment(one.pk),
        "may_change": request.actor.role in SENDERS and one.state == ConsignmentState.ANNOUNCED,
        "kinds": list(LotKind),
        "line_numbers": range(1, LINES_BY_HAND + 1),
        "offices": sorted(OFFICES),
        "usual_office": SIMULATOR,
    }
    return page(request, "bonded/supplier/consignment.html", context)


def lines_typed(request: PageRequest) -> bytes:
    """Give the lines of the form that have a weight as the CSV file that they might have come as.

    Raises FileUnreadable when none has.
    """
    lines = [
        {name: request.POST.get(f"{name}-{number}", "").strip() for name in LINE_COLUMNS}
        for number in range(1, LINES_BY_HAND + 1)
    ]
    filled = [line for line in lines if line["weight_carats"] or line["value"]]
    if not filled:
        raise FileUnreadable("Fill in one line at least: its kind, HS code, pieces, weight and value.")
    text = io.StringIO()
    writer = csv.DictWriter(text, LINE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(filled)
    return text.getvalue().encode()


def _stored(
    request: PageRequest, reference: str, *, name: str, content: bytes, defaults: Mapping[str, str], is_proposal: bool
) -> HttpResponse:
    file = store_consignment_file(
        consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
        file_name=name,
        content=content,
        defaults=defaults,
        is_proposal=is_proposal,
        actor=request.actor,
        at=request.at,
    )
    asked = _("This is how the file is read. Store its lines, or cancel.")
    told = _("Taken. Each line is judged now; this page tells how far it is.")
    return done(request, asked if file.state == FileState.PROPOSED else told, "import", file_id=file.pk)


@acts(*SENDERS, shows=consignment)
def add_lines(request: PageRequest, reference: str) -> HttpResponse:
    """Add the lines that were typed, as a file of that many lines."""
    return _stored(request, reference, name="by-hand.csv", content=lines_typed(request), defaults={}, is_proposal=False)


@acts(*SENDERS, shows=consignment)
def send_file(request: PageRequest, reference: str) -> HttpResponse:
    """Take a file of lines and show how it is read; it is judged in the background once its sender says so."""
    name, content = file_of(request, "file", most_bytes=settings.CONSIGNMENT_FILE_MAX_BYTES)
    columns = ("kind", "hs_code")
    defaults = {column: value for column in columns if (value := request.POST.get(f"default-{column}", "").strip())}
    return _stored(request, reference, name=name, content=content, defaults=defaults, is_proposal=True)


@acts(*SENDERS, shows=consignment)
def add_certificate(request: PageRequest, reference: str) -> HttpResponse:
    """Put the Kimberley certificate of the rough diamonds on record."""
    record_kimberley_certificate(
        consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
        number=text_of(request, "number", most=32),
        issuing_country=text_of(request, "issuing_country", most=2, pattern=r"[A-Z]{2}"),
        validity=Validity(day_of(request, "issued_on"), day_of(request, "expires_on")),
        weight_carats=decimal_from_text(
            text_of(request, "weight_carats", most=10, pattern=r"[0-9]{1,6}(\.[0-9]{1,3})?"), most_digits=10
        ),
        value=Money.from_text(text_of(request, "value_usd", most=24), "USD"),
        is_made_up="is_made_up" in request.POST,
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The certificate is on record."), "consignment", reference=reference)


@acts(*SENDERS, shows=consignment)
def declare(request: PageRequest, reference: str) -> HttpResponse:
    """Declare the consignment into bond; its lines are fixed from then on."""
    one = consignment_by_reference(reference, actor=request.actor)
    require_unchanged("consignment", str(one.pk), request.POST)
    office = text_of(request, "office", most=12)
    declaration = declare_consignment(consignment_id=one.pk, office=office, actor=request.actor, at=request.at)
    told = _("Declared under %(number)s.") % {"number": declaration.number}
    return done(request, told, "consignment", reference=reference)
