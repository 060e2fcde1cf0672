"""Another's thing named in a field of one's own form: it is not there, in the same words as what is nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils.html import escape

from tests.cast import Cast
from tests.situations.others_things import Things, own_and_others_things
from tests.situations.web_clients import signed_in, words_of
from tests.unit.inspections.test_photos import a_photo

APPS = ("bonded", "inspections", "tariffs")
NOBODY = "999999"
JUNK = ("", "-1", "0", "9" * 30, "1 OR 1=1", "5f0f2f51-7f5d-4a52-9f43-4a1e6c5b2a10", "\0")
REFUSED = (400, 403, 404, 409)


class Row(NamedTuple):
    """One field of a form at one's own thing, and what else the form says; words in braces are `things`.

    With `right` the form acts. `foreign` is refused as what is not there, `wrong` as what does not do.
    """

    who: str
    address: str
    field: str
    right: str
    foreign: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    form: Mapping[str, str | bytes] = MappingProxyType({})


WEIGHED = {"lot": "{to_weigh}", "carats": "1.000", "pieces": "1", "seal": "NEW-0001", "location": "{tray}"}
DAYS = {"sub_limit": "1.00", "valid_from": "2027-06-01"}
WHY = {"reason": "Because."}
BUY = {"intent": "buy"}
MONTH = {"month": "2026-11", "currency": "CNY"}
UNSEEN = ("{cedars_lot}", "{expected_lot}", NOBODY)
NO_DESK = ("{hour}|{tray}", "{hour}|DESK-99")
NOT_FREE = ("{hour}|DESK-4", "{cedars_hour}|DESK-3")
UNVISITED = ("{booked_lot}", "{cedars_visited}", "{cedars_lot}", NOBODY)

ROWS = (
    Row("alice", "/withdrawals/{asked}/answer", "question", "{question}",
        ("{bobs_question}", "{cedars_question}", NOBODY), form={"answer": "Mine."}),
    Row("alice", "/memberships/choose", "membership", "{alice}", ("{bob}", "{charlie}", NOBODY)),
    Row("alice", "/withdrawals/ask", "stock_number", "{free_lot}", UNSEEN, ("{bobs_lot}", "{lot_outside}"),
        {"procedure": "home_use"}),
    Row("alice", "/book/tray", "stock_number", "{free_lot}", UNSEEN),
    Row("alice", "/book/hold", "place", "{hour}|DESK-1", NO_DESK, (*NOT_FREE, "{hour}", "|DESK-1")),
    Row("alice", "/visits/{booked}/move", "place", "{hour}|DESK-1", NO_DESK, (*NOT_FREE, "soon|DESK-1")),
    Row("alice", "/visits/{here}/findings", "stock_number", "{viewed_lot}", UNVISITED, form=BUY),
    Row("alice", "/visits/{here}/photos", "stock_number", "{viewed_lot}", UNVISITED, form={"photo": a_photo("JPEG")}),
    Row("alice", "/visits/calendar/make", "sort", "company", (), ("escort", "room")),
    Row("vera", "/visits/calendar/make", "room", "Room of DESK-1", ("DESK-1", NOBODY), form={"sort": "room"}),
    Row("vera", "/arrivals/{at_the_door}/weigh", "lot", "{to_weigh}", ("{expected_lot}", "{free_lot}", NOBODY),
        form=WEIGHED),
    Row("vera", "/arrivals/{at_the_door}/weigh", "location", "{tray}", (), ("DESK-1", NOBODY), WEIGHED),
    Row("vera", "/code/go", "code", "{free_lot}", (), (NOBODY,)),
    Row("olga", "/stones/{stopped_lot}/lift", "hold", "{hold}", ("{other_hold}", NOBODY), form=WHY),
    Row("sven", "/consignments/{to_declare}/declare", "office", "SIM", (), (NOBODY,)),
    Row("ada", "/companies/{alder}/members/end", "membership", "{bob}", ("{charlie}", NOBODY), form=WHY),
    Row("ada", "/companies/{alder}/members/invite", "membership", "{bob}", ("{charlie}", NOBODY)),
    Row("ada", "/guarantees/{alder}/instruments/withdraw", "instrument", "{paper}", ("{cedars_paper}", NOBODY)),
    Row("ada", "/guarantees/{alder}/authorities", "agent", "{stones}", (NOBODY,), ("{alder}",), DAYS),
    Row("ada", "/guarantees/{alder}/authorities/revoke", "authority", "{authority}", ("{cedars_authority}", NOBODY)),
    Row("ada", "/money/files/{file}/match-line", "line", "{line}", ("{other_line}", NOBODY),
        form={"reference": "{debt}"}),
    Row("ada", "/money/files/{file}/match-line", "reference", "{debt}", (NOBODY,), form={"line": "{line}"}),
    Row("ada", "/money/files/{file}/book", "match", "{match}", ("{other_match}", NOBODY), ("{booked_match}",)),
    Row("ada", "/money/files/{file}/unmatch", "match", "{match}", ("{other_match}", "{other_booked_match}", NOBODY),
        form=WHY),
    Row("ada", "/money/ledger/reverse", "entry", "{entry}", (NOBODY,), ("{charge}",), WHY),
    Row("ada", "/money/statements/order", "company", "{alder}", (NOBODY,), form=MONTH),
    # Answers: what a form does not offer does nothing.
    Row("ada", "/companies/{alder}/standing", "standing", "bad", (), (NOBODY,), WHY),
    Row("charlie", "/visits/places/{wait}", "answer", "leave", (), (NOBODY,)),
    Row("vera", "/vault/visits/{requested}/decide", "answer", "approve", (), (NOBODY,), WHY),
    Row("sven", "/offers/{offer}/answer", "answer", "refuse", (), (NOBODY,), WHY),
)  # fmt: skip
# What is said by leaving the field out: all matches of the file.
MEANT = {("/money/files/{file}/book", "")}

# What names nothing that is there already, or proves itself: text, amounts, days, choices, new numbers, secrets.
NO_THINGS = """
again agreed_carats amount cachet_number carats channel country currency document_kind document_number email ends_at
expires_on feed file go guarantor identity_note intent is_made_up is_wanted issued_on issuing_country justification key
kind language limit month name note number order_of_use origin paper_name party_size pass pieces price_per_carat
procedure query quiet_from quiet_until readings reason registration_number remarks remote_visitors repays role rows
scale seal seen sees_balance sequence starts_at sub_limit text theme title token username valid_from valid_until
value_usd visitors weight_carats witness witness_code witness_password zone
"""
# What is given a request and a text, and reads no field.
NO_READERS = frozenset({"page", "render", "getattr"})
# Names that are put together: lines by their number, the address's own lots, and what a reader is asked for.
PUT_TOGETHER = frozenset(
    {
        "consignments: f'default-{column}'",
        "consignments: f'{name}-{number}'",
        "desk: f'carats {one.lot.stock_number}'",
        "desk: f'pieces {one.lot.stock_number}'",
        "desk: f'report {one.lot.stock_number}'",
        "desk: f'seal {one.lot.stock_number}'",
        "exchange_rates: name",
        "fields: name",
        "reasons: name",
        "visits: name",
        "weighings: name",
    }
)


@pytest.fixture
def things(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Things:
    """Give what the rows' words in braces are; the pages live at the moment of the tests."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))
    return own_and_others_things(cast, at)


