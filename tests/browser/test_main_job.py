"""The main job through the consoles alone: five people in turn on a real platform, by mouse and by keyboard alone.

Every process is there: web, workers, the clock, and the customs office as a server of its own.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from bonded.rules.money import Money
from config.local.platforms import Platform
from tariffs.gateways.bank_simulator import Payment, write_camt053
from tests.browser.conftest import Windows
from tests.browser.hands import Keyboard, Mouse

pytestmark = pytest.mark.platform

PREPARE = (
    "import json; from django.conf import settings; from config.demo.story import Story;"
    " story = Story(settings.PUBLIC_URL); story.prepare();"
    " print('passwords:', json.dumps({name: one.password for name, one in story.people.items()}))"
)
INVARIANTS = (
    "from bonded.queries.invariants import broken_invariants;"
    " print('broken:', [str(one) for one in broken_invariants()])"
)
# Whoever can do it by keyboard alone has met every page; `make pages` does it by mouse too.
HANDS = [Mouse, Keyboard] if os.environ.get("EVERY_LOOK") else [Keyboard]
# How long workers and the customs office may take over their part.
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give a platform of this test's own, up and running."""
    with Platform(tmp_path_factory.mktemp("consoles")) as platform:
        platform.start()
        yield platform


@pytest.fixture(scope="module")
def passwords(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Prepare vault, rooms, rates and people; give everybody's password."""
    told = said_by(platform, PREPARE, tmp_path_factory.mktemp("passwords") / "log")
    found = re.search(r"passwords: (\{.*\})", told)
    assert found, told
    passwords: dict[str, str] = json.loads(found[1])
    return passwords


def said_by(platform: Platform, code: str, log: Path) -> str:
    """Run a piece of code on the platform and give what it printed."""
    assert platform.run(("python", "manage.py", "shell", "-c", code), log=log) == 0, log.read_text()
    return log.read_text()


def rows(platform: Platform, question: str, *words: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(platform.environment["OWNER_DATABASE_URL"]) as connection:
        return connection.execute(question, words).fetchall()


class Person:
    """Somebody at a console, with their own window and their own way to work it."""

    def __init__(self, windows: Windows, hands: type[Mouse], username: str, password: str) -> None:
        self.page = windows.open()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.hands = hands(self.page)
        self.page.goto("/account/login/")
        self.write("User name", username)
        self.write("Password", password)
        self.press("Sign in")
        expect(self.page.get_by_role("button", name=username.capitalize()).or_(self._me(username))).to_be_visible()

    def _me(self, username: str) -> Locator:
        return self.page.locator("header.top").get_by_text(username.capitalize(), exact=True)

    def write(self, label: str, text: str) -> None:
        """Write into the first field of this name."""
        self.hands.write(self.page.get_by_label(label).first, text)

    def press(self, name: str) -> None:
        """Press the button of this name."""
        self.hands.press(self.page.get_by_role("button", name=name, exact=True).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of this name, also one that looks like a button."""
        link = self.page.get_by_role("link", name=name)
        self.hands.press(link.or_(self.page.get_by_role("button", name=name)).first)

    def unfold(self, words: str) -> None:
        """Open what is folded under these words."""
        self.hands.press(self.page.locator("summary").filter(has_text=words).first)

    def find(self, number: str) -> None:
        """Go to the thing of this number by the search box of every page."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(number)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(number)

    def wait_for(self, is_there: Callable[[Page], bool], what: str) -> None:
        """Read the page anew until others have done their part."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_there(self.page):
            assert time.monotonic() < deadline, f"{what} did not come:\n{self.page.locator('main').inner_text()}"
            time.sleep(0.5)
            self.page.reload()

    def is_told(self, words: str) -> None:
        """Be told so by the page."""
        expect(self.page.get_by_role("status").filter(has_text=words).first).to_be_visible()


@pytest.mark.parametrize("hands", HANDS)
def test_main_job__is_done_on_the_consoles(
    platform: Platform, passwords: dict[str, str], browser: Browser, hands: type[Mouse], tmp_path: Path
) -> None:
    name = hands.__name__.upper()
    stock, reference = f"BJ-{name}", f"BJ-26-{name}"
    windows = Windows(browser, platform.url)
    sven, victor, alice, olga, ada = (
        Person(windows, hands, username, passwords[username]) for username in ("sven", "victor", "alice", "olga", "ada")
    )

    into_bond(sven, victor, stock=stock, reference=reference, vera=passwords["vera"])
    examined(alice, victor, stock=stock, vera=passwords["vera"])
    agreed(alice, sven, stock=stock)
    debt, amount = released(alice, olga, victor, vera=passwords["vera"])
    settled(ada, debt, amount, statement=name)

    windows.close()
    assert windows.faults == []
    stone = "SELECT goods_state, trade_state, seal_number FROM bonded_lot WHERE stock_number = %s"
    assert rows(platform, stone, stock) == [("out", "sold", f"{stock}-B")]
    assert rows(
        platform, "SELECT state, paid_minor = total_minor FROM tariffs_dutydebt WHERE reference = %s", debt
    ) == [("paid", True)]
    assert "broken: []" in said_by(platform, INVARIANTS, tmp_path / "log")


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
