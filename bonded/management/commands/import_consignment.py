"""Import a consignment's lines from a file at the terminal, with a progress bar."""

import gzip
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.actions.consignments import announce_consignment
from bonded.models import Company, Consignment, ConsignmentFile, Membership, User
from bonded.queries.consignment_files import faults_by_code
from bonded.queries.parties import actor_of_membership
from bonded.rules.consignment_lines import SENTENCES, LineFault
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import Actor, Role


class Command(BaseCommand):
    """Announces the consignment if need be, stores the file, imports it, says what was refused."""

    help = "Import a CSV file (or .csv.gz) as lines of a consignment."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which file, which consignment, and what its lines are unless they say so."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--reference", required=True, help="The consignment's reference; announced if it is new.")
        parser.add_argument("--as-user", required=True, help="User name of the supplier's person who imports.")
        parser.add_argument("--origin", default="BW", help="Country of lines that name none (ISO 3166-1 alpha-2).")
        parser.add_argument("--currency", default="USD", help="Currency of lines that name none (ISO 4217).")
        parser.add_argument(
            "--default", action="append", default=[], metavar="COLUMN=VALUE", help="Value of a column the file lacks."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file; a refusal is one sentence and exit status 1."""
        console = Console()
        try:
            file = self._import(console, **options)
        except (OSError, RuleViolation, gzip.BadGzipFile) as error:
            raise CommandError(str(error)) from error
        if file.refusal:
            raise CommandError(file.refusal)
        table = Table("lines", "code", "what it means", title=f"{file.lines_refused:,} lines refused")
        for code, lines in faults_by_code(file.pk):
            table.add_row(f"{lines:,}", code, SENTENCES[LineFault(code)])
        if file.lines_refused:
            console.print(table)
        console.print(f"{file.lots_made:,} lots made of {file.lines_read:,} lines of {file.file_name}.")

    def _import(self, console: Console, **options: Any) -> ConsignmentFile:
        path: Path = options["file"]
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        actor = self._actor(options["as_user"])
        consignment = Consignment.objects.filter(reference=options["reference"]).first() or announce_consignment(
            reference=options["reference"],
            supplier_id=Company.objects.get(pk=actor.company_id).pk,
            origin=options["origin"],
            currency=options["currency"],
            actor=actor,
            at=timezone.now(),
        )
        file = store_consignment_file(
            consignment_id=consignment.pk,
            file_name=path.name,
            content=content,
            defaults=dict(one.split("=", 1) for one in options["default"]),
            actor=actor,
            at=timezone.now(),
        )
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task(path.name, total=None)
            return import_stored_file(
                file_id=file.pk,
                now=timezone.now,
                on_progress=lambda read, in_all: progress.update(bar, completed=read, total=in_all),
            )

    @staticmethod
    def _actor(username: str) -> Actor:
        user = User.objects.filter(username=username).first()
        membership = Membership.objects.filter(user=user, role=Role.SUPPLIER).first()
        if membership is None:
            raise CommandError(f"{username} is nobody who imports for a supplier.")
        return actor_of_membership(membership)