def kept() -> dict[str, str]:
    """Give a digest of every table of ours: what is the same before and after was not changed."""
    tables = sorted(model._meta.db_table for app in APPS for model in apps.get_app_config(app).get_models())
    digests = (f"SELECT '{one}', md5(string_agg(r::text, ' ' ORDER BY r::text)) FROM \"{one}\" r" for one in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(digests))
        return dict(cursor.fetchall())


def sent(client: Client, row: Row, value: str, things: Things) -> tuple[int, str]:
    """Send a row's form with a value, and give the status and what the page says without the value."""
    form: dict[str, Any] = {
        name: SimpleUploadedFile(name, one) if isinstance(one, bytes) else one.format_map(things)
        for name, one in row.form.items()
    }
    answer = client.post(row.address.format_map(things), form | {row.field: value})
    shown = re.search(r"<main.*</main>", words_of(answer), re.DOTALL)
    # What an act before this one had to say is told on the next page, whichever that is.
    words = re.sub(r'<ul class="messages".*?</ul>', "", shown[0], flags=re.DOTALL) if shown else ""
    return answer.status_code, " ".join(words.replace(escape(value), "").split())


def faults_of(client: Client, row: Row, things: Things) -> Iterator[object]:
    """Give what is answered otherwise than it should be, what Alice is told of Cedar, and the tables written to."""
    before = kept()
    foreign, wrong = ([one.format_map(things) for one in named] for named in (row.foreign, row.wrong))
    # What is another's is refused in just the words in which nobody's is.
    there_is_none = {value: sent(client, row, value, things) for value in foreign}
    if len(set(there_is_none.values())) > 1 or not {404}.issuperset(status for status, _ in there_is_none.values()):
        yield there_is_none
    for value in (*wrong, *JUNK):
        if (row.address, value) not in MEANT:
            status, words = sent(client, row, value, things)
            told = [word for word in ("Cedar", "Charlie", str(things["cedars_lot"])) if word in words]
            if status not in REFUSED or (told and row.who == "alice"):
                yield value, status, told
    yield from before.items() - kept().items()
    # Else it may have been refused for anything.
    point = transaction.savepoint()
    if (right := sent(client, row, row.right.format_map(things), things))[0] != 303:
        yield right
    transaction.savepoint_rollback(point)


