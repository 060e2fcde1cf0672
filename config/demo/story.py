"""The main job from end to end, step by step, and the account of it at the end."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from config.demo.callers import Caller, StepFailed
from config.demo.into_bond import bring_into_bond
from config.demo.people import CONSOLES, make_people
from config.demo.stones import shipments
from config.demo.vault import make_vault


class Story:
    """Plays the job's steps in order, stops at the first that fails, and tells how each went."""

    def __init__(self, url: str, *, width: int | None = None) -> None:
        self.url = url
        self.console = Console(width=width)
        self.people = make_people()
        self.callers = {name: Caller(url, person) for name, person in self.people.items()}
        self.results: list[tuple[str, str, bool]] = []

    def play(self) -> bool:
        """Play all steps; gives whether every one of them came about."""
        make_vault()
        steps: list[tuple[str, Callable[[], str]]] = [
            ("Into bond", self.into_bond),
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
