"""The supplier's main job by clicking, and by keyboard alone: announce, add lines, see the verdicts, declare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

from playwright.sync_api import Page, expect

from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.models import Consignment
from bonded.models.consignment_files import ConsignmentFile
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment

GOOD = b"kind,hs_code,weight_carats,value\npolished_diamond,710239,1.01,5000\npolished_diamond,710239,heavy,5000\n"


def test_supplier__announces_sends_a_file_and_declares(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page], clock: SimpleNamespace
) -> None:
    page = window("sven")
    page.goto("/")
    page.get_by_role("link", name="Consignments").first.click()
    page.get_by_text("Announce a consignment").click()
    page.get_by_label("Reference").fill("SV-1")
    page.get_by_label("Country of origin").fill("BW")
    page.get_by_role("button", name="Announce", exact=True).click()
    page.get_by_text("Send a file of lines").click()
    page.get_by_label("CSV file").set_input_files({"name": "my.csv", "mimeType": "text/csv", "buffer": GOOD})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("region", name="First lines")).to_contain_text("heavy")
    page.get_by_role("button", name="Store its lines").click()
    expect(page.get_by_role("progressbar")).to_be_visible()

    import_stored_file(file_id=ConsignmentFile.objects.get().pk, now=lambda: at)

    # The page finds out by itself.
    expect(page.get_by_role("region", name="Refused lines")).to_contain_text("heavy")
    page.get_by_role("link", name="Consignment SV-1").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Declare to customs").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Declared")


def test_supplier__announces_and_declares_by_keyboard_alone(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page], clock: SimpleNamespace
) -> None:
    page = window("sven")
    page.goto("/consignments")
    page.keyboard.press("n")
    page.keyboard.type("SV-2")
    page.keyboard.press("Tab")
    page.keyboard.type("BW")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("SV-2")
    page.keyboard.press("l")
    weight = page.get_by_label("Weight, carats").first
    expect(page.get_by_label("Kind").first).to_be_visible()
    while not weight.evaluate("element => element === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.type("1.01")
    page.keyboard.press("Tab")
    page.keyboard.type("5000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    import_stored_file(file_id=ConsignmentFile.objects.get().pk, now=lambda: at)

    page.goto("/consignments/SV-2")
    page.on("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("d")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Declared")
    assert Consignment.objects.get().state == "declared"


def test_supplier__sends_a_file_and_cancels_it_by_keyboard(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page], clock: SimpleNamespace
) -> None:
    one = an_announced_consignment(cast, at, lots=())
    file = store_consignment_file(
        consignment_id=one.pk, file_name="x.csv", content=GOOD, defaults={}, is_proposal=True, actor=cast.sven, at=at
    )
    page = window("sven")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/imports/{file.pk}")
    page.keyboard.press("s")
    expect(page.get_by_role("progressbar")).to_be_visible()
    # Who closed the tab finds it again, as far as it is.
    page.goto("/imports")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("link", name="x.csv").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("x.csv")
    page.keyboard.press("x")

    expect(page.get_by_role("status").first).to_contain_text("Cancelled")
    assert import_stored_file(file_id=file.pk, now=lambda: at).state == "cancelled"
