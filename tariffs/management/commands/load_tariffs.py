"""Load the tariff schedule and the exchange rates from files with a source on every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bonded.rules.permissions import SYSTEM
from tariffs.actions.versions import exchange_rate_from, measure_from, publish_versions
from tariffs.rules.schedule_files import (
    Cells,
    ScheduleFileInvalid,
    exchange_rates_of,
    measures_of,
    rows_of_csv,
)

Read = TypeVar("Read")
DATA = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    """Loading the same file again changes nothing; a changed row supersedes what it replaces."""

    help = "Load measures.csv and exchange_rates.csv, the project's own or those of another folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish both files, each wholly or not at all; what is wrong with one is named line by line."""
        folder: Path = options["folder"]
        at = timezone.now()
        measures = [measure_from(row) for row in self._read(folder / "measures.csv", measures_of)]
        rates = [exchange_rate_from(row) for row in self._read(folder / "exchange_rates.csv", exchange_rates_of)]
        new_measures = publish_versions(measures, actor=SYSTEM, at=at)
        new_rates = publish_versions(rates, actor=SYSTEM, at=at)
        self.stdout.write(
            f"{len(measures)} measures ({len(new_measures)} new) and"
            f" {len(rates)} exchange rates ({len(new_rates)} new) are in force."
        )

    def _read(self, path: Path, read: Callable[[Sequence[Cells]], list[Read]]) -> list[Read]:
        try:
            return read(rows_of_csv(path.read_bytes()))
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from None
        except ScheduleFileInvalid as refusal:
            named = "\n".join(f"  {one.where or 'the file'}: {one.message}" for one in refusal.problems)
            raise CommandError(f"{path.name}: {refusal.message} Nothing was loaded.\n{named}") from None