def test_every_field__names_only_what_is_there_for_its_reader(things: Things) -> None:
    clients = {who: signed_in(who) for who in {row.who for row in ROWS}}
    for client in clients.values():
        client.raise_request_exception = False
    clients["alice"].post("/book/tray", {"stock_number": str(things["free_lot"])})

    faults = [f"{row.address} {row.field}: {one}" for row in ROWS for one in faults_of(clients[row.who], row, things)]

    assert faults == []


def forms_in(function: ast.FunctionDef) -> set[str]:
    """Give how a function calls what was typed into a form."""
    names = {"request.POST"}
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name, annotation=ast.Name(id="QueryDict")):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if ast.unparse(value) == "request.POST":
                names.add(name)
    return names


def fields_read(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Give the names of the fields that a function of a page reads from forms, as they are written."""
    forms = forms_in(function)
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=form, attr="get" | "getlist"), args=[key, *_]):
                is_read = ast.unparse(form) in forms
            case ast.Call(
                func=ast.Name(id=reader), args=[form, ast.Constant(value=str()) | ast.JoinedStr() as key, *_]
            ):
                is_read = ast.unparse(form) in {*forms, "request"} and reader not in NO_READERS
            case ast.Compare(left=key, ops=[ast.In()], comparators=[form]) | ast.Subscript(value=form, slice=key):
                is_read = ast.unparse(form) in forms
            case _:
                continue
        if is_read:
            yield key


def fields_of(path: Path) -> set[str]:
    """Give the names of the fields that a module of pages reads; one that is put together with the module's name."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return {
        str(key.value) if isinstance(key, ast.Constant) else f"{path.stem}: {ast.unparse(key)}"
        for function in functions
        for key in fields_read(function)
    }


def test_fields__all_stand_in_the_table_or_name_no_thing() -> None:
    modules = [path for app in APPS for path in (settings.BASE_DIR / app / "web").glob("*.py")]
    found = set().union(*map(fields_of, modules))
    tried, others = {row.field for row in ROWS}, {*NO_THINGS.split(), *PUT_TOGETHER}

    assert found == tried | others
    assert not tried & others
