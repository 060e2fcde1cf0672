"""The main job from end to end, step by step, and the account of it at the end."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.utils.timezone import localdate, now
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from bonded.actions.invariants import ask_invariants
from bonded.rules.permissions import SYSTEM
from config.demo.callers import Caller
from config.demo.examined import book, visit
from config.demo.into_bond import bring_into_bond
from config.demo.leaving_bond import ask_for_release, debt_of, find_stones, release, settle
from config.demo.people import CONSOLES, StepFailed, make_people
from config.demo.stones import shipments
from config.demo.vault import make_vault, make_viewing_rooms

# What Alder Trading may owe at once.
GUARANTEE_YUAN = "5000000.00"


class Story:
    """Plays the job's steps in order, stops at the first that fails, and tells how each went."""

    def __init__(self, url: str, *, width: int | None = None) -> None:
        self.url = url
        self.console = Console(width=width)
        self.people = make_people()
        self.callers = {name: Caller(url, person) for name, person in self.people.items()}
        self.results: list[tuple[str, str, bool]] = []
        self.lots: list[dict[str, Any]] = []
        self.asked: dict[str, Any] = {}

    def prepare(self) -> None:
        """Make the vault, the viewing rooms, the rates, and the guarantee of the company that buys."""
        make_vault()
        make_viewing_rooms(("vera", "victor"))
        call_command("load_tariffs", stdout=StringIO())
        alder = self.people["alice"].company_id
        self.callers["ada"].put(f"/companies/{alder}/guarantee", {"limit": GUARANTEE_YUAN})

    def play(self) -> bool:
        """Play all steps; gives whether every one of them came about."""
        self.prepare()
        steps: list[tuple[str, Callable[[], str]]] = [
            ("Into bond", self.into_bond),
            ("Found", self.found),
            ("Examined", self.examined),
            ("Released", self.released),
            ("Settled", self.settled),
            ("Verified", self.verified),
        ]
        for name, step in steps:
            try:
                self.results.append((name, step(), True))
            except StepFailed as error:
                self.results.append((name, str(error), False))
                break
        self._tell()
        return all(came_about for _, _, came_about in self.results)

    def into_bond(self) -> str:
        """Bring all consignments of the sample into bond."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}"),
        )
        table = Table("consignment", "lines", "refused", "lots", "carats", "on hold", "state", title="Into bond")
        lots = refused = 0
        with Progress(*columns, console=self.console) as progress:
            for shipment in shipments():
                one = bring_into_bond(
                    shipment,
                    first_place=lots,
                    supplier=self.callers["sven"],
                    keeper=self.callers["victor"],
                    witness="vera",
                    progress=progress,
                )
                lots, refused = lots + one["lots"], refused + one["lines_refused"]
                table.add_row(
                    one["reference"],
                    f"{one['lines']:,}",
                    f"{one['lines_refused']:,}",
                    f"{one['lots']:,}",
                    one["weight_carats"],
                    f"{one['lots_on_hold']:,}",
                    one["state"],
                )
        self.console.print(table)
        return f"{lots:,} lots weighed, sealed and stored; {refused:,} lines refused with their reasons"

    def found(self) -> str:
        """Find two stones, and show what each would cost landed, with the working."""
        self.lots = find_stones(self.callers["alice"])
        for lot in self.lots:
            cost = lot["landed_cost"]
            table = Table("figure", "formula", "exact", "yuan", title=f"Landed cost of {lot['stock_number']}")
            for step in cost["steps"]:
                table.add_row(step["name"]["en"], step["formula"]["en"], step["exact"], step["result"])
            table.add_row("landed", "customs value + total", "", cost["landed"], style="bold")
            self.console.print(table)
        return "; ".join(
            f"{lot['stock_number']} of {lot['weight_carats']} ct costs {lot['landed_cost']['landed']} CNY landed"
            for lot in self.lots
        )

    def examined(self) -> str:
        """Book a desk with an escort, a scale and headroom for the duty; look; reseal."""
        booking = book(self.lots, self.callers["alice"])
        done = visit(booking, buyer=self.callers["alice"], keeper=self.callers["victor"], witness="vera")
        table = Table("lot", "weighed out", "weighed in", "within tolerance", "new seal", "intent", title="The visit")
        for lot in done["session"]["lots"]:
            table.add_row(
                lot["stock_number"],
                lot["out_carats"],
                lot["in_carats"],
                "yes" if lot["is_within_tolerance"] else "no",
                lot["seal_number"],
                lot["finding"]["intent"],
            )
        self.console.print(table)
        return (
            f"{done['desk']}, {done['escort']} and {done['scale']} with {booking['duty']} CNY of headroom; "
            f"visit {done['session']['state']}"
        )

    def released(self) -> str:
        """Withdraw both lots for home use: assessed, secured, declared, approved, handed over, written off."""
        self.asked = ask_for_release(self.lots, self.callers["alice"])
        left = release(
            self.asked,
            officer=self.callers["olga"],
            buyer=self.callers["alice"],
            keeper=self.callers["victor"],
            witness="vera",
        )
        declaration = self.callers["alice"].get(f"/declarations/{self.asked['declaration']}")
        table = Table("sequence", "office's code", "from", "to", title=f"Declaration {declaration['number']}")
        for change in declaration["history"]:
            table.add_row(str(change["sequence"] or ""), change["status"] or "", change["before"], change["after"])
        self.console.print(table)
        owed = self.asked["assessment"]
        return (
            f"duty {owed['duty']}, consumption tax {owed['consumption_tax']}, VAT {owed['vat']}, "
            f"in all {owed['total']} CNY secured; {left['state']}"
        )

    def settled(self) -> str:
        """Let the deferred duty be paid by a bank statement, and show the books."""
        ada = self.callers["ada"]
        debt = debt_of(self.asked["id"], ada)
        paid = settle(debt, ada, payer="Alder Trading (Shenzhen)", on=localdate())
        table = Table("account", "balance", title="Ledger")
        for one in ada.get("/ledger/balances")["results"]:
            table.add_row(f"{one['code']} {one['name']}", f"{one['balance']} {one['currency']}")
        self.console.print(table)
        return f"{debt['total']} CNY, due on {debt['due_on']}, matched by {paid['rule']}; debt {paid['state']}"

    def verified(self) -> str:
        """Ask every must-be-empty question of custody, bond, money, messages and history."""
        report = ask_invariants(actor=SYSTEM, at=now())
        if report.broken:
            raise StepFailed("; ".join(one["sentence"] for one in report.broken))
        return f"all {report.questions} sentences that must hold do"

    def _tell(self) -> None:
        """Say how each step went, and where to sign in."""
        table = Table("step", "result", title="The main job")
        for name, result, came_about in self.results:
            table.add_row(name, result if came_about else f"[bold red]FAILED[/] {result}")
        self.console.print(table)
        logins = Table("console", "address", "user", "password", title="Sign in")
        for username, console in CONSOLES.items():
            logins.add_row(console, self.url, username, self.people[username].password)
        self.console.print(logins)
