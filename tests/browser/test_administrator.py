"""The administrator's main job by clicking, and by keyboard alone: the bank's money is matched and booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import FilePayload, Page, expect

from tariffs.models.debts import DutyDebt
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule, camt053, imported


def owed(cast: Cast, at: datetime) -> DutyDebt:
    """Alder owes the duty of an emerald."""
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


def test_administrator__looks_at_a_bank_file_imports_matches_and_books(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    debt = owed(cast, at)
    content = camt053((str(debt.owed), "CRDT", debt.reference))
    sent: FilePayload = {"name": "bank.xml", "mimeType": "application/xml", "buffer": content}
    page = window("ada")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/")
    page.get_by_role("link", name="Money").first.click()
    page.get_by_label("Statement: camt.053, MT940 or CSV").set_input_files(sent)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("region", name="Lines")).to_contain_text(debt.reference)
    page.get_by_role("link", name="Back, to import it").click()
    page.get_by_label("Statement: camt.053, MT940 or CSV").set_input_files(sent)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Match m").click()
    page.get_by_role("button", name="Book all that is matched").click()

    expect(page.get_by_role("status")).to_contain_text("Booked")
    debt.refresh_from_db()
    assert debt.state == "paid"


def test_administrator__matches_and_books_by_keyboard_alone(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    debt = owed(cast, at)
    file = imported(camt053((str(debt.owed), "CRDT", debt.reference)), cast, at)
    page = window("ada")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/money/files/{file.pk}")
    page.keyboard.press("m")
    expect(page.get_by_role("region", name="Lines")).to_contain_text(debt.reference)
    page.keyboard.press("b")

    expect(page.get_by_role("status")).to_contain_text("Booked")
    debt.refresh_from_db()
    assert debt.state == "paid"
