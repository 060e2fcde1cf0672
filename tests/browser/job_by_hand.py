"""The main job by hand, step by step: what each of five people does at their console, and is told there."""

from __future__ import annotations

import re

from django.utils.timezone import localdate
from playwright.sync_api import FilePayload, expect

from bonded.rules.money import Money
from tariffs.gateways.bank_simulator import Payment, write_camt053
from tests.browser.people import PATIENCE_SECONDS, Person


def confirm(keeper: Person, vera: str) -> None:
    """Let Vera confirm at the same desk."""
    keeper.write("User name", "vera")
    keeper.hands.write(keeper.page.locator("input[name=witness_password]"), vera)


def into_bond(sven: Person, victor: Person, *, stock: str, reference: str, vera: str) -> None:
    """A stone is announced by a file, declared, let into bond, weighed and sealed."""
    lines = (
        "stock_number,kind,hs_code,weight_carats,value,shape,colour,clarity,cut\n"
        f"{stock},polished_diamond,710239,1.010,5000,round,E,VS1,Ideal\n"
    )
    sven.follow("Consignments")
    sven.unfold("Announce a consignment")
    sven.write("Reference", reference)
    sven.write("Country of origin", "BW")
    sven.press("Announce")
    sven.unfold("Send a file of lines")
    file: FilePayload = {"name": "one.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    sven.hands.choose_file(sven.page.get_by_label("CSV file"), file)
    sven.press("Send")
    sven.press("Store its lines s")
    expect(sven.page.locator("#progress")).to_contain_text("Done", timeout=PATIENCE_SECONDS * 1000)
    sven.follow(f"Consignment {reference}")
    sven.press("Declare to customs d")
    sven.wait_for(lambda page: "Accepted" in page.locator("h1").inner_text(), "customs' acceptance")

    victor.follow("Arrivals")
    victor.follow(reference)
    for label, text in (
        ("Weight, carats", "1.010"),
        ("Pieces", "1"),
        ("New seal", f"{stock}-A"),
        ("Place", "V1-S1-D01-T01"),
    ):
        victor.write(label, text)
    victor.press("Next")
    victor.write("Scale", "BAL-1")
    confirm(victor, vera)
    victor.press("Take in")
    victor.is_told(f"{reference} is in the vault")


def examined(alice: Person, victor: Person, *, stock: str, vera: str) -> None:
    """The stone is looked at under bond: booked, weighed out, written about, weighed in, sealed again."""
    alice.find(stock)
    alice.press("View this stone v")
    alice.hands.press(alice.page.locator('button[value*="|DESK-D"]').first)
    alice.write("Name", "Alice Alder")
    alice.press("Book b")
    alice.is_told("The visit is booked.")

    victor.follow("Today")
    scan(victor, stock)
    victor.write("Which papers were seen", "passport seen")
    victor.press("Let in")
    weigh(victor, {"Reading, carats": "1.010", "Pieces": "1", "Seal read from the packet": f"{stock}-A"}, vera)
    victor.press("Open the packets")
    victor.is_told("Weighed out")

    alice.page.reload()
    alice.unfold("Write down a finding")
    alice.hands.press(alice.page.get_by_role("radio").first)
    alice.write("Remarks", "as graded")
    alice.press("Write down")

    weigh(victor, {"Reading, carats": "1.010", "Pieces": "1", "New seal": f"{stock}-B"}, vera)
    victor.press("Seal and put back")
    victor.press("End the visit c")
    victor.is_told("The visit is over")


def scan(keeper: Person, code: str) -> None:
    """Type as a scanner does into the box for codes, where the cursor stands."""
    expect(keeper.page.get_by_label("Scan or type")).to_be_focused()
    keeper.page.keyboard.type(code)
    keeper.page.keyboard.press("Enter")


def weigh(keeper: Person, readings: dict[str, str], vera: str) -> None:
    """Type what scale and packet say, and have it confirmed."""
    for label, text in readings.items():
        keeper.write(label, text)
    confirm(keeper, vera)


def agreed(alice: Person, sven: Person, *, stock: str) -> None:
    """Alice offers for the stone, and Sven agrees."""
    alice.find(stock)
    alice.follow("Make an offer")
    alice.write("Price for one carat", "4900.00")
    alice.press("Make the offer")
    sven.follow("Offers")
    sven.follow(stock)
    sven.press("Accept")


def released(alice: Person, olga: Person, victor: Person, *, vera: str) -> tuple[str, Money]:
    """Duty is secured, customs and its officer let the stone go, it leaves by the gate; gives the debt's reference."""
    alice.follow("Withdrawals")
    alice.hands.press(alice.page.locator("main tbody a").first)
    alice.press("Secure on the guarantee, pay next month s")
    alice.press("Declare to customs d")
    alice.wait_for(lambda page: "missing:" not in page.locator("main").inner_text(), "customs' release")

    olga.follow("Queue")
    olga.follow("Alder Trading")
    olga.press("Release a")
    olga.is_told("Released")

    alice.page.reload()
    charged = alice.page.locator("p").filter(has_text="Charged").first.inner_text()
    reference, amount = re.search(r"quote (\S+)", charged), re.search(r"¥([\d,.]+\d)", charged)
    assert reference, charged
    assert amount, charged
    alice.press("Pass for the vault's door")
    token = alice.page.locator("article code").inner_text()
    victor.follow("Gate")
    scan(victor, token)
    confirm(victor, vera)
    victor.press("Hand over")
    victor.is_told("Handed over")
    return reference[1], Money.from_text(amount[1].replace(",", ""), "CNY")


def settled(ada: Person, debt: str, amount: Money, *, statement: str) -> None:
    """The bank's file is taken in, its line matched to the debt and booked."""
    content = write_camt053(
        identification=f"BJ-{statement}",
        account="622202400000000001",
        # Statements of one account with the same balances and lines are the same statement, told twice.
        opening=Money(len(statement), "CNY"),
        payments=[Payment(amount, "Alder Trading (Shenzhen)", "622202400000000777", f"duty {debt}")],
        on=localdate(),
    )
    ada.follow("Money")
    file: FilePayload = {"name": "bank.xml", "mimeType": "application/xml", "buffer": content}
    ada.hands.choose_file(ada.page.locator("input[type=file]").first, file)
    ada.press("Import")
    ada.press("Match m")
    ada.press("Book all that is matched b")
    ada.is_told("Booked")
