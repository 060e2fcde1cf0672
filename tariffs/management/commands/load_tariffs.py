"""Load the tariff schedule and the exchange rates from files with a source on every row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from rich.progress import track

from bonded.rules.permissions import SYSTEM
from tariffs.actions.versions import publish_versions
from tariffs.models import ExchangeRate, Measure
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.schedule import hs_digits

DATA = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    """Loading the same file again changes nothing; a changed row supersedes what it replaces."""

    help = "Load measures.csv and exchange_rates.csv, the project's own or those of another folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish both files, each wholly or not at all."""
        folder: Path = options["folder"]
        at = timezone.now()
        measures = [_measure(row) for row in self._rows(folder / "measures.csv")]
        rates = [_exchange_rate(row) for row in self._rows(folder / "exchange_rates.csv")]
        new_measures = publish_versions(measures, actor=SYSTEM, at=at)
        new_rates = publish_versions(rates, actor=SYSTEM, at=at)
        self.stdout.write(
            f"{len(measures)} measures ({len(new_measures)} new) and"
            f" {len(rates)} exchange rates ({len(new_rates)} new) are in force."
        )

    def _rows(self, path: Path) -> Iterator[dict[str, str]]:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        yield from track(rows, description=path.name, disable=not self.stdout.isatty())


def _dates_and_source(row: dict[str, str]) -> dict[str, Any]:
    until = date.fromisoformat(row["valid_until"]) if row["valid_until"] else None
    return {
        "validity": DateRange(date.fromisoformat(row["valid_from"]), until),
        "source": row["source"],
        "mark": row["mark"],
        "is_verified": row["mark"] == "S",
    }


def _measure(row: dict[str, str]) -> Measure:
    parse_rate(row["rate"])
    names = ("jurisdiction", "kind", "origin", "regime", "rate")
    columns = {name: row[name] for name in names} | {"hs_code": hs_digits(row["hs_code"])}
    return Measure(**columns, **_dates_and_source(row))


def _exchange_rate(row: dict[str, str]) -> ExchangeRate:
    columns = {name: row[name] for name in ("local_currency", "currency", "quoted")}
    return ExchangeRate(**columns, rate=Decimal(row["rate"]), **_dates_and_source(row))
