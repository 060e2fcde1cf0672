"""The administrator's main job by clicking, and by keyboard alone: the bank's money is matched and booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import FilePayload, Page, expect

from bonded.actions.consignment_files import store_consignment_file
from bonded.models.consignment_files import ConsignmentFile
from tariffs.actions.account_statements import order_account_statement
from tariffs.models import AccountStatement
from tariffs.models.debts import DutyDebt
from tariffs.models.exchange_rates import ExchangeRate
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment
from tests.situations.pages import LINES
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


def test_administrator__enters_a_rate_and_a_second_one_approves_it(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    a_schedule(at)
    page = window("ada")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/schedule")
    page.get_by_role("link", name="Exchange rates").click()
    page.wait_for_url("**/exchange-rates")
    page.keyboard.press("n")
    page.get_by_label("Exchange rate", exact=True).fill("7.25")
    page.get_by_role("textbox", name="Source").fill("Customs")
    page.get_by_role("button", name="Draft it").click()
    expect(page.get_by_text("a second person approves")).to_be_visible()
    second = window("amir")
    second.goto("/exchange-rates")
    second.get_by_role("link", name="USD 7.25 2026-12-01").click()
    second.wait_for_url("**/schedule/drafts/**")
    second.keyboard.press("a")
    expect(second.get_by_role("status")).to_contain_text("Approved")
    assert not ExchangeRate.objects.filter(rate="7.25").exists()


def test_administrator__sees_how_far_work_is_without_reading_the_page_anew(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    consignment = an_announced_consignment(cast, at)
    stored = store_consignment_file(
        consignment_id=consignment.pk, file_name="lines.csv", content=LINES, defaults={}, actor=cast.sven, at=at
    )
    files = ConsignmentFile.objects.filter(pk=stored.pk)
    files.update(state="running", lines_read=2, lines_in_all=6)
    page = window("ada")
    page.goto("/health")
    page.get_by_role("link", name="Work in the background").click()
    expect(page.get_by_role("region")).to_contain_text("2 / 6")
    files.update(lines_read=4)

    expect(page.get_by_role("region")).to_contain_text("4 / 6")
    assert page.url.endswith("/jobs")


def test_administrator__stops_a_statement_only_when_the_question_is_answered_with_yes(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    order_account_statement(company_id=cast.alder.pk, currency="CNY", month=at.date(), actor=cast.alice, at=at)
    answers = iter(["dismiss", "accept"])
    page = window("ada")
    page.on("dialog", lambda dialog: getattr(dialog, next(answers))())
    page.goto("/money/statements")
    stop = page.get_by_role("button", name="Cancel the statement Alder Trading 2026-11 CNY")

    stop.click()
    assert AccountStatement.objects.get().state == "queued"
    stop.click()

    expect(page.get_by_role("status")).to_contain_text("no document came of it")
    expect(stop).to_have_count(0)
    assert AccountStatement.objects.get().state == "cancelled"


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
